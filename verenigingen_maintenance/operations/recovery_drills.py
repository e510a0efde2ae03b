"""Recovery drills: begun, told step by step, ended with a verdict, signed. What is signed stays as it is."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from verenigingen_maintenance.core.drill_seal import FIGURES, STEP, fingerprint, is_intact
from verenigingen_maintenance.core.redaction import redact
from verenigingen_maintenance.core.verdicts import Verdict, worst
from verenigingen_maintenance.operations import records
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.operations.transactions import lock
from verenigingen_maintenance.sources import clock

DRILL = "Recovery Drill"
RESTORE, FAILOVER, EMERGENCY_ACCESS = "Restore", "Failover", "Emergency Access"
RUNNING, ENDED, SIGNED, ABANDONED = "Running", "Ended", "Signed", "Abandoned"
LONGEST = 10_000


def begin(kind: str, title: str, user: str, **values: Any) -> Document:
    """A drill of `kind` that runs from now on. Raises frappe.ValidationError where one of its kind does."""
    if running := frappe.db.get_value(DRILL, {"open_key": kind}):
        refuse(_("{0} is under way. One drill of a kind at a time: end it, or abandon it."), running)
    drill = frappe.get_doc({"doctype": DRILL, "kind": kind, "title": title[:140], "open_key": kind, **values})
    drill.update({"status": RUNNING, "started_by": user, "started_at": clock.stored(clock.now())})
    try:
        records.insert(drill)
    except frappe.UniqueValidationError:
        refuse(_("Somebody else began such a drill just now."))
    return drill


def get(name: str) -> Document:
    """A drill, locked. Raises frappe.DoesNotExistError."""
    if not frappe.db.exists(DRILL, name):
        refuse(_("There is no drill {0}."), name, kind=frappe.DoesNotExistError)
    return frappe.get_doc(DRILL, name, for_update=True)


def is_of_kind(name: str, kind: str) -> bool:
    """Whether there is such a drill."""
    return bool(frappe.db.exists(DRILL, {"name": name, "kind": kind}))


def running(name: str) -> Document:
    """A drill that is under way, locked. Raises frappe.ValidationError where it is over."""
    drill = get(name)
    if drill.status != RUNNING:
        refuse(_("{0} is {1}: nothing is added to it any more."), name, drill.status)
    return drill


def worked_on(kind: str, wait: int = 0) -> AbstractContextManager[bool]:
    """What works on a drill of `kind` holds this, a killed one no longer; False where something does for
    `wait` seconds more."""
    return lock(f"drill:{kind}", wait)


def add_step(drill: Document, title: str, verdict: Verdict | str, **values: Any) -> Document:
    """Adds what was done or asked: expected, found, seconds, detail, subject, done_by, note. Saved."""
    for field in ("expected", "found", "detail", "note"):
        values[field] = redact(str(values.get(field) or ""))[:LONGEST]
    row = {"title": title[:140], "verdict": str(verdict), "done_at": clock.stored(clock.now()), **values}
    step = drill.append("steps", row)
    write(drill)
    return step


def write(drill: Document) -> None:
    """Saves a drill that is under way."""
    records.write(drill)


def end(drill: Document, verdict: Verdict | str | None = None, failure: str = "") -> None:
    """It is over, with the worst verdict of its steps where none is given; a person signs it."""
    found = verdict or worst(Verdict(step.verdict) for step in drill.steps if step.verdict)
    drill.update({"status": ENDED, "verdict": str(found), "ended_at": clock.stored(clock.now())})
    drill.update({"failure": redact(failure)[:LONGEST], "open_key": None, "progress": None})
    records.write(drill)


def abandon(drill: Document, reason: str) -> None:
    """It was not finished, and proves nothing. Raises frappe.ValidationError without a reason."""
    if not (reason or "").strip():
        refuse(_("Say why it is given up: it is no proof of anything then."))
    if drill.status != RUNNING:
        refuse(_("{0} is {1} already."), drill.name, drill.status)
    drill.update({"status": ABANDONED, "verdict": Verdict.UNKNOWN.value, "failure": redact(reason)[:LONGEST]})
    drill.update({"ended_at": clock.stored(clock.now()), "open_key": None, "progress": None})
    records.write(drill)


def give_up(name: str, reason: str) -> None:
    """Abandons a drill for a person; one that a worker is at goes on. Raises frappe.ValidationError."""
    drill = running(name)
    with worked_on(drill.kind) as is_free:
        if not is_free:
            refuse(_("{0} is being worked on just now: it ends by itself."), name)
        abandon(drill, reason)


def sign(name: str, lessons: str, user: str) -> str:
    """A person stands for it, with what was learned; returns the SHA-256 of what is signed."""
    drill = get(name)
    if drill.status != ENDED:
        refuse(_("{0} is {1}: only one that has ended is signed."), name, drill.status)
    if not (lessons or "").strip():
        refuse(_("Say what was learned, and what is done about it; or that nothing has to be changed."))
    drill.update({"status": SIGNED, "lessons": lessons.strip()[:LONGEST], "signed_by": user})
    drill.signed_at = clock.stored(clock.now())
    drill.sha256 = fingerprint(drill, drill.steps)
    records.write(drill)
    return str(drill.sha256)


def describe(name: str) -> dict[str, Any]:
    """All that a drill says, with its steps; `intact` is None until it is signed."""
    if not frappe.db.exists(DRILL, name):
        refuse(_("There is no drill {0}."), name, kind=frappe.DoesNotExistError)
    drill = frappe.get_doc(DRILL, name)
    found = {"name": drill.name, "status": drill.status, "progress": drill.progress, "sha256": drill.sha256}
    found |= {field: drill.get(field) for field in FIGURES}
    found["steps"] = [{field: step.get(field) for field in STEP} for step in drill.steps]
    return {**found, "data": drill.data, "intact": is_intact(drill) if drill.status == SIGNED else None}
