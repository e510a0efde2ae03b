"""One step of an escalation: its event, the state that follows, and its clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint

from verenigingen_maintenance.core import escalation_clock
from verenigingen_maintenance.core.escalation_clock import Clock
from verenigingen_maintenance.core.escalation_states import (
    OVER,
    TRANSITIONS,
    UNRESOLVED,
    Status,
    after,
)
from verenigingen_maintenance.core.policy import Policy
from verenigingen_maintenance.core.transitions import TransitionError
from verenigingen_maintenance.operations import dashboard_news, mutes, records
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.sources import clock

ESCALATION = "Maintenance Escalation"
MOST_EVENTS = 100


def get(name: str) -> Document:
    """An escalation, locked: two people at once are one after the other."""
    if not frappe.db.exists(ESCALATION, name):
        refuse(_("There is no escalation {0}."), name, kind=frappe.DoesNotExistError)
    return frappe.get_doc(ESCALATION, name, for_update=True)


def move(escalation: Document, event: str, note: str = "", run: str | None = None) -> None:
    """Takes a step that a rule or a person wants. Raises frappe.ValidationError where it cannot follow."""
    add_event(escalation, event, note, run)
    if event not in TRANSITIONS:
        return
    try:
        status = after(Status(escalation.status), event)
    except TransitionError:
        _refuse(escalation)
    _set_status(escalation, status)


def add_event(escalation: Document, event: str, note: str = "", run: str | None = None) -> None:
    """Adds an event; from the hundredth on, one that repeats takes the place of its last like."""
    now, by = clock.stored(clock.now()), frappe.session.user
    values = {"happened_at": now, "note": note, "checklist_run": run, "by_user": by}
    alike = [each for each in escalation.events if each.event == event]
    if len(escalation.events) >= MOST_EVENTS and alike:
        alike[-1].update(values)
        return
    escalation.append("events", {"event": event, **values})


def start(escalation: Document, level: str, policy: Policy, now: datetime) -> None:
    """A level is told now: its clock begins, unless it is muted."""
    mute = "" if escalation.is_drill else why_muted(escalation, mutes.quiet(now), now)
    begun = escalation_clock.start(level, policy, now, mute, is_running(escalation))
    if mute:
        add_event(escalation, "Muted", mute)
    escalation.policy = policy.as_json()
    keep_clock(escalation, begun)


def why_muted(escalation: Document, quiet: mutes.Quiet, now: datetime) -> str:
    return mutes.why(escalation.subject, [row.check_name for row in escalation.checks], quiet, now)


def is_running(escalation: Document) -> bool:
    """Whether its clock leads to the next level; that of a drill always does."""
    return bool(cint(escalation.is_drill)) or bool(
        cint(frappe.db.get_single_value(SETTINGS, "escalation_active"))
    )


def hurry(escalation: Document, now: datetime) -> None:
    """Nobody is at its level: where its clock runs, the next one is told without waiting."""
    kept = clock_of(escalation)
    if kept.next_level_at and not kept.muted:
        keep_clock(escalation, replace(kept, next_level_at=now))


def clock_of(escalation: Document) -> Clock:
    return Clock.from_json(escalation.clock)


def policy_of(escalation: Document) -> Policy:
    return Policy.from_json(escalation.policy)


def keep_clock(escalation: Document, kept: Clock) -> None:
    """As instants for the app, and as local times for people."""
    escalation.clock = kept.as_json()
    escalation.level = kept.level or None
    escalation.muted_because = kept.muted
    escalation.level_since = clock.stored(kept.level_since)
    for field in ("next_level_at", "next_reminder_at"):
        moment = getattr(kept, field)
        escalation.set(field, clock.stored(moment) if moment else None)


def write(escalation: Document) -> None:
    """Saves it. Its level may have been deleted meanwhile: that keeps no step from being taken."""
    escalation.flags.ignore_links = True
    save = records.insert if escalation.is_new() else records.write
    save(escalation)
    dashboard_news.changed()


def _set_status(escalation: Document, status: Status) -> None:
    now = clock.stored(clock.now())
    former, escalation.status = escalation.status, status.value
    if status is Status.ACKNOWLEDGED:
        first = escalation.first_acknowledged_at or now
        values = {"acknowledged_at": now, "first_acknowledged_at": first}
        escalation.update({"acknowledged_by": frappe.session.user, **values})
    if status is Status.OPEN:
        escalation.update({"acknowledged_by": None, "acknowledged_at": None})
    if status in OVER and Status(former) not in OVER:
        escalation.update({"open_key": None, "closed_by": frappe.session.user, "closed_at": now})
    if status not in OVER:
        escalation.open_key = escalation.subject
    if status is not Status.OPEN and escalation.clock:
        keep_clock(escalation, escalation_clock.stop(clock_of(escalation)))


def _refuse(escalation: Document) -> None:
    who = {"Acknowledged": escalation.acknowledged_by}.get(escalation.status) or escalation.closed_by
    is_unresolved = Status(escalation.status) in UNRESOLVED
    at = escalation.acknowledged_at if is_unresolved else escalation.closed_at
    if who and at:
        told = _("{0} is {1} already, by {2} at {3}.")
        refuse(told, escalation.name, escalation.status, who, f"{at:%Y-%m-%d %H:%M}")
    refuse(_("{0} is {1}: that does not follow."), escalation.name, escalation.status)
