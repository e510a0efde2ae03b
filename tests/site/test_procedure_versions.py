"""Each change of a procedure's words is a version: with its difference, approved by another, brought back."""

import frappe
import pytest

from verenigingen_maintenance import api
from verenigingen_maintenance.operations import procedure_versions, seed
from verenigingen_maintenance.operations.still_to_fill import still_to_fill
from verenigingen_maintenance.sources import clock, documentation

VERSION, PROCEDURE = "Procedure Version", "Maintenance Procedure"
MANAGER, ANOTHER = "manager@example.com", "Administrator"
WEEKLY = "Weekly Maintenance"


pytestmark = pytest.mark.usefixtures("over_http")


def change(minutes=55, reason="It takes longer", user=MANAGER):
    """A manager changes the minutes of the first task; the name of the version that this makes."""
    frappe.set_user(user)
    procedure = frappe.get_doc(PROCEDURE, WEEKLY)
    procedure.tasks[0].minutes = minutes
    procedure.change_reason = reason
    procedure.save()
    return f"{WEEKLY} v{procedure.version}"


def statuses():
    rows = frappe.get_all(VERSION, {"procedure": WEEKLY}, ["version", "status"], order_by="version asc")
    return [row.status for row in rows]


def test_an_installation_brings_a_first_version_of_each_which_waits_in_one_line():
    found = frappe.get_all(VERSION, fields=["version", "status", "made_by", "diff"])
    assert len(found) == 7
    assert {(row.version, row.status, row.made_by, row.diff) for row in found} == {(1, "Draft", None, "")}
    (told,) = [line for line in still_to_fill() if line.startswith("Procedure Version: ")]
    assert told.startswith("Procedure Version: 7 to approve by a Maintenance Manager who did not make it: ")
    assert documentation.changes_not_approved(clock.now()).value == 7
    frappe.db.set_value(PROCEDURE, WEEKLY, "enabled", 0)
    assert documentation.changes_not_approved(clock.now()).value == 6, "what is switched off is not in use"


def test_a_change_is_kept_with_who_why_and_what_under_the_task_that_changed():
    name = change(minutes=55)
    kept, procedure = frappe.get_doc(VERSION, name), frappe.get_doc(PROCEDURE, WEEKLY)
    assert (kept.status, kept.made_by, kept.reason) == ("Draft", MANAGER, "It takes longer")
    assert kept.diff.startswith(f"=== Task “{procedure.tasks[0].title}” (changed)")
    assert "+minutes: 55" in kept.diff
    assert not procedure.change_reason, "the next change has a reason of its own"
    assert statuses() == ["Superseded", "Draft"], (
        "what nobody approved in time is not to be approved any more"
    )


def test_what_is_no_change_of_words_makes_no_version():
    frappe.set_user(MANAGER)
    sent = frappe.get_doc(PROCEDURE, WEEKLY)
    sent.update({"window_starts": str(sent.window_starts).zfill(8), "last_review": "2026-11-02"}).save()
    assert statuses() == ["Draft"]


def test_an_author_does_not_approve_and_another_manager_does():
    name = change()
    with pytest.raises(frappe.ValidationError, match=r"You made .* another Maintenance Manager approves it"):
        api.approve_procedure(name)
    frappe.set_user(ANOTHER)
    api.approve_procedure(name, "Read it aloud")
    kept = frappe.get_doc(VERSION, name)
    assert (kept.status, kept.approved_by, kept.approval_note) == ("Approved", ANOTHER, "Read it aloud")
    with pytest.raises(frappe.ValidationError, match="is Approved already"):
        api.approve_procedure(name)
    later = change(minutes=66)
    assert statuses() == ["Superseded", "Approved", "Draft"], "the approved one is, until the next is"
    frappe.set_user(ANOTHER)
    api.approve_procedure(later)
    assert statuses() == ["Superseded", "Superseded", "Approved"]


def test_who_approves_is_told_of_earlier_changes_that_nobody_approved():
    def told(name):
        version = frappe.get_doc(VERSION, name)
        version.run_method("onload")
        return version.get_onload().also_waiting

    first = change(minutes=55)
    assert told(first) == [], "version 1 has no difference: it is the first"
    second = change(minutes=66, user=ANOTHER)
    assert "+minutes: 66" in frappe.db.get_value(VERSION, second, "diff")
    assert told(second) == [first], "its own difference does not show what came with the one before"
    frappe.set_user(MANAGER)
    api.approve_procedure(second)
    assert told(second) == []
    assert told(change(minutes=77)) == []


def test_what_came_with_the_app_has_no_author_so_that_each_manager_may_approve_it():
    frappe.set_user(MANAGER)
    api.approve_procedure(f"{WEEKLY} v1")
    assert statuses() == ["Approved"]
    with pytest.raises(frappe.DoesNotExistError, match="There is no version Weekly v9"):
        api.approve_procedure("Weekly v9")


def test_an_earlier_version_comes_back_as_a_new_one_with_the_reason():
    before = procedure_versions.text_of(frappe.get_doc(PROCEDURE, WEEKLY))
    frappe.set_user(MANAGER)
    procedure = frappe.get_doc(PROCEDURE, WEEKLY)
    procedure.tasks = procedure.tasks[:-1]
    procedure.checks = [
        row for row in procedure.checks if row.task in {each.title for each in procedure.tasks}
    ]
    procedure.update(
        {"enabled": 0, "boxes": f"{procedure.boxes}\nOne more", "window_ends": "10:30:00"}
    ).save()
    for reason, refusal in ((" ", "Say why"), ("Tried", None), ("Again", "has the words of .* v1 already")):
        if refusal:
            with pytest.raises(frappe.ValidationError, match=refusal):
                api.restore_procedure(f"{WEEKLY} v1", reason)
        else:
            assert api.restore_procedure(f"{WEEKLY} v1", reason) == {"version": f"{WEEKLY} v3"}
    assert procedure_versions.text_of(frappe.get_doc(PROCEDURE, WEEKLY)) == before
    assert frappe.db.get_value(VERSION, f"{WEEKLY} v3", "reason") == f"{WEEKLY} v1 was brought back: Tried"


def test_a_site_from_before_versions_were_kept_gets_the_present_ones_once():
    frappe.db.delete(VERSION)
    for _time in range(2):
        procedure_versions.keep_present()
    assert (
        len(
            frappe.get_all(VERSION, {"status": "Draft", "reason": "As it was when versions began to be kept"})
        )
        == 7
    )


def test_an_upgrade_that_changes_words_makes_a_version_without_an_author(monkeypatch):
    entries = seed.read_runbook("*ly.yaml")
    entries[WEEKLY]["trigger_text"] = "Monday"
    monkeypatch.setattr(seed, "read_runbook", lambda files: entries if files == "*ly.yaml" else {})
    seed.seed()
    kept = frappe.get_doc(VERSION, f"{WEEKLY} v2")
    assert (kept.made_by, kept.reason) == (None, "As the app brings it")
    assert "+trigger_text: Monday" in kept.diff


def test_a_run_says_with_which_version_it_was_made():
    run = frappe.new_doc("Checklist Run").update(
        {"procedure": WEEKLY, "procedure_version": 1, "status": "Signed"}
    )
    run.run_method("onload")
    assert run.get_onload().version == f"{WEEKLY} v1"
    run.procedure_version = 77
    run.run_method("onload")
    assert run.get_onload().version is None
