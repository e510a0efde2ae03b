"""The runbook as data: references lead somewhere, rules can be meant, numbers are the document's."""

import ast
import json
import re
from pathlib import Path

import pytest
import yaml

from verenigingen_maintenance.core.derived import DERIVED, SCALE
from verenigingen_maintenance.core.durations import Duration
from verenigingen_maintenance.core.thresholds import Thresholds
from verenigingen_maintenance.core.units import ONE

APP = Path(__file__).parents[2] / "verenigingen_maintenance"
RUNBOOK = APP / "runbook"


def read(pattern):
    texts = (file.read_text(encoding="utf-8") for file in sorted(RUNBOOK.glob(pattern)))
    return {name: entry or {} for text in texts for name, entry in yaml.safe_load(text).items()}


def sources():
    """The functions of sources/ that stand below @source, as a check or metric names them."""
    return {
        f"{file.stem}.{function.name}"
        for file in sorted((APP / "sources").glob("*.py"))
        for function in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(function, ast.FunctionDef)
        and any(isinstance(each, ast.Name) and each.id == "source" for each in function.decorator_list)
    }


CHECKS = read("checks/*.yaml")
METRICS = read("metrics.yaml")
LIVE = {name: check for name, check in CHECKS.items() if check.get("live")}
SOURCES = sources()
WITHOUT_SOURCE = {"sampling.work"}
PROCEDURES = {**read("*ly.yaml"), **read("emergencies.yaml")}
each_procedure = pytest.mark.parametrize("procedure", PROCEDURES.values(), ids=PROCEDURES.keys())


def test_every_check_has_a_rule_that_can_be_meant():
    for name, check in CHECKS.items():
        assert Thresholds.parse(check.get("warning"), check.get("critical"), check.get("clear")).target, name
        assert Duration(check.get("breaches", 1), check.get("clears", 1))


