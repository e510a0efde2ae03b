"""Every door asks for a role first; the Auditor changes nothing."""

from itertools import product

import frappe
import pytest
from conftest import fresh, make_errors
from frappe.desk.form.save import savedocs

from verenigingen_maintenance import api
from verenigingen_maintenance.operations import run_now
from verenigingen_maintenance.sources import clock

ROLES = ("Maintenance Manager", "Maintenance Operator", "Maintenance Auditor")
DOCTYPES = (
    "Checklist Run",
    "Emergency Contact",
    "Maintenance Notification",
    "Maintenance Escalation",
    "Maintenance Procedure",
    "Maintenance Check",
    "Maintenance Settings",
    "Escalation Level",
    "Metric",
    "Metric Sample",
    "Metric Hour",
    "Metric Day",
    "Metric Forecast",
    "Downtime",
    "Monthly Service Level",
    "Error Pattern",
    "Compliance Assessment",
    "Compliance Gap",
    "Analytics Component",
    "Threshold Proposal",
    "Security Assessment",
    "Notification Target",
    "Procedure Version",
    "Training Session",
    "Maintenance Change",
    "Request Recording",
    "Maintenance Report",
    "Maintenance Incident",
    "Recovery Drill",
)
RECORDS = (
    *("Checklist Run", "Maintenance Escalation", "Maintenance Notification"),
    *("Metric Sample", "Metric Hour", "Metric Day", "Metric Forecast", "Monthly Service Level"),
    *("Compliance Assessment", "Compliance Gap", "Threshold Proposal"),
    *("Procedure Version", "Training Session", "Security Assessment"),
    *("Maintenance Change", "Request Recording", "Maintenance Incident"),
    *("Maintenance Change", "Request Recording", "Recovery Drill"),
    *("Compliance Assessment", "Compliance Gap", "Threshold Proposal", "Maintenance Report"),
    "Maintenance Incident",
)
COUNTED = ("Error Count", "Ingested Error")
READING = [
    (api.list_checks, ()),
    (api.status, ()),
    (api.still_to_fill, ()),
    (api.get_run, ("DAILY-2026-11-24",)),
    (api.list_run_files, ("DAILY-2026-11-24",)),
    (api.analyze_error_patterns, ()),
    (api.identify_error_hotspots, ()),
    (api.latest_errors, ("EP-1",)),
    (api.watcher, ()),
    (api.dashboard, ()),
    (api.system_health, ()),
    (api.get_compliance_metrics, ()),
    (api.generate_insights_report, ()),
    (api.get_analytics_summary, ()),
    (api.get_trend_forecasts, ()),
    (api.get_executive_summary, ()),
    (api.on_duty, ("level-1",)),
    (api.describe_escalation, ("ESC-1",)),
    (api.review_escalations, ()),
    (api.troubleshooting_guide, ()),
    (api.get_security_assessment, ()),
    (api.get_optimization_status, ()),
    (api.get_report, ("WEEKLY-1",)),
    (api.list_reports, ()),
    (api.list_incident_actions, ("INC-1",)),
    (api.restart_commands, ()),
    (api.report_pdf, ("WEEKLY-1",)),
    (api.describe_incident, ("INC-1",)),
    (api.list_incidents, ()),
    (api.draft_incident_message, ("INC-1",)),
    (api.get_incident_review, ("INC-1",)),
    (api.incident_review_pdf, ("INC-1",)),
    (api.get_drill, ("RD-1",)),
    (api.scratch_statement, ()),
    (api.workspace_figure, ('{"figure": "open_escalations"}',)),
    (api.get_workspace_charts, ()),
    (api.what_to_do, ()),
    (api.setup_steps, ()),
    (api.calendar_events, ("Checklist Run", "2026-11-01 00:00:00", "2026-11-02 00:00:00")),
]
WORKING = [
    (api.run_daily, ()),
    (api.sample, ()),
    (api.assess_compliance, ()),
    (api.refresh_analytics, ()),
    (api.restore_component, ("forecasts",)),
    (api.restore_next, ()),
    (api.open_run, ("Weekly Maintenance",)),
    (api.measure, ("DAILY-2026-11-24",)),
    (api.measure_row, ("DAILY-2026-11-24", "row")),
    (api.propose_not_applicable, ("active_members", "x")),
    (api.run_check, ("errors_24h",)),
    (api.acknowledge, ("ESC-1", "")),
    (api.resolve, ("ESC-1", "x")),
    (api.false_positive, ("ESC-1", "x")),
    (api.hand_on, ("ESC-1", "x")),
    (api.add_note, ("ESC-1", "x")),
    (api.close_escalation, ("ESC-1", "Real", "x")),
    (api.resolve_error_pattern, ("EP-1",)),
    (api.ignore_error_pattern, ("EP-1",)),
    (api.reopen_error_pattern, ("EP-1",)),
    (api.propose_thresholds, ()),
    (api.confirm_understanding, ("TRAIN-2026-11-27",)),
    (api.assess_security, ()),
    (api.accept_finding, ("WEEKLY-2026-W48", "x")),
    (api.act_on_finding, ("WEEKLY-2026-W48", "x", "x", "x", "2999-01-01")),
    (api.add_action, ("WEEKLY-2026-W48", "x", "x", "2999-01-01")),
    (api.find_opportunities, ()),
    (api.record_requests, (0,)),
    (api.stop_recording, ("RR-1",)),
    (api.propose_change, ("x", "x", "x", "x")),
    (api.plan_change, ("CH-1", "x", "x")),
    (api.apply_change, ("CH-1",)),
    (api.measure_change, ("CH-1",)),
    (api.draft_report, ("WEEKLY-ANALYTICS", "2026-13")),
    (api.mail_report, ("WEEKLY-1",)),
    (api.start_incident, ("",)),
    (api.take_command, ("INC-1",)),
    (api.note_in_incident, ("INC-1", "x")),
    (api.capture_state, ("INC-1",)),
    (api.mitigate_incident, ("INC-1", "x")),
    (api.resolve_incident, ("INC-1", "x")),
    (api.reopen_incident, ("INC-1", "x")),
    (api.send_incident_message, ("INC-1", "x", "x")),
    (api.perform_incident_action, ("INC-1", "Clear Cache", "x")),
    (api.begin_restart, ("INC-1", "MariaDB")),
    (api.record_restart, ("INC-1", "MariaDB", "x", "x")),
    (api.write_incident_review, ("INC-1", "x")),
    (api.add_measure, ("INC-1", "x", "Prevention", "x", "2999-01-01")),
    (api.test_configuration_backup, ()),
    (api.begin_failover_drill, ("x", "x")),
    (api.tell_failover, ("RD-1", "stopped")),
    (api.end_failover_drill, ("RD-1",)),
    (api.look_for_sign_ins, ("RD-1",)),
    (api.start_restore_drill, ("no such backup",)),
    (api.sign_drill, ("RD-1", "x")),
    (api.abandon_drill, ("RD-1", "x")),
    (api.ignore_error_patterns, (["EP-1"], "x")),
    (api.resolve_error_patterns, (["EP-1"], "x")),
    (api.acknowledge_escalations, (["ESC-1"],)),
]
MANAGING = [
    (api.accept_missed, ("DAILY-2026-11-24", "x")),
    (api.declare_not_applicable, ("active_members", "x")),
    (api.withdraw_not_applicable, ("active_members",)),
    (api.new_health_token, ()),
    (api.send_test_mail, ()),
    (api.compute_service_level, ("2026-10",)),
    (api.fall_back, ("x",)),
    (api.clear_analytics_cache, ()),
    (api.activate_escalation, ()),
    (api.start_drill, ("x",)),
    (api.deactivate_escalation, ("x",)),
    (api.accept_threshold, ("TP-1", "x")),
    (api.approve_report, ("WEEKLY-1",)),
    (api.dismiss_threshold, ("TP-1", "x")),
    (api.test_target, ("Chat",)),
    (api.approve_procedure, ("Daily Maintenance v1",)),
    (api.restore_procedure, ("Daily Maintenance v1", "x")),
    (api.review_procedure, ("Daily Maintenance", "x")),
    (api.confirm_contacts, ()),
    (api.start_training, ()),
    (api.check_access, ("TRAIN-2026-11-27",)),
    (api.close_training, ("TRAIN-2026-11-27",)),
    (api.agree_on_date, ("Quarterly Maintenance", "2027-01-11")),
    (api.approve_change, ("CH-1", "x")),
    (api.keep_change, ("CH-1", "x")),
    (api.roll_back_change, ("CH-1", "x")),
    (api.dismiss_change, ("CH-1", "x")),
    (api.review_incident, ("INC-1", "x")),
    (api.compare_configuration, ("x",)),
    (api.import_configuration, ("x", "x")),
    (api.begin_access_drill, ()),
    (api.add_emergency_account, ("RD-1", "x", "x")),
    (api.confirm_emergency_account, ("RD-1", "x", "x", "x")),
    (api.explain_emergency_account, ("RD-1", "x", "x")),
    (api.decide_emergency_account, ("RD-1", "x", "Keep", "x")),
    (api.end_access_drill, ("RD-1",)),
    (api.accept_missed_runs, (["DAILY-2026-11-24"], "x")),
    (api.dismiss_thresholds, (["TP-1"], "x")),
    (api.dismiss_changes, (["CH-1"], "x")),
]
KEEPING = [(api.export_configuration, ())]  # reads, but for a manager: it has names and telephone numbers


