"""A person signs a run: what it needs, what is then fixed, and what nobody can do any more."""

import frappe
import pytest
from conftest import fresh, make_errors
from frappe.desk.form.save import savedocs

from verenigingen_maintenance.operations import measure_run, run_now
from verenigingen_maintenance.sources import clock

OPERATOR = "operator@example.com"
HTML = '<img src=x onerror="alert(1)"> & <script>alert(2)</script>\n'


@pytest.fixture
def run():
    """Today's run, measured, as the operator has it before them."""
    name = run_now.run_now("daily", clock.now())
    frappe.set_user(OPERATOR)
    return frappe.get_doc("Checklist Run", name)


def by_hand(run):
    return [item for item in run.items if item.by_hand]


def fill_in(run, note="Looked at it"):
    """What a careful operator does: every row by hand, and a note on each row that is not OK."""
    for item in by_hand(run):
        item.result = "Done"
    for item in run.items:
        if item.verdict in ("CRITICAL", "UNKNOWN"):
            item.note = note
    return run


def test_what_is_still_needed_is_told_row_by_row_and_nothing_is_lost(run):
    by_hand(run)[0].result = "Failed"
    run.save()
    with pytest.raises(frappe.ValidationError, match="can be signed") as refusal:
        run.submit()
    text = str(refusal.value)
    assert f"{by_hand(run)[0].title}: a note on what failed" in text
    assert f"{by_hand(run)[1].title}: Done or Failed" in text
    assert "Compliance score: a note on what is not known" in text
    saved = frappe.get_doc("Checklist Run", run.name)
    assert (saved.status, saved.docstatus, by_hand(saved)[0].result) == ("Open", 0, "Failed")


def test_an_operator_signs_a_run_that_is_filled_in(run):
    fill_in(run).submit()
    signed = frappe.get_doc("Checklist Run", run.name)
    assert (signed.status, signed.docstatus, signed.closed_by) == ("Signed", 1, OPERATOR)
    assert signed.closed_at
    assert {item.done_by for item in by_hand(signed)} == {OPERATOR}


def test_signing_through_the_form_is_the_same(run):
    fill_in(run)
    savedocs(doc=frappe.as_json(run.as_dict()), action="Submit")
    assert frappe.db.get_value("Checklist Run", run.name, ["status", "docstatus"]) == ("Signed", 1)


def test_a_critical_row_needs_no_note_where_its_escalation_is_open():
    make_errors(60)
    run = frappe.get_doc("Checklist Run", run_now.run_now("daily", clock.now()))
    critical = next(item for item in run.items if item.check_name == "errors_24h")
    assert critical.verdict == "CRITICAL"
    assert critical.escalation
    fill_in(run)
    critical.note = ""
    run.submit()
    assert frappe.db.get_value("Checklist Run", run.name, "status") == "Signed"


@pytest.mark.parametrize("user", [OPERATOR, "manager@example.com", "Administrator"])
def test_a_signed_run_is_neither_changed_nor_cancelled_nor_deleted_by_anybody(run, user):
    fill_in(run).submit()
    frappe.set_user(user)
    signed = frappe.get_doc("Checklist Run", run.name)
    for change in (lambda: signed.cancel(), lambda: _rewrite(signed), lambda: signed.delete(force=True)):
        with pytest.raises((frappe.ValidationError, frappe.PermissionError)):
            change()
    unchanged = frappe.get_doc("Checklist Run", run.name)
    assert (unchanged.docstatus, unchanged.items[0].note) == (1, run.items[0].note)


def _rewrite(signed):
    signed.items[0].note = "On second thought"
    signed.save()


def test_a_signed_run_is_not_measured_again(run):
    fill_in(run).submit()
    frappe.db.commit()
    with pytest.raises(frappe.ValidationError, match="is Signed: only an open run is measured"):
        measure_run.measure(run.name, clock.now())


def test_a_correction_is_a_comment(run):
    fill_in(run).submit()
    run.add_comment("Comment", "The bank told us later that it was them")
    assert frappe.db.count("Comment", {"reference_name": run.name, "comment_type": "Comment"}) == 1


def test_the_second_of_two_who_sign_is_told_and_the_first_stays(run):
    second = frappe.get_doc("Checklist Run", run.name)
    fill_in(run).submit()
    frappe.set_user("manager@example.com")
    with pytest.raises(frappe.ValidationError):
        fill_in(second).submit()
    assert frappe.db.get_value("Checklist Run", run.name, "closed_by") == OPERATOR


