"""The weekly run prepares itself: findings beside the last ones, decisions that stay, actions until done."""

from datetime import timedelta

import frappe
import pytest
from conftest import fresh
from frappe.desk.form.save import savedocs

from verenigingen_maintenance.core.findings import Finding, Found
from verenigingen_maintenance.core.verdicts import Verdict
from verenigingen_maintenance.operations import decide, findings, findings_growth, run_now, sign
from verenigingen_maintenance.operations.open_run import RUN
from verenigingen_maintenance.sources import clock

OPERATOR, MANAGER, WEEKLY = "operator@example.com", "manager@example.com", "Weekly Maintenance"
FINDING = "Checklist Run Finding"
HTML = "<img src=x onerror=alert(1)> & more"


class Provided:
    """What the only provider finds; a text is raised as an error."""

    def __init__(self):
        self.found = [Finding("disk", "Disk used", "full soon", 70, "%"), Finding("cache", "Cache", figure=5)]

    def __call__(self, _review, _now):
        if isinstance(self.found, str):
            raise RuntimeError(self.found)
        return Found(tuple(self.found))


@pytest.fixture
def provided(monkeypatch):
    """A provider of one's own, and a procedure of two rows by hand: sources have tests of their own."""
    answer = Provided()
    monkeypatch.setattr(findings, "PROVIDERS", [findings.Provider("Test", "findings_growth.found")])
    monkeypatch.setattr(findings_growth, "found", answer)
    procedure = frappe.get_doc("Maintenance Procedure", WEEKLY)
    procedure.update({"checks": [], "tasks": procedure.tasks[:2], "active_since": None})
    procedure.save()
    procedure.db_set("active_since", clock.stored(clock.now() - timedelta(days=1)))
    frappe.db.commit()
    return answer


def measured(name=None):
    """A weekly run outside any slot, measured, as the operator has it."""
    frappe.set_user("Administrator")
    name = name or frappe.db.get_value(RUN, {"status": "Open"}) or _opened()
    run_now.measure_now(name, clock.now())
    frappe.set_user(OPERATOR)
    return fresh(RUN, name)


def _opened():
    return run_now.find_or_open_procedure(WEEKLY, clock.now())


def row(run, key):
    return next(each for each in fresh(RUN, run.name).findings if each.key == key)


def states(run):
    return [(each.key, each.since_last, each.decision or "") for each in fresh(RUN, run.name).findings]


def decided(run, key="disk", what="Order a disk", owner=MANAGER, days=7):
    day = str(clock.stored(clock.now()).date() + timedelta(days=days))
    todo = decide.act(run.name, row(run, key).name, what, owner, day)
    frappe.db.commit()
    return todo


def accept(run, key="disk", note="", is_manager=False):
    decide.accept(run.name, row(run, key).name, note, is_manager)
    frappe.db.commit()


def signed(run):
    run = fresh(RUN, run.name)
    for item in run.items:
        item.result = "Done"
    run.submit()
    frappe.db.commit()
    return run


def test_measuring_again_keeps_what_was_decided_adds_what_is_new_and_says_what_is_over(provided):
    run = measured()
    assert states(run) == [("cache", "New", ""), ("disk", "New", "")]
    accept(run, "disk", "Ordered already")
    provided.found = [Finding("disk", "Disk used", "fuller", 90, "%"), Finding("new", "Load")]
    measured(run.name)
    assert states(run) == [("disk", "New", "Accepted"), ("new", "New", ""), ("cache", "Over", "")]
    kept = row(run, "disk")
    assert (kept.figure, kept.note, kept.decided_by) == ("90", "Ordered already", OPERATOR)


def test_what_is_critical_is_accepted_with_a_note_only(provided):
    provided.found = [Finding("disk", "Disk used", severity=Verdict.CRITICAL)]
    run = measured()
    with pytest.raises(frappe.ValidationError, match="Disk used is CRITICAL: write a note"):
        accept(run, "disk", "  ")
    assert states(run) == [("disk", "New", "")]
    accept(run, "disk", "It is a test")
    assert states(run) == [("disk", "New", "Accepted")]


def test_an_action_that_is_too_long_for_a_line_says_so_and_its_todo_has_all(provided):
    run = measured()
    todo = decided(run, what="word " * 100)
    assert fresh(RUN, run.name).run_actions[0].title.endswith("word…")
    assert frappe.db.get_value("ToDo", todo, "description").count("word") == 100