def user_with(role):
    return f"{role.split()[-1].lower()}@example.com"


def open_doors(doors, user, needed="This needs the role"):
    """The names of those that let a user in, or turn one away for anything but a role."""
    frappe.set_user(user)
    return [door.__name__ for door, arguments in doors if needed not in turned_away(door, arguments)]


def turned_away(door, arguments):
    """With which words; none where it lets in."""
    try:
        door(*arguments)
    except frappe.PermissionError as refused:
        return str(refused)
    except frappe.ValidationError:
        return ""
    return ""


@pytest.mark.parametrize("user", ["nobody@example.com", "member@example.com", "Guest"])
def test_who_has_no_role_gets_nothing_from_any_door(user):
    assert open_doors([*READING, *WORKING, *MANAGING, *KEEPING], user) == []


def test_the_auditor_is_refused_at_every_door_that_changes_something():
    assert open_doors([*WORKING, *MANAGING, *KEEPING], user_with("Maintenance Auditor")) == []


def test_the_operator_does_not_do_what_a_manager_decides():
    operator = user_with("Maintenance Operator")
    assert open_doors([*MANAGING, *KEEPING], operator, "This needs the role Maintenance Manager") == []


def test_every_whitelisted_method_is_listed_here():
    doors = {name for name, function in vars(api).items() if function in frappe.whitelisted}
    listed = {door.__name__ for door, _arguments in (*READING, *WORKING, *MANAGING, *KEEPING)}
    assert doors == {*listed, "health"}, "that one asks for a token: tests/site/test_watch.py"


