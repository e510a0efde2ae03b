"""What the form of a run shows beside its fields: actions, minutes and files as they are now, what its rows
still need, what the run before had, and whether it is late."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from frappe.model.document import Document
from frappe.utils import get_datetime, getdate

from verenigingen_maintenance.operations import evidence_files, previous, run_actions, run_times, sign
from verenigingen_maintenance.sources import clock


def describe(run: Document) -> dict:
    """Of an open run the actions are those of this moment; of another one those it was closed with."""
    is_open = run.status == "Open"
    actions = run_actions.current(run) if is_open else [row.as_dict() for row in run.run_actions]
    today = clock.stored(clock.now()).date()
    return {
        "needs": sign.needs(run) if is_open else {},
        "previous": previous.beside(run),
        "files": evidence_files.of(run),
        "actions": [{**each, "is_late": _is_late(each, today)} for each in actions],
        "times": run_times.describe(run),
        "is_overdue": is_overdue(run, clock.now()),
    }


def is_overdue(run: Any, now: datetime) -> bool:
    """Whether the window of its slot is over, and nobody signed it."""
    return bool(
        run.status == "Open"
        and run.slot
        and run.due_until
        and clock.instant(get_datetime(run.due_until)) < now
    )


def _is_late(action: dict, today: date) -> bool:
    return bool(action["state"] == run_actions.OPEN and action["due"] and getdate(action["due"]) < today)
