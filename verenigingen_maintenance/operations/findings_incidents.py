"""Findings from the incidents: what lasts, what nobody reviewed, which measures are late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from frappe.utils import get_fullname, getdate

from verenigingen_maintenance.core.findings import Finding, Found, Review, worst_first
from verenigingen_maintenance.core.verdicts import Verdict
from verenigingen_maintenance.operations.incidents import INCIDENT
from verenigingen_maintenance.sources import clock, incidents


def found(_review: Review, now: datetime) -> Found:
    """Open for a day, resolved for five days and not reviewed; measures whose day is over."""
    lasting, waiting = incidents.lasting(now), incidents.waiting_for_review(now)
    late = incidents.late_measures(now)
    is_cut = max(map(len, (lasting, waiting, late))) >= incidents.MOST
    missing = f"only {incidents.MOST} of a kind were read" if is_cut else ""
    each = (*_lasting(lasting, now), *_waiting(waiting, now), *_late(late, now))
    return worst_first(each, missing, None if is_cut else [])


def _lasting(rows: list, now: datetime) -> Iterator[Finding]:
    for row in rows:
        days = incidents.days_since(row.opened_at, now)
        text = f"{row.status.lower()} for {days:g} days: mitigate and resolve it, or say what it waits for"
        title = f"{row.name} {row.title or ''}".strip()
        yield Finding(
            f"lasts {row.name}", title, text, days, "days", Verdict.CRITICAL, True, INCIDENT, row.name
        )


def _waiting(rows: list, now: datetime) -> Iterator[Finding]:
    for row in rows:
        days = incidents.days_since(row.resolved_at, now)
        text = f"resolved {days:g} days ago and not reviewed: write its review, and close it"
        title = f"Review {row.name} {row.title or ''}".strip()
        about = {"doctype": INCIDENT, "name": row.name}
        yield Finding(f"not reviewed {row.name}", title, text, days, "days", **about)


def _late(rows: list, now: datetime) -> Iterator[Finding]:
    today = clock.stored(now).date()
    for row in rows:
        days = (today - getdate(row.due)).days
        who = get_fullname(row.allocated_to) if row.allocated_to else "nobody"
        text = f"measure of {row.incident}: {who}, by {row.due}, overdue"
        about = {"doctype": "ToDo", "name": row.todo}
        yield Finding(f"measure {row.todo}", row.title, text, float(days), "days", **about)