def test_no_method_that_changes_something_answers_a_get():
    for door, _arguments in [*WORKING, *MANAGING]:
        if door is not api.run_check:
            assert frappe.allowed_http_methods_for_whitelisted_func[door] == ["POST"], door


def allowed(user, actions, doctypes):
    """Which of the actions a user may do, with which of the DocTypes."""
    pairs = product(doctypes, actions)
    return {(name, action) for name, action in pairs if frappe.has_permission(name, action, user=user)}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_reads_everything(role):
    assert allowed(user_with(role), ["read"], DOCTYPES) == {(name, "read") for name in DOCTYPES}


def test_the_auditor_may_change_no_doctype():
    changing = ["write", "create", "delete", "submit", "cancel", "amend", "import", "share"]
    assert allowed(user_with("Maintenance Auditor"), changing, [*DOCTYPES, *COUNTED]) == set()


@pytest.mark.parametrize("user", ["nobody@example.com", "member@example.com"])
def test_who_has_no_role_reads_no_doctype(user):
    assert allowed(user, ["read"], [*DOCTYPES, *COUNTED]) == set()


@pytest.mark.parametrize("role", ROLES)
def test_nobody_creates_or_deletes_what_is_recorded(role):
    recorded = [*RECORDS, "Error Pattern", *COUNTED]
    assert allowed(user_with(role), ["create", "delete"], recorded) == set()


def test_the_operator_reads_settings_and_changes_only_the_notes_of_runs_and_patterns():
    operator = user_with("Maintenance Operator")
    writable = {doctype for doctype in DOCTYPES if frappe.has_permission(doctype, "write", user=operator)}
    assert writable == {"Checklist Run", "Error Pattern", "Maintenance Report"}


def errors(run):
    return next(item for item in run.items if item.check_name == "errors_24h")


@pytest.fixture
def run():
    make_errors(51)
    return run_now.run_now("daily", clock.now())


BY_HAND = (
    lambda run: run.update({"verdict": "OK"}),
    lambda run: run.update({"status": "Signed"}),
    lambda run: run.update({"measured_by": "Guest"}),
    lambda run: errors(run).update({"verdict": "OK"}),
    lambda run: errors(run).update({"value": "0"}),
    lambda run: errors(run).update({"evidence": "{}"}),
    lambda run: errors(run).update({"rule": "{}"}),
    lambda run: errors(run).update({"escalation": None}),
    lambda run: run.notes[0].update({"label": "Something else"}),
    lambda run: run.update({"since_last_signed": "Nothing happened"}),
    lambda run: run.boxes[3].update({"verdict": "OK"}),
    lambda run: run.items.pop(),
    lambda run: run.append("items", {"title": "Invented", "verdict": "OK"}),
)


@pytest.mark.parametrize("user", ["manager@example.com", "Administrator"])
def test_what_was_measured_is_not_written_by_hand(run, user):
    frappe.set_user(user)
    before = fresh("Checklist Run", run).as_json()
    for number, change in enumerate(BY_HAND):
        document = frappe.get_doc("Checklist Run", run)
        change(document)
        with pytest.raises(frappe.ValidationError) as refused:
            document.save()
        assert "Only results, notes and free fields are written by hand" in str(refused.value), number
        assert fresh("Checklist Run", run).as_json() == before, number


