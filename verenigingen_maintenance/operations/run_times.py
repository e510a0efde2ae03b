"""Estimated and real minutes of a run: when its rows were answered, and what a person corrects."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime

from verenigingen_maintenance.core.times import MOST_MINUTES, Stamp, minutes_of, spent
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.sources import clock

FINDINGS = "Findings and Actions"


def estimate(run: Document, procedure: Document) -> None:
    """A row for each group of tasks, as a run is opened."""
    for group in procedure.task_groups:
        run.append("times", {"task_group": group.title, "estimated": group.minutes})


def refresh(run: Document) -> None:
    """What was measured until now. Empty where that is not known: all was saved at once, or by nobody yet."""
    measured = {group: minutes_of(time) for group, time in spent(_stamps(run)).items()}
    if measured.get(FINDINGS) and all(row.task_group != FINDINGS for row in run.times):
        run.append("times", {"task_group": FINDINGS})
    for row in run.times:
        row.measured = str(measured.get(row.task_group) or "")
        row.spent = _minutes(row)


def describe(run: Document) -> list[dict]:
    """The rows as numbers, with their sum; None where nothing was measured or corrected."""
    rows = [
        {
            "task_group": row.task_group,
            "estimated": row.estimated or None,
            "measured": _number(row.measured),
            "spent": _number(row.spent),
        }
        for row in run.times
    ]
    return [*rows, _total(rows)] if rows else []


def _total(rows: list[dict]) -> dict:
    """What a person says comes before what was measured. None where of no group anything is known."""
    real = [row["measured"] if row["spent"] is None else row["spent"] for row in rows]
    known = [each for each in real if each is not None]
    return {
        "task_group": _("Total"),
        "estimated": sum(row["estimated"] or 0 for row in rows),
        "measured": None,
        "spent": sum(known) if known else None,
    }


def _stamps(run: Document) -> Iterator[Stamp]:
    for item in run.items:
        if item.by_hand and item.done_at and item.done_by:
            yield Stamp(item.done_by, _instant(item.done_at), item.task_group or "")
    for row in run.findings:
        if row.decided_at and row.decided_by:
            yield Stamp(row.decided_by, _instant(row.decided_at), FINDINGS)


def _instant(stored: object) -> datetime:
    """A form sends times as text."""
    return clock.instant(get_datetime(stored))


def _minutes(row: Document) -> str:
    text = str(row.spent or "").strip()
    if text and not (text.isdecimal() and int(text) <= MOST_MINUTES):
        message = _("The minutes of {0} are a whole number from 0 to {1}: “{2}” is not.")
        refuse(message, row.task_group, MOST_MINUTES, text)
    return text


def _number(text: str | None) -> int | None:
    return int(text) if text else None