def test_the_numbers_are_those_of_the_written_procedure():
    rules = {name: (check.get("warning"), check.get("critical")) for name, check in CHECKS.items()}
    assert rules == {
        "dashboard_accessible": (None, "> 0"),
        "dashboard_seconds": ("> 5", None),
        "executive_summary": ("> 0", None),
        "dashboard_cards": ("> 0", None),
        "system_status": (">= 1", ">= 2"),
        "critical_issues": (None, "> 0"),
        "critical_alerts": (None, "> 0"),
        "monitoring_alerts": (None, "> 0"),
        "active_members": ("< 1", None),
        "members_off_usual": ("> 3.5", None),
        "mandates_off_usual": ("> 3.5", None),
        "invoices_off_usual": ("> 3.5", None),
        "payments_off_usual": ("> 3.5", None),
        "errors_24h": (">= 10", "> 50"),
        "errors_60min": (None, "> 20"),
        "same_error_24h": ("> 5", "> 10"),
        "new_error_patterns": ("> 0", None),
        "new_critical_errors": (None, "> 0"),
        "error_bursts": ("> 0", None),
        "escalating_errors": ("> 0", None),
        "regressed_errors": ("> 0", None),
        "errors_7d": (">= 10", None),
        "errors_30d": (">= 10", None),
        "errors_90d": (">= 10", None),
        "errors_week_over_week": (None, "> 25"),
        "weekly_reports": ("> 0", None),
        "monthly_reports": ("> 0", None),
        "quarterly_reports": ("> 0", None),
        "forecast_confidence": (None, "< 60"),
        "forecast_accuracy": ("> 1", None),
        "trend_alerts": ("> 0", None),
        "capacity_recommendations": ("> 0", None),
        "capacity_recommendations_moved": ("> 0", None),
        "capacity_forecast": ("> 0", None),
        "new_error_patterns_7d": ("> 0", None),
        "error_hotspots_7d": ("> 0", None),
        "users_with_errors_7d": ("> 0", None),
        "failed_requests": ("> 0", None),
        "failed_scheduled_jobs": ("> 0", None),
        "stuck_scheduled_jobs": ("> 0", None),
        "failed_background_jobs": ("> 0", None),
        "stuck_background_jobs": ("> 0", None),
        "compliance_score": ("<= 90", None),
        "sepa_rate": ("<= 90", None),
        "audit_completeness": ("<= 90", None),
        "compliance_gaps": ("> 0", None),
        "regulatory_violations": ("> 0", None),
        "compliance_points_lost": (None, "> 5"),
        "compliance_points_lost_30d": ("> 5", None),
        "compliance_points_lost_90d": ("> 5", None),
        "capacity_days": ("< 183", "< 92"),
        "new_critical_gaps": (None, "> 0"),
        "analytics_response": ("> 10", "> 30"),
        "analytics_errors": (None, "> 0"),
        "forecasts_age": ("> 6", None),
        "analytics_age": (None, "> 6"),
        "compliance_errors": (None, "> 0"),
        "database_response": (">= 50", "> 100"),
        "api_response": (">= 200", "> 500"),
        "api_response_now": (">= 200", "> 500"),
        "cache_hit_rate": ("< 70", "< 50"),
        "cache_hit_rate_7d": ("<= 75", None),
        "availability": ("< 99.5", None),
        "data_age": ("> 15", None),
        "error_share": (">= 1", None),
        "disk_used": ("> 80", "> 90"),
        "memory_used": ("> 80", "> 95"),
        "host_load": ("> 1", "> 4"),
        "workers_alive": (None, "< 1"),
        "scheduler_age": ("> 6", "> 15"),
        "backup_age": ("> 26", None),
        "backup_size": ("> 25", "> 50"),
        "backup_complete": (None, "> 0"),
        "backup_encrypted": ("> 0", None),
        "backup_permissions": ("> 0", None),
        "backup_off_site": ("> 0", None),
        "mail_stuck": ("> 0", None),
        "certificate_days": ("< 21", "< 7"),
        "escalation_drill_days": ("> 92", None),
        "alerts_7d": ("> 0", None),
        "flapping_alerts_7d": ("> 0", None),
        "alerts_answered_late_7d": ("> 0", None),
        "slow_resolutions_7d": ("> 0", None),
        "false_positives_7d": ("> 0", None),
        "alerts_nobody_acted_on_7d": ("> 0", None),
        "degradation_alerts_7d": ("> 0", None),
        "threshold_proposals": ("> 0", None),
        "procedures_due_for_review": ("> 0", None),
        "procedure_changes_not_approved": ("> 0", None),
        "issues_without_solution": ("> 0", None),
        "training_days": ("> 35", None),
        "emergency_practised_days": ("> 35", None),
        "contacts_unconfirmed_days": ("> 35", None),
        "failover_drill_days": ("> 92", None),
        "emergency_access_days": ("> 92", None),
        "configuration_backup_days": ("> 2", None),
        "configuration_test_days": ("> 92", None),
        "security_findings": ("> 0", None),
        "users_with_power_changed": ("> 0", None),
        "users_with_power_changed_90d": ("> 0", None),
        "dormant_power_users": ("> 0", None),
        "two_factor_off": ("> 0", None),
        "failed_logins_burst": ("> 0", None),
        "exposed_methods": ("> 0", None),
        "site_flags_on": ("> 0", None),
        "package_advisories": ("> 0", None),
        "optimisation_opportunities": ("> 0", None),
        "cache_opportunities": ("> 0", None),
        "roadmap_gaps": ("> 0", None),
        "changes_not_measured": ("> 0", None),
        "optimisation_failures": (None, "> 0"),
        "changes_7d": ("> 0", None),
        "changes_better_90d": ("< 50", None),
        "incidents_not_reviewed": ("> 0", None),
        "restore_drill_days": ("> 100", None),
    }


def test_a_breach_of_one_value_that_moves_slowly_has_an_end_of_its_own():
    ends = {name: (check["critical"], check["clear"]) for name, check in CHECKS.items() if check.get("clear")}
    assert ends == {
        "errors_24h": ("> 50", "<= 40"),
        "errors_60min": ("> 20", "<= 10"),
        "same_error_24h": ("> 10", "<= 8"),
        "cache_hit_rate": ("< 50", ">= 60"),
        "disk_used": ("> 90", "<= 88"),
    }