def test_an_auditor_does_not_sign(run):
    frappe.set_user("auditor@example.com")
    with pytest.raises(frappe.PermissionError):
        fill_in(frappe.get_doc("Checklist Run", run.name)).submit()


def test_a_missed_run_is_not_signed(run):
    frappe.db.set_value("Checklist Run", run.name, "status", "Missed")
    with pytest.raises(frappe.ValidationError, match="is Missed"):
        fill_in(frappe.get_doc("Checklist Run", run.name)).submit()


def test_who_answered_a_row_is_stamped_by_the_server_and_not_taken_from_the_form(run):
    by_hand(run)[0].update({"result": "Done", "done_by": "Administrator"})
    with pytest.raises(frappe.ValidationError, match="Only results, notes and free fields"):
        run.save()


def test_a_measured_row_takes_no_result_by_hand(run):
    measured = next(item for item in run.items if item.check_name == "errors_24h")
    measured.result = "Done"
    run.save()
    assert not frappe.db.get_value("Checklist Run Item", measured.name, "result")


def test_a_box_waits_for_its_row_by_hand_and_a_failed_one_is_a_warning(run):
    box = next(box for box in run.boxes if box.box == by_hand(run)[1].box)
    assert box.verdict != "OK"
    by_hand(run)[1].result = "Failed"
    run.save()
    assert by_hand(run)[1].verdict == "WARNING"
    by_hand(run)[1].result = "Done"
    run.save()
    assert by_hand(run)[1].verdict == "OK"


def test_a_note_of_100_kb_full_of_html_is_kept_as_it_was_written(run):
    note = HTML * (100_000 // len(HTML) + 1)
    fill_in(run, note).submit()
    kept = frappe.get_doc("Checklist Run", run.name)
    assert next(item.note for item in kept.items if item.verdict == "UNKNOWN") == note
    page = frappe.get_print("Checklist Run", run.name, "Checklist")
    assert "<script>alert(2)" not in page
    assert "&lt;script&gt;alert(2)" in page


def test_a_procedure_that_is_edited_meanwhile_leaves_the_open_run_as_it_was_made(run):
    before = [(item.title, item.instructions, item.box) for item in run.items]
    frappe.set_user("manager@example.com")
    procedure = frappe.get_doc("Maintenance Procedure", run.procedure)
    procedure.tasks[0].instructions = "Quite another text"
    procedure.tasks = [task for task in procedure.tasks if task.title != "Check Error Patterns"]
    procedure.checks = [row for row in procedure.checks if row.task != "Check Error Patterns"]
    procedure.save()
    frappe.set_user(OPERATOR)
    fill_in(frappe.get_doc("Checklist Run", run.name)).submit()
    signed = frappe.get_doc("Checklist Run", run.name)
    assert [(item.title, item.instructions, item.box) for item in signed.items] == before
    assert signed.procedure_version < procedure.version


def test_the_free_fields_are_drafted_from_the_rows_until_somebody_writes_them(run):
    make_errors(60)
    frappe.set_user("Administrator")
    run_now.run_now("daily", clock.now())
    run = fresh("Checklist Run", run.name)
    texts = {note.label: note for note in run.notes}
    assert "Errors in 24 hours: CRITICAL, 60 errors" in texts["Issues Found"].text
    assert "ESC-" in texts["Escalations Made"].text
    frappe.set_user(OPERATOR)
    texts["Issues Found"].text = "The bank was down."
    next(item for item in run.items if item.check_name == "errors_24h").note = "Called the bank"
    run.save()
    run = frappe.get_doc("Checklist Run", run.name)
    texts = {note.label: note.text for note in run.notes}
    assert texts["Issues Found"] == "The bank was down."
    assert texts["Actions Taken"] == "Errors in 24 hours: Called the bank"


def test_a_run_of_which_most_rows_wait_is_not_ok_yet(run):
    frappe.set_user("Administrator")
    frappe.get_doc("Maintenance Procedure", "Analytics Engine Failure").update({"checks": []}).save()
    name = run_now.find_or_open_procedure("Analytics Engine Failure", clock.now())
    run_now.measure_now(name, clock.now())
    frappe.set_user(OPERATOR)
    by_hand = frappe.get_doc("Checklist Run", name)
    by_hand.items[0].result = "Done"
    by_hand.save()
    assert by_hand.verdict == ""
    for item in by_hand.items:
        item.result = "Done"
    by_hand.save()
    assert by_hand.verdict == "OK"
