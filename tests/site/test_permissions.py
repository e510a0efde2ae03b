"""Every door asks for a role first; the Auditor changes nothing."""

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
)
RECORDS = (
    *("Checklist Run", "Maintenance Escalation", "Maintenance Notification"),
    *("Metric Sample", "Metric Hour", "Metric Day", "Metric Forecast", "Monthly Service Level"),
    *("Compliance Assessment", "Compliance Gap", "Threshold Proposal"),
)
COUNTED = ("Error Count", "Ingested Error")
READING = [
    (api.list_checks, ()),
    (api.status, ()),
    (api.still_to_fill, ()),
    (api.get_run, ("DAILY-2026-11-24",)),
    (api.analyze_error_patterns, ()),
    (api.identify_error_hotspots, ()),
    (api.latest_errors, ("EP-1",)),
    (api.watcher, ()),
    (api.system_health, ()),
    (api.get_compliance_metrics, ()),
    (api.generate_insights_report, ()),
    (api.get_analytics_summary, ()),
    (api.get_trend_forecasts, ()),
    (api.get_executive_summary, ()),
    (api.on_duty, ("level-1",)),
    (api.describe_escalation, ("ESC-1",)),
    (api.review_escalations, ()),
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
]
MANAGING = [
    (api.accept_missed, ("DAILY-2026-11-24", "x")),
    (api.declare_not_applicable, ("active_members", "x")),
    (api.withdraw_not_applicable, ("active_members",)),
    (api.new_health_token, ()),
    (api.compute_service_level, ("2026-10",)),
    (api.fall_back, ("x",)),
    (api.clear_analytics_cache, ()),
    (api.activate_escalation, ()),
    (api.start_drill, ("x",)),
    (api.deactivate_escalation, ("x",)),
    (api.accept_threshold, ("TP-1", "x")),
    (api.dismiss_threshold, ("TP-1", "x")),
    (api.test_target, ("Chat",)),
]


def user_with(role):
    return f"{role.split()[-1].lower()}@example.com"


@pytest.mark.parametrize("user", ["nobody@example.com", "member@example.com"])
@pytest.mark.parametrize(("door", "arguments"), [*READING, *WORKING, *MANAGING])
def test_who_has_no_role_gets_nothing_from_any_door(door, arguments, user):
    frappe.set_user(user)
    with pytest.raises(frappe.PermissionError, match="This needs the role"):
        door(*arguments)


@pytest.mark.parametrize(("door", "arguments"), [*READING, *WORKING, *MANAGING])
def test_a_guest_gets_nothing_from_any_door(door, arguments):
    frappe.set_user("Guest")
    with pytest.raises(frappe.PermissionError, match="This needs the role"):
        door(*arguments)


@pytest.mark.parametrize(("door", "arguments"), [*WORKING, *MANAGING])
def test_the_auditor_is_refused_at_every_door_that_changes_something(door, arguments):
    frappe.set_user(user_with("Maintenance Auditor"))
    with pytest.raises(frappe.PermissionError, match="This needs the role"):
        door(*arguments)


@pytest.mark.parametrize(("door", "arguments"), MANAGING)
def test_the_operator_does_not_do_what_a_manager_decides(door, arguments):
    frappe.set_user(user_with("Maintenance Operator"))
    with pytest.raises(frappe.PermissionError, match="This needs the role Maintenance Manager"):
        door(*arguments)


def test_every_whitelisted_method_is_listed_here():
    doors = {name for name, function in vars(api).items() if function in frappe.whitelisted}
    listed = {door.__name__ for door, _arguments in (*READING, *WORKING, *MANAGING)}
    assert doors == {*listed, "health"}, "that one asks for a token: tests/site/test_watch.py"


def test_no_method_that_changes_something_answers_a_get():
    for door, _arguments in [*WORKING, *MANAGING]:
        if door is not api.run_check:
            assert frappe.allowed_http_methods_for_whitelisted_func[door] == ["POST"], door


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("doctype", DOCTYPES)
def test_each_role_reads_everything(role, doctype):
    assert frappe.has_permission(doctype, "read", user=user_with(role))


@pytest.mark.parametrize("doctype", [*DOCTYPES, *COUNTED])
@pytest.mark.parametrize(
    "action", ["write", "create", "delete", "submit", "cancel", "amend", "import", "share"]
)
def test_the_auditor_may_change_no_doctype(doctype, action):
    assert not frappe.has_permission(doctype, action, user=user_with("Maintenance Auditor"))


@pytest.mark.parametrize("doctype", [*DOCTYPES, *COUNTED])
@pytest.mark.parametrize("user", ["nobody@example.com", "member@example.com"])
def test_who_has_no_role_reads_no_doctype(doctype, user):
    assert not frappe.has_permission(doctype, "read", user=user)


@pytest.mark.parametrize("doctype", [*RECORDS, "Error Pattern", *COUNTED])
@pytest.mark.parametrize("role", ROLES)
def test_nobody_creates_or_deletes_what_is_recorded(doctype, role):
    for action in ("create", "delete"):
        assert not frappe.has_permission(doctype, action, user=user_with(role))


def test_the_operator_reads_settings_and_changes_only_the_notes_of_runs_and_patterns():
    operator = user_with("Maintenance Operator")
    writable = {doctype for doctype in DOCTYPES if frappe.has_permission(doctype, "write", user=operator)}
    assert writable == {"Checklist Run", "Error Pattern"}


def errors(run):
    return next(item for item in run.items if item.check_name == "errors_24h")


@pytest.fixture
def run():
    make_errors(51)
    return run_now.run_now("daily", clock.now())


@pytest.mark.parametrize(
    "change",
    [
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
    ],
)
@pytest.mark.parametrize("user", ["Maintenance Manager", "Administrator"])
def test_what_was_measured_is_not_written_by_hand(run, change, user):
    frappe.set_user(user if user == "Administrator" else user_with(user))
    document = frappe.get_doc("Checklist Run", run)
    before = document.as_json()
    change(document)
    with pytest.raises(
        frappe.ValidationError, match="Only results, notes and free fields are written by hand"
    ):
        document.save()
    assert fresh("Checklist Run", run).as_json() == before


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


ALONE = {
    "item": lambda run: ("Checklist Run Item", run.items[0].name, {"done_by": "manager@example.com"}),
    "item not applicable": lambda run: ("Checklist Run Item", run.items[0].name, {"not_applicable": 1}),
    "item elsewhere": lambda run: ("Checklist Run Item", run.items[0].name, {"parent": "DAILY-2026-11-20"}),
    "note": lambda run: ("Checklist Run Note", run.notes[0].name, {"label": "Forged"}),
    "box": lambda run: ("Checklist Run Box", run.boxes[0].name, {"verdict": "OK"}),
}


@pytest.mark.parametrize("user", ["operator@example.com", "Administrator"])
@pytest.mark.parametrize("change", ALONE.values(), ids=ALONE.keys())
def test_a_row_is_not_saved_or_deleted_apart_from_its_run(run, change, user):
    doctype, name, values = change(frappe.get_doc("Checklist Run", run))
    frappe.set_user(user)
    row = frappe.get_doc(doctype, name)
    before = row.as_json()
    with pytest.raises(frappe.ValidationError, match="is changed with its document, and not by itself"):
        row.update(values).save()
    with pytest.raises((frappe.ValidationError, frappe.PermissionError)):
        frappe.get_doc(doctype, name).delete(force=True)
    assert frappe.get_doc(doctype, name).as_json() == before
