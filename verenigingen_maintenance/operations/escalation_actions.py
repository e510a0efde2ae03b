"""What people do with an escalation: acknowledge, hand on, resolve, review it."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint

from verenigingen_maintenance.operations import drills, escalation_steps, notifications, review_causes
from verenigingen_maintenance.operations.escalation_steps import get, move, write
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.sources import clock

REAL = "Real"
OUTCOMES = (REAL, "No Action Needed", "False Positive")


def acknowledge(name: str, note: str = "") -> None:
    """Somebody has it: its clock stands, and nobody is reminded. In a drill, the next level is asked."""
    escalation = get(name)
    if cint(escalation.is_drill):
        drills.answer(escalation, note)
    else:
        move(escalation, "Acknowledged", note)
    write(escalation)


def hand_on(name: str, note: str, level: str = "") -> None:
    """Goes to the next level now; `note` says what was tried, and `level` at which one that was."""
    _needs(note, _("Say in a note what was tried: the next level of {0} begins with it."), name)
    escalation = get(name)
    if cint(escalation.is_drill):
        refuse(_("{0} is a drill: its levels answer one after the other."), name)
    if level and level != escalation.level:
        title = frappe.db.get_value("Escalation Level", escalation.level, "title") or escalation.level
        refuse(_("{0} is with {1} meanwhile: look at it again before you hand it on."), name, title)
    move(escalation, "Handed On", note)
    _start_next(escalation)
    write(escalation)
    notifications.announce(escalation, "Next Level")


def _start_next(escalation: Document) -> None:
    if not escalation.clock:
        refuse(_("The clock of {0} begins within a minute: try again then."), escalation.name)
    policy, kept = escalation_steps.policy_of(escalation), escalation_steps.clock_of(escalation)
    following = policy.next_above(kept.level)
    if following is None:
        refuse(_("{0} is at the last level: call the contacts that it shows."), escalation.name)
    escalation_steps.start(escalation, following.name, policy, clock.now())


def resolve(name: str, note: str) -> None:
    """It is over, and `note` says how. A breach that returns soon reopens it."""
    _end(name, "Resolved", note)


def false_positive(name: str, note: str) -> None:
    """It never was one, and `note` says why."""
    _end(name, "False Positive", note, outcome="False Positive")


def _end(name: str, event: str, note: str, **values: str) -> None:
    _needs(note, _("Say in a note why {0} is closed: the next one who meets this will look for it."), name)
    escalation = get(name)
    move(escalation, event, note)
    escalation.update(values)
    write(escalation)
    notifications.announce_over(escalation)


def add_note(name: str, note: str) -> None:
    """What somebody sees or does while it lasts."""
    _needs(note, _("Write a note for {0}."), name)
    escalation = get(name)
    move(escalation, "Note", note)
    write(escalation)


def close(name: str, outcome: str, review: str) -> None:
    """Ends it for good: whether it was real, and what there is to learn from it."""
    if outcome not in OUTCOMES:
        refuse(_("The outcome is one of: {0}."), ", ".join(OUTCOMES))
    _needs(review, _("Say in the review of {0} what there is to learn, if only that nothing is."), name)
    escalation = get(name)
    move(escalation, "Closed", f"{outcome}: {review}")
    reviewed = {"reviewed_by": frappe.session.user, "reviewed_at": clock.stored(clock.now())}
    escalation.update({"outcome": outcome, "review": review, **reviewed})
    write(escalation)
    if outcome == REAL and not cint(escalation.is_drill):
        review_causes.of_escalation(escalation)


def _needs(note: str, message: str, name: str) -> None:
    if not (note or "").strip():
        refuse(message, name)