def test_what_is_meant_consistently_lasts_three_stretches_and_all_else_is_at_once():
    lasting = {name: rule for name, check in CHECKS.items() if (rule := duration(check)) != (1, 1)}
    consistently = {"database_response", "api_response_now", "memory_used", "host_load"}
    consistently |= {"analytics_age"}  # after an outage, the first refresh comes some rounds later
    assert lasting == dict.fromkeys(consistently, (3, 3))


def fields_of(doctype):
    file = APP / "verenigingen_maintenance" / "doctype" / doctype / f"{doctype}.json"
    return {field["fieldname"] for field in json.loads(file.read_text(encoding="utf-8"))["fields"]}


def test_a_check_has_no_field_that_is_not_there():
    for name, check in CHECKS.items():
        assert set(check) - {"requirements"} <= fields_of("maintenance_check"), name


def duration(check):
    return check.get("breaches", 1), check.get("clears", 1)


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS.keys())
def test_a_metric_has_a_title_a_group_a_unit_and_a_kind(metric):
    assert all(metric.get(field) for field in ("title", "metric_group", "unit"))
    assert metric.get("kind", "Gauge") in {"Gauge", "Count", "Counter"}
    assert metric.get("every_minutes", 0) >= 0
    assert set(metric) - {"requirements"} <= fields_of("metric"), "a field that is not there"


@pytest.mark.parametrize("report", ["system_health", "forecasts"])
def test_a_report_on_metrics_can_be_narrowed_to_each_of_their_groups(report):
    groups = {metric["metric_group"] for metric in METRICS.values()}
    script = (APP / f"verenigingen_maintenance/report/{report}/{report}.js").read_text(encoding="utf-8")
    offered = re.search(r'\.\.\."([A-Za-z ]+)"\.split', script)[1].split()
    assert groups <= set(offered)


def test_no_two_metrics_share_a_title():
    titles = [metric["title"] for metric in METRICS.values()]
    assert len(titles) == len(set(titles))


def test_a_metric_is_named_after_the_source_that_reads_it():
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*", name) for name in METRICS)
    assert set(METRICS) - SOURCES == WITHOUT_SOURCE


def test_every_check_that_is_measured_has_its_source():
    missing = {name for name, check in CHECKS.items() if check["source"] not in SOURCES | set(DERIVED)}
    assert missing == set(), "measured by no function below @source"
    assert {check["source"] for check in LIVE.values()} <= SOURCES


def test_a_live_check_that_looks_back_has_a_metric_that_each_round_samples():
    looking_back = {name: check["source"] for name, check in LIVE.items() if duration(check) != (1, 1)}
    each_round = {name for name, metric in METRICS.items() if not metric.get("every_minutes")}
    assert looking_back, "none looks back"
    assert set(looking_back.values()) <= each_round


def test_a_check_and_the_metric_of_the_same_source_have_one_unit():
    units = {name: metric["unit"] for name, metric in METRICS.items()}
    compared = {name: check for name, check in CHECKS.items() if check["source"] in units}
    assert compared, "no check reads a metric"
    assert {name: check["unit"] for name, check in compared.items()} == {
        name: units[check["source"]] for name, check in compared.items()
    }


def test_a_derived_check_names_a_derivation_and_the_status_its_scale():
    derived = {check["source"] for check in CHECKS.values() if check["source"].startswith("derived.")}
    assert derived == set(DERIVED)
    assert CHECKS["system_status"]["unit"] == SCALE


def test_there_are_seven_procedures_with_the_windows_of_the_written_one():
    windows = {
        procedure["cadence"]: (procedure.get("window_starts"), procedure.get("window_ends"))
        for procedure in PROCEDURES.values()
    }
    assert len(PROCEDURES) == 7
    assert windows["Daily"] == ("09:00", "09:10")
    assert windows["Weekly"] == ("08:00", "09:00")
    assert windows["Monthly"] == ("07:00", "10:00")
    assert windows["Emergency"] == (None, None)


