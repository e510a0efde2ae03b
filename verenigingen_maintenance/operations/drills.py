"""A drill walks the real path of an escalation, marked as a drill, and keeps who answered when.

Each level has so many minutes, at any hour. An answer goes on to the next level; so does silence. Nothing of
a drill is counted as an alert.
"""

from __future__ import annotations

from datetime import datetime

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import time_diff_in_seconds

from verenigingen_maintenance.core import escalation_clock
from verenigingen_maintenance.core.policy import Policy
from verenigingen_maintenance.operations import duty, escalation_policy, notifications
from verenigingen_maintenance.operations.escalation_steps import (
    ESCALATION,
    add_event,
    clock_of,
    keep_clock,
    move,
    policy_of,
    start,
    write,
)
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.sources import clock

SUBJECT = "Drill"
SHORTEST, LONGEST = 1, 240


def begin(minutes: int, last_level: int, reason: str) -> str:
    """Opens a drill at the first level; each level up to `last_level` has `minutes` to answer."""
    if not SHORTEST <= minutes <= LONGEST:
        refuse(_("Each level has {0} to {1} minutes to answer."), SHORTEST, LONGEST)
    if not (reason or "").strip():
        refuse(_("Say what the drill is for: it stands in every message."))
    if running := frappe.db.get_value(ESCALATION, {"open_key": SUBJECT}):
        refuse(_("{0} is under way. One drill at a time."), running)
    escalation_policy.refuse_above_highest(last_level)
    policy = escalation_policy.present(minutes, last_level)
    first = policy.at_least(1)
    if first is None or last_level < first.level:
        refuse(_("There is no level up to {0}."), last_level)
    return _open(policy, first.name, reason)


def answer(escalation: Document, note: str) -> None:
    """Somebody answered for the level; the next one is asked, or it is over."""
    if escalation.status != "Open":
        refuse(_("{0} is over: {1}."), escalation.name, escalation.status)
    if frappe.session.user not in duty.reached(escalation.level, clock.now()).users:
        message = _(
            "{0} asks {1} now, and you are not there: somebody of that level answers, or its time ends."
        )
        refuse(message, escalation.name, _title(escalation))
    seconds = round((clock.now() - clock_of(escalation).level_since).total_seconds())
    told = f"{_title(escalation)}: {frappe.session.user} answered after {seconds} s"
    add_event(escalation, "Answered", f"{told}. {note}".strip())
    go_on(escalation, clock.now())


def unanswered(escalation: Document, now: datetime) -> None:
    """The time of a level is over."""
    add_event(escalation, "Note", f"{_title(escalation)}: nobody answered")
    go_on(escalation, now)


def go_on(escalation: Document, now: datetime) -> None:
    """The next level, or the end with what was found."""
    policy, kept = policy_of(escalation), clock_of(escalation)
    following = policy.next_above(kept.level)
    if following is None:
        move(escalation, "Resolved", "\n".join(_findings(escalation)))
        write(escalation)
        return
    move(escalation, "Next Level", "the drill goes on")
    keep_clock(escalation, escalation_clock.start(following.name, policy, now))
    write(escalation)
    notifications.announce(escalation, "Next Level")


def _open(policy: Policy, level: str, reason: str) -> str:
    now = clock.stored(clock.now())
    values = {"title": f"Drill: {reason}"[:140], "subject": SUBJECT, "open_key": SUBJECT}
    times = dict.fromkeys(("opened_at", "triggered_at", "onset_at"), now)
    drill = frappe.new_doc(ESCALATION, status="Pending", is_drill=1, **values, **times)
    move(drill, "Opened", f"A drill; nothing is broken. {reason}")
    start(drill, level, policy, clock.now())
    try:
        write(drill)
    except frappe.UniqueValidationError:
        refuse(_("Another drill began just now. One drill at a time."))
    notifications.announce(drill, "Opened")
    return drill.name


def _title(escalation: Document) -> str:
    level = policy_of(escalation).level(escalation.level or "")
    return level.title if level else "the level"


def _findings(escalation: Document) -> list[str]:
    """Level by level: who answered, or that nobody did."""
    seconds = round(time_diff_in_seconds(clock.stored(clock.now()), escalation.opened_at))
    lines = [each.note for each in escalation.events if each.event in ("Answered", "Note")]
    return [*lines, f"The drill took {seconds} s."]
