"""What people say of an escalation, and drills."""

from __future__ import annotations

import frappe

from verenigingen_maintenance.api.door import AUDITOR, MANAGER, OPERATOR, from_shell, only_for, told_in_shell
from verenigingen_maintenance.operations import drills, escalation_actions, escalation_form
from verenigingen_maintenance.operations.refusals import whole_number
from verenigingen_maintenance.sources import clock


@frappe.whitelist(methods=["POST"])
@told_in_shell
def acknowledge(escalation: str, note: str = "") -> None:
    """Somebody has it: nobody is reminded, and it goes to no further level."""
    only_for(MANAGER, OPERATOR)
    escalation_actions.acknowledge(escalation, note)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def hand_on(escalation: str, note: str, level: str = "") -> None:
    """It goes to the next level now; the note says what was tried, and `level` at which one that was."""
    only_for(MANAGER, OPERATOR)
    escalation_actions.hand_on(escalation, note, level)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def add_note(escalation: str, note: str) -> None:
    """What somebody sees or does while it lasts, and afterwards."""
    only_for(MANAGER, OPERATOR)
    escalation_actions.add_note(escalation, note)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def resolve(escalation: str, note: str) -> None:
    """It is over; the note says how."""
    only_for(MANAGER, OPERATOR)
    escalation_actions.resolve(escalation, note)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def false_positive(escalation: str, note: str) -> None:
    """It never was one; the note says why."""
    only_for(MANAGER, OPERATOR)
    escalation_actions.false_positive(escalation, note)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def close_escalation(escalation: str, outcome: str, review: str) -> None:
    """Ends it for good: Real, No Action Needed or False Positive; the review says what to learn."""
    only_for(MANAGER, OPERATOR)
    escalation_actions.close(escalation, outcome, review)


@frappe.whitelist(methods=["GET"])
@told_in_shell
def describe_escalation(escalation: str) -> dict:
    """Who has it, who is next and when, whom to call, what the runbook says, and who was told."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return escalation_form.describe(escalation, clock.now())


@frappe.whitelist(methods=["POST"])
@told_in_shell
def start_drill(reason: str, minutes: int = 5, last_level: int = 2) -> dict:
    """Walks the path of an escalation up to a level, as a drill; each level has so many minutes to answer."""
    only_for(MANAGER)
    numbers = whole_number(minutes, "minutes"), whole_number(last_level, "last_level")
    name = drills.begin(*numbers, reason)
    if from_shell():
        print(name)
    return {"escalation": name}
