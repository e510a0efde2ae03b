app_name = "verenigingen_maintenance"
app_title = "Verenigingen Maintenance"
app_publisher = "Verenigingen Maintenance contributors"
app_description = "An operations runbook that runs: checks, checklists, evidence and escalations"
app_email = "operations@example.com"
app_license = "agpl-3.0"

app_include_js = [
    "/assets/verenigingen_maintenance/js/dashboard_early.js",
    "/assets/verenigingen_maintenance/js/said.js",
    "/assets/verenigingen_maintenance/js/said_fields.js",
    "/assets/verenigingen_maintenance/js/own_pages.js",
    "/assets/verenigingen_maintenance/js/watch.js",
    "/assets/verenigingen_maintenance/js/accessible.js",
    "/assets/verenigingen_maintenance/js/ask.js",
    "/assets/verenigingen_maintenance/js/lists.js",
    "/assets/verenigingen_maintenance/js/calendar.js",
    "/assets/verenigingen_maintenance/js/reports.js",
    "/assets/verenigingen_maintenance/js/recovery.js",
    "/assets/verenigingen_maintenance/js/workspace.js",
]
app_include_css = [
    "/assets/verenigingen_maintenance/css/watch.css",
    "/assets/verenigingen_maintenance/css/accessible.css",
    "/assets/verenigingen_maintenance/css/workspace.css",
    "/assets/verenigingen_maintenance/css/checklist.css",
    "/assets/verenigingen_maintenance/css/lists.css",
]
calendars = ["Checklist Run", "Maintenance Change", "Recovery Drill"]
doctype_js = {
    "Checklist Run": [
        "public/js/run_filling.js",
        "public/js/run_head.js",
        "public/js/run_rows.js",
        "public/js/run_keys.js",
        "public/js/run_files.js",
        "public/js/run_measure.js",
        "public/js/run_review.js",
        "public/js/drill_run.js",
    ],
    "Maintenance Incident": ["public/js/incident_actions.js", "public/js/incident_review.js"],
    "Maintenance Settings": "public/js/configuration.js",
    "Recovery Drill": "public/js/guided_drill.js",
}
doctype_list_js = {"Recovery Drill": "public/js/guided_drill_list.js"}
extend_bootinfo = "verenigingen_maintenance.boot.add_pages"

after_install = "verenigingen_maintenance.install.after_install"
after_sync = "verenigingen_maintenance.install.after_sync"
before_uninstall = "verenigingen_maintenance.install.before_uninstall"
after_app_install = "verenigingen_maintenance.install.after_app_change"
after_app_uninstall = "verenigingen_maintenance.install.after_app_change"
after_migrate = ["verenigingen_maintenance.install.after_migrate"]

doc_events = {
    "File": {
        "before_insert": "verenigingen_maintenance.operations.evidence_files.take",
        "validate": "verenigingen_maintenance.operations.evidence_files.keep",
        "on_trash": "verenigingen_maintenance.operations.evidence_files.remove",
    },
    "User": {"after_rename": "verenigingen_maintenance.operations.renamed_users.follow"},
}
delete_file_data_content = "verenigingen_maintenance.operations.evidence_files.delete_content"
has_permission = {"File": "verenigingen_maintenance.operations.evidence_files.has_permission"}

scheduler_events = {
    "daily": [
        "verenigingen_maintenance.scheduled.fill_in_maintenance_holidays",
        "verenigingen_maintenance.scheduled.keep_maintenance_configuration",
        "verenigingen_maintenance.scheduled.propose_maintenance_thresholds",
    ],
    "daily_long": [
        "verenigingen_maintenance.scheduled.assess_maintenance_security",
        "verenigingen_maintenance.scheduled.measure_maintenance_changes",
        "verenigingen_maintenance.scheduled.propose_maintenance_changes",
    ],
    "hourly_long": [
        "verenigingen_maintenance.scheduled.claim_maintenance_analytics",
        "verenigingen_maintenance.scheduled.read_maintenance_backups",
    ],
    "cron": {
        "* * * * *": [
            "verenigingen_maintenance.scheduled.deliver_maintenance_notifications",
            "verenigingen_maintenance.scheduled.ingest_maintenance_errors",
            "verenigingen_maintenance.scheduled.read_maintenance_recordings",
            "verenigingen_maintenance.scheduled.sample_maintenance_metrics",
            "verenigingen_maintenance.scheduled.tend_maintenance_escalations",
            "verenigingen_maintenance.scheduled.watch_maintenance_incidents",
        ],
        "1-59/2 * * * *": [
            "verenigingen_maintenance.scheduled.finish_maintenance_escalations",
            "verenigingen_maintenance.scheduled.finish_maintenance_notifications",
        ],
        "4 * * * *": [
            "verenigingen_maintenance.scheduled.roll_up_maintenance_metrics",
        ],
        "17 * * * *": [
            "verenigingen_maintenance.scheduled.review_maintenance_errors",
        ],
        "34 * * * *": [
            "verenigingen_maintenance.scheduled.assess_maintenance_compliance",
        ],
        "*/5 * * * *": [
            "verenigingen_maintenance.scheduled.tend_maintenance_runs",
        ],
        "*/10 * * * *": [
            "verenigingen_maintenance.scheduled.refresh_maintenance_analytics",
        ],
        "6-59/10 * * * *": [
            "verenigingen_maintenance.scheduled.finish_maintenance_analytics",
        ],
        "8-59/10 * * * *": [
            "verenigingen_maintenance.scheduled.draft_maintenance_reports",
        ],
        "2-59/5 * * * *": [
            "verenigingen_maintenance.scheduled.finish_maintenance_runs",
        ],
    },
}

default_log_clearing_doctypes = {
    "Metric Sample": 14,
    "Metric Hour": 400,
    "Metric Day": 1096,
    "Metric Forecast": 400,
    "Error Count": 400,
    "Maintenance Notification": 365,
}