def test_a_provider_that_breaks_ends_nothing_and_says_why(provided):
    signed(_with_all_accepted(measured()))
    provided.found = "mail to jan@example.com failed"
    run = measured()
    told = {each.key: (each.since_last, each.before, each.text) for each in run.findings}
    assert told["disk"][:2] == ("Unknown", "70")
    assert told["not read: Test"][2] == "RuntimeError: mail to <e-mail> failed"
    assert not [need for need in sign.still_needed(run) if "Finding" in need]
    provided.found = [Finding("disk", "Disk used", "", 95, "%")]
    measured(run.name)
    assert states(run) == [("disk", "Worse", ""), ("cache", "Over", "")]
    assert (row(run, "disk").before, row(run, "disk").figure) == ("70", "95")


def test_a_provider_that_answers_what_is_no_text_leaves_its_own_area_unknown(provided):
    provided.found = [Finding("disk", "Disk used"), Finding("cache", None)]
    run = measured()
    assert [each.key for each in run.findings] == ["not read: Test"]
    assert run.findings[0].text.startswith("TypeError: ")


def test_what_is_new_and_cannot_be_read_again_waits_for_its_decision_all_the_same(provided):
    run = measured()
    accept(run, "cache")
    provided.found = "the log is gone"
    measured(run.name)
    assert states(run) == [
        ("not read: Test", "Unknown", ""),
        ("cache", "Unknown", "Accepted"),
        ("disk", "New", ""),
    ]
    with pytest.raises(frappe.ValidationError, match="Finding “Disk used”: Accept or Act"):
        signed(run)
    field = next(note for note in fresh(RUN, run.name).notes if note.label == "Key Findings")
    assert "Unknown: Test: not known: RuntimeError: the log is gone" in field.text.splitlines()
    accept(run, "disk")
    assert signed(run).docstatus == 1


def _with_all_accepted(run):
    for each in run.findings:
        accept(run, each.key)
    return run


def test_what_is_new_or_worse_is_decided_before_a_run_is_signed(provided):
    run = measured()
    with pytest.raises(frappe.ValidationError, match="Finding “Disk used”: Accept or Act"):
        signed(run)
    signed(_with_all_accepted(run))
    provided.found = [Finding("disk", "Disk used", "", 71, "%")]
    assert signed(measured()).docstatus == 1, "what is the same as before was decided then"


def test_an_action_is_a_todo_and_is_carried_until_somebody_closes_it_anywhere(provided):
    run = measured()
    todo = frappe.get_doc("ToDo", decided(run, what=HTML))
    assert (todo.allocated_to, todo.reference_type, todo.reference_name) == (MANAGER, RUN, run.name)
    assert todo.description == "&lt;img src=x onerror=alert(1)&gt; &amp; more"
    accept(run, "cache")
    signed(run)
    later = measured()
    (action,) = later.run_actions
    assert (action.todo, action.from_run, action.state) == (todo.name, run.name, "Open")
    field = next(note for note in later.notes if note.label == "Follow-up Required")
    assert field.text.startswith(f"{HTML} (Test, by ")
    page = frappe.get_print(RUN, later.name, "Checklist")
    assert "&lt;img src=x" in page
    assert "<img src=x" not in page
    frappe.set_user(MANAGER)
    todo.reload()
    todo.update({"status": "Closed"}).save()
    frappe.set_user(OPERATOR)
    later = signed(later)
    assert [(each.state, bool(each.closed_at)) for each in later.run_actions] == [("Closed", True)]
    done = next(note for note in later.notes if note.label == "Optimizations Implemented")
    assert done.text.startswith(f"{HTML} (done ")
    assert measured().run_actions == []


def test_an_action_whose_todo_was_deleted_is_told_as_removed_and_blocks_nothing(provided):
    run = measured()
    frappe.delete_doc("ToDo", decided(run), ignore_permissions=True, force=True)
    accept(run, "cache")
    assert [each.state for each in signed(run).run_actions] == ["Removed"]


@pytest.mark.parametrize(
    ("what", "owner", "date", "refusal"),
    [
        (" ", MANAGER, "2999-01-01", "Say what is to be done"),
        ("Look", "gone@example.com", "2999-01-01", "there is no user"),
        ("Look", "member@example.com", "2999-01-01", "not one of Desk"),
        ("Look", MANAGER, "2020-01-01", "is past"),
        ("Look", MANAGER, "", "Give the day"),
        ("Look", MANAGER, "soon", "Give the day"),
        ("Look", MANAGER, "12-01-2099", "Give the day"),  # the first of December to some, to others not
        ("Look", MANAGER, "99999999999999999999", "Give the day"),
    ],
)
def test_an_action_needs_words_somebody_who_can_and_a_day_to_come(provided, what, owner, date, refusal):
    run = measured()
    with pytest.raises(frappe.ValidationError, match=refusal):
        decide.act(run.name, run.findings[0].name, what, owner, date)
    assert frappe.db.count("ToDo") == 0
    assert len(frappe.local.message_log) == 1, "what is wrong is told once"


