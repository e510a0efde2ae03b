"""Applies an approved change: marked as begun, measured before, done, measured after; by a job, step by step.

A killed job leaves what it did, and the change Approved and begun: applying it once more finishes it, and a
rollback takes back what is there. No schedule calls any of this.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import frappe
from frappe import _
from frappe.model.document import Document

from verenigingen_maintenance.core.change_states import Status
from verenigingen_maintenance.core.language import phrase
from verenigingen_maintenance.core.redaction import redact
from verenigingen_maintenance.operations import change_records, measure_change, records
from verenigingen_maintenance.operations.change_kinds import Way, way_of
from verenigingen_maintenance.operations.change_records import alone, worked_on
from verenigingen_maintenance.operations.refusals import plain, refuse
from verenigingen_maintenance.operations.transactions import commit
from verenigingen_maintenance.sources import clock

LONGEST_FAILURE = 2_000
NOTHING = {"nothing": True}  # of a kind that has no state that could come back


def begin(name: str, user: str) -> str:
    """Marks an approved change as begun, for `run` to do; returns its status, which is Outdated where there
    is nothing left to do. Raises frappe.ValidationError where the app must not do it."""
    change = change_records.get(name)
    change_records.status_after(change, "Apply")
    way = _way(change)
    with alone(name):
        parameters = change_records.read_json(change.parameters)
        way.refuse_bad(parameters)
        if not change.started_at and (reason := way.no_longer(parameters)):
            change_records.end(change, Status.OUTDATED, reason, user)
            return str(change.status)
        way.refuse_unsafe(parameters)
        change.update({"started_at": clock.stored(clock.now()), "started_by": user, "failure": None})
        records.write(change.update({"progress": "Waits for a worker"}))
    return str(change.status)


def run(name: str) -> None:
    """Does what was begun. Raises what went wrong, after it is written down; a job that comes late does
    nothing."""
    work_on(name, _is_due, _run)


def work_on(name: str, is_due: Callable[[Document], bool], work: Callable[[Document], None]) -> None:
    """One job at a time does `work` where it is still due. Raises what went wrong, after it is written
    down."""
    with worked_on(name) as is_free:
        if not is_free:
            return
        commit()
        change = change_records.get(name)
        if not is_due(change):
            return
        try:
            work(change)
        except Exception as error:
            frappe.db.rollback()
            _note_failure(name, error)
            raise


def _is_due(change: Document) -> bool:
    return change.status == Status.APPROVED.value and bool(change.started_at)


def _run(change: Document) -> None:
    way, parameters = _way(change), change_records.read_json(change.parameters)
    if not change.undo:
        _tell(change, 10, "Measuring before")
        way.refuse_unsafe(parameters)
        measure_change.before(change, clock.now())
        change.undo = change_records.as_json(way.before(parameters) or NOTHING)
        records.write(change)
    _tell(change, 40, phrase("Changing"))
    way.apply(parameters, change_records.read_json(change.undo))
    _applied(change, clock.now(), str(change.started_by))
    _tell(change, 80, "Measuring after")
    measure_change.after(change, clock.now())
    _tell(change, 100, phrase("Applied"))


def by_hand(name: str, note: str, user: str) -> None:
    """Somebody did it by hand, and says how. What the app can see of it has to be so.

    What can be read at any moment was read when it was approved.
    """
    if not (note or "").strip():
        refuse(_("Say what you did, and what was there before: that is the way back."))
    change = change_records.get(name)
    change_records.status_after(change, "Apply")
    with alone(name):
        if way := way_of(change.kind):
            way.refuse_unless_done(change_records.read_json(change.parameters))
        change.by_hand = note.strip()
        _applied(change, clock.now(), user)
        measure_change.after(change, clock.now())
        records.write(change)


def _applied(change: Document, now: datetime, user: str) -> None:
    change.update({"status": Status.APPLIED.value, "applied_at": clock.stored(now), "applied_by": user})
    change.update({"failure": None, "progress": None})
    if measure_change.is_windowed(change):
        change.measure_until = clock.stored(now + change_records.days())
    records.write(change)


def _tell(change: Document, percent: int, text: str) -> None:
    """For whoever watches the form, and for whoever finds it half-way."""
    change.progress = text if change.status == Status.APPROVED.value else None
    records.write(change)
    commit()
    frappe.publish_progress(percent, change.title, "Maintenance Change", change.name, text)


def _note_failure(name: str, error: Exception) -> None:
    change = change_records.get(name)
    text = redact(f"{type(error).__name__}: {plain(error)}")[:LONGEST_FAILURE]
    records.write(change.update({"failure": text, "progress": None}))
    commit()
    if _is_untouched(change):  # as if it was never begun: what others do from now on is theirs
        records.write(change.update({"started_at": None, "started_by": None, "undo": None}))
        commit()


def _is_untouched(change: Document) -> bool:
    """Whether what a failed attempt found is there still, just as it was."""
    if change.status != Status.APPROVED.value or change.rollback_begun_at:
        return False
    if not change.undo:
        return True
    found = _way(change).before(change_records.read_json(change.parameters)) or NOTHING
    return bool(change_records.read_json(change.undo) == found)


def _way(change: Document) -> Way:
    way = way_of(change.kind)
    if way is None:
        refuse(_("{0} is done by hand: follow its steps, and say that it is done."), change.name)
    return way