@each_procedure
def test_every_reference_of_a_procedure_leads_somewhere(procedure):
    groups = {group["title"] for group in procedure["task_groups"]}
    tasks = {task["title"] for task in procedure["tasks"]}
    boxes = set(procedure["boxes"])
    checks = procedure.get("checks", [])
    assert {task["task_group"] for task in procedure["tasks"]} == groups
    assert {row["task"] for row in checks} <= tasks
    assert {row["check_name"] for row in checks} <= set(CHECKS)
    assert {task["box"] for task in procedure["tasks"] if "box" in task} | {
        row["box"] for row in checks
    } == boxes


@each_procedure
def test_a_title_is_there_once(procedure):
    for table in ("task_groups", "tasks"):
        titles = [row["title"] for row in procedure[table]]
        assert len(titles) == len(set(titles))


@each_procedure
def test_every_task_is_measured_or_has_a_box_that_a_person_ticks(procedure):
    measured = {row["task"] for row in procedure.get("checks", [])}
    for task in procedure["tasks"]:
        assert task["title"] in measured or task.get("box"), task["title"]


@each_procedure
def test_a_procedure_has_an_owner_an_approver_and_a_monthly_review(procedure):
    assert (procedure["owner_title"], procedure["approver_title"]) == (
        "Operations Team Lead",
        "Technical Lead",
    )
    assert procedure["review_every_months"] == 1


@each_procedure
def test_every_command_is_one_for_this_site(procedure):
    for task in procedure["tasks"]:
        command = task.get("command", "").format(site="SITE", bench="BENCH", address="ADDRESS")
        assert "dev.veganisme.net" not in command
        assert "localhost" not in command


def test_every_check_is_part_of_a_procedure():
    used = {row["check_name"] for each in PROCEDURES.values() for row in each.get("checks", [])}
    assert used == set(CHECKS)


def test_the_daily_boxes_are_those_of_the_checklist_template():
    assert PROCEDURES["Daily Maintenance"]["boxes"] == [
        "Dashboard accessible and loads within 5 seconds",
        'System status shows "healthy"',
        "Critical issues count = 0",
        "Error count (24h) < 10",
        "Compliance score > 90%",
        "Analytics sections load and show recent data",
        "Performance metrics within acceptable ranges",
        "No recurring errors identified",
    ]


def test_the_levels_and_contacts_are_those_of_the_written_procedure():
    levels = {
        entry["level"]: (entry["title"], entry["response_in_hours"]) for entry in read("levels.yaml").values()
    }
    assert levels == {1: ("Operations Team", 0), 2: ("Technical Team", 120), 3: ("External Support", 0)}
    assert read("levels.yaml")["level-2"]["response_after_hours"] == 240
    assert list(read("contacts.yaml")) == [
        "Technical Lead",
        "DevOps Engineer",
        "Operations Manager",
        "24/7 Support",
    ]


def test_what_silences_what_names_subjects_that_checks_have():
    subjects = {check.get("subject") or name for name, check in CHECKS.items()}
    rules = read("settings.yaml")["Maintenance Settings"]["inhibitions"]
    assert rules
    assert {rule[side] for rule in rules for side in ("cause", "silenced")} <= subjects


def test_what_silences_is_over_by_itself():
    """One that only a person ends would silence what follows from it for as long as nobody looks."""
    live = {check.get("subject") or name for name, check in LIVE.items()}
    rules = read("settings.yaml")["Maintenance Settings"]["inhibitions"]
    assert {rule["cause"] for rule in rules} <= live


def test_each_unit_of_several_has_a_word_for_one():
    units = {entry.get("unit") or "" for entry in (*CHECKS.values(), *METRICS.values())}
    assert {unit for unit in units if len(unit) > 2 and unit.endswith("s")} <= set(ONE)