def test_what_is_decided_stays_and_what_was_accepted_may_become_an_action(provided):
    run = measured()
    accept(run, "disk")
    with pytest.raises(frappe.ValidationError, match="decided already: Accepted"):
        accept(run, "disk")
    decided(run)
    with pytest.raises(frappe.ValidationError, match="decided already: Action"):
        decided(run)
    forged = fresh(RUN, run.name)
    forged.findings[0].decision = "Accepted"
    with pytest.raises(frappe.ValidationError, match="are written by hand"):
        forged.save()


def test_nobody_decides_on_what_only_says_that_nothing_is_known(provided):
    provided.found = "the log is gone"
    run = measured()
    with pytest.raises(frappe.ValidationError, match="“Test: not known” is no finding"):
        accept(run, "not read: Test")
    with pytest.raises(frappe.ValidationError, match="is no finding"):
        decided(run, "not read: Test")
    assert frappe.db.count("ToDo") == 0


def test_minutes_that_a_person_corrects_are_whole_and_what_is_measured_is_not_theirs(provided):
    run = measured()
    run.times[0].spent = "25"
    run.save()
    assert [(each.estimated, each.spent or "") for each in fresh(RUN, run.name).times] == [
        (20, "25"),
        (15, ""),
        (10, ""),
    ]
    run.times[0].spent = "half an hour"
    with pytest.raises(frappe.ValidationError, match="whole number"):
        run.save()
    run = fresh(RUN, run.name)
    run.times[0].measured = "99"
    with pytest.raises(frappe.ValidationError, match="are written by hand"):
        run.save()


def test_the_time_between_two_answers_is_measured(provided, monkeypatch):
    run = measured()
    begin = clock.now()
    for number, minutes in enumerate((0, 7)):
        monkeypatch.setattr(clock, "now", lambda minutes=minutes: begin + timedelta(minutes=minutes))
        run = fresh(RUN, run.name)
        run.items[number].result = "Done"
        run.save()
    assert fresh(RUN, run.name).times[0].measured == "7"


def test_a_threshold_is_accepted_by_a_manager_with_a_reason_and_by_nobody_else(provided):
    check = frappe.get_doc("Maintenance Check", "disk_used")
    proposal = frappe.get_doc(
        {
            **{"doctype": "Threshold Proposal", "check_name": check.name, "status": "Open"},
            **{"current": check.critical, "proposed": "> 95", "threshold_version": check.version},
            "open_key": check.name,
        }
    )
    proposal.flags.by_operation = True
    proposal.insert(ignore_permissions=True)
    frappe.db.commit()
    about = {"doctype": "Threshold Proposal", "name": proposal.name}
    provided.found = [Finding("threshold", "disk_used: > 90 → > 95", **about)]
    run = measured()
    with pytest.raises(frappe.PermissionError, match="Maintenance Manager"):
        accept(run, "threshold", "Fewer alerts")
    frappe.set_user(MANAGER)
    with pytest.raises(frappe.ValidationError, match="Say why"):
        accept(run, "threshold", "", is_manager=True)
    accept(run, "threshold", "Fewer alerts", is_manager=True)
    assert frappe.db.get_value("Maintenance Check", "disk_used", "critical") == "> 95"
    assert row(run, "threshold").decision == "Accepted"


def test_all_providers_answer_on_a_site_without_history_and_a_daily_run_asks_none():
    run = frappe.get_doc({"doctype": RUN, "name": "X", "procedure": "Monthly Maintenance"})
    found = findings.read(run, clock.now())
    assert list(found) == [each.area for each in findings.PROVIDERS]
    broken = {area: each.missing for area, each in found.items() if "Error" in each.missing.split(":")[0]}
    assert broken == {}
    daily = frappe.get_doc({"doctype": RUN, "name": "X", "procedure": "Daily Maintenance"})
    assert findings.read(daily, clock.now()) == {}


def test_a_form_that_was_loaded_after_a_decision_is_saved(provided):
    run = measured()
    decided(run)
    form = fresh(RUN, run.name)
    form.onload()
    form.items[0].result = "Done"
    savedocs(doc=frappe.as_json(form.as_dict()), action="Save")
    assert fresh(RUN, run.name).items[0].result == "Done"