def test_a_form_sends_times_as_text_and_its_notes_are_saved(run):
    frappe.set_user("operator@example.com")
    sent = frappe.parse_json(frappe.get_doc("Checklist Run", run).as_json())
    sent["notes"][0]["text"] = "The bank is down"
    savedocs(frappe.as_json(sent), "Save")
    assert frappe.get_doc("Checklist Run", run).notes[0].text == "The bank is down"


def test_a_signed_run_takes_no_note_either(run):
    frappe.db.set_value("Checklist Run", run, "status", "Signed")
    document = frappe.get_doc("Checklist Run", run)
    document.notes[0].text = "Too late"
    with pytest.raises(frappe.ValidationError, match="is Signed and stays as it is"):
        document.save()


def test_an_operator_works_from_breach_to_resolution(run):
    frappe.set_user(user_with("Maintenance Operator"))
    (name,) = frappe.get_all("Maintenance Escalation", pluck="name")
    api.acknowledge(name, "Looking")
    api.resolve(name, "Bank is back")
    escalation = fresh("Maintenance Escalation", name)
    assert (escalation.status, escalation.closed_by) == ("Resolved", "operator@example.com")


@pytest.mark.parametrize("doctype", RECORDS)
def test_not_even_the_administrator_makes_a_record_by_hand(doctype):
    forged = frappe.new_doc(doctype)
    forged.update(
        {"name": "DAILY-2026-11-20", "status": "Signed", "observed_at": "2026-11-20", "begins": "2026-11-20"}
    )
    forged.update({"metric": "mariadb.response_time", "kind": "Planned", "month": "2026-11-01"})
    with pytest.raises(
        frappe.ValidationError, match="is a record: it is neither made, changed nor deleted by hand"
    ):
        forged.insert(ignore_mandatory=True)


def test_not_even_the_administrator_deletes_a_run_or_changes_an_escalation(run):
    (name,) = frappe.get_all("Maintenance Escalation", pluck="name")
    escalation = frappe.get_doc("Maintenance Escalation", name)
    escalation.status = "Resolved"
    for forbidden in (
        escalation.save,
        lambda: frappe.delete_doc("Maintenance Escalation", name, force=True),
        lambda: frappe.delete_doc("Checklist Run", run, force=True),
    ):
        with pytest.raises(frappe.ValidationError, match="is a record"):
            forbidden()


@pytest.mark.parametrize(
    ("doctype", "name", "field", "forged"),
    [
        ("Maintenance Check", "errors_24h", "version", 77),
        ("Maintenance Check", "errors_24h", "shipped", "{}"),
        ("Maintenance Check", "errors_24h", "not_applicable", 1),
        ("Maintenance Check", "errors_24h", "proposal", "x"),
        ("Maintenance Procedure", "Daily Maintenance", "version", 77),
        ("Maintenance Procedure", "Daily Maintenance", "active_since", None),
        ("Maintenance Settings", "Maintenance Settings", "holidays_until", 2099),
        ("Maintenance Settings", "Maintenance Settings", "escalation_active", 1),
    ],
)
def test_what_the_app_keeps_for_itself_is_not_written_by_a_manager(doctype, name, field, forged):
    frappe.set_user("manager@example.com")
    before = frappe.get_doc(doctype, name).get(field)
    frappe.get_doc(doctype, name).update({field: forged}).save()
    assert frappe.get_doc(doctype, name).get(field) == before


ALONE = (
    lambda run: ("Checklist Run Item", run.items[0].name, {"done_by": "manager@example.com"}),
    lambda run: ("Checklist Run Item", run.items[0].name, {"not_applicable": 1}),
    lambda run: ("Checklist Run Item", run.items[0].name, {"parent": "DAILY-2026-11-20"}),
    lambda run: ("Checklist Run Note", run.notes[0].name, {"label": "Forged"}),
    lambda run: ("Checklist Run Box", run.boxes[0].name, {"verdict": "OK"}),
    lambda run: ("Checklist Run Time", run.times[0].name, {"measured": "1"}),
)


@pytest.mark.parametrize("user", ["operator@example.com", "Administrator"])
def test_a_row_is_not_saved_or_deleted_apart_from_its_run(run, user):
    frappe.set_user(user)
    for change in ALONE:
        doctype, name, values = change(frappe.get_doc("Checklist Run", run))
        row = frappe.get_doc(doctype, name)
        before = row.as_json()
        with pytest.raises(frappe.ValidationError, match="is changed with its document, and not by itself"):
            row.update(values).save()
        with pytest.raises((frappe.ValidationError, frappe.PermissionError)):
            frappe.get_doc(doctype, name).delete(force=True)
        assert frappe.get_doc(doctype, name).as_json() == before, values
