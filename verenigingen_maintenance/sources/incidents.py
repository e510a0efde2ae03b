"""Incidents as they are stored, for the reviews: what lasts, what nobody reviewed, what is late."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import frappe

from verenigingen_maintenance.core.incident_states import ONGOING, Status
from verenigingen_maintenance.core.readings import Reading
from verenigingen_maintenance.core.wording import some
from verenigingen_maintenance.sources import clock, source

INCIDENT, MEASURE = "Maintenance Incident", "Maintenance Incident Measure"
REVIEW_WITHIN, LONG, DAY = timedelta(days=5), timedelta(days=1), timedelta(days=1)
MOST, MOST_NAMED = 200, 20


@source
def not_reviewed(now: datetime) -> Reading:
    """Incidents that were resolved more than five days ago, and that nobody reviewed; drills too."""
    rows = waiting_for_review(now)
    evidence = {row.name: f"{row.title}; resolved at {row.resolved_at}" for row in rows[:MOST_NAMED]}
    at_least = f"only {MOST} were read" if len(rows) >= MOST else ""
    named = some([f"{row.name} {row.title or ''}".strip() for row in rows])
    return Reading(len(rows), "incidents", now, INCIDENT, evidence, at_least=at_least, detail=named)


def waiting_for_review(now: datetime) -> list[Any]:
    """The same as rows, the longest waiting first."""
    filters = [["status", "=", Status.RESOLVED.value], ["resolved_at", "is", "set"]]
    return _rows([*filters, ["resolved_at", "<", clock.stored(now - REVIEW_WITHIN)]], "resolved_at")


def lasting(now: datetime) -> list[Any]:
    """Real incidents that are not over after a day, the longest first."""
    filters = [["status", "in", [each.value for each in ONGOING]], ["is_drill", "=", 0]]
    return _rows([*filters, ["opened_at", "<", clock.stored(now - LONG)]], "opened_at")


def late_measures(now: datetime) -> list[Any]:
    """Measures whose ToDo is open after its day: incident, title, allocated_to, due, todo."""
    todo, row = frappe.qb.DocType("ToDo"), frappe.qb.DocType(MEASURE)
    query = (
        frappe.qb.from_(todo)
        .join(row)
        .on((row.todo == todo.name) & (row.parent == todo.reference_name))
        .select(row.parent.as_("incident"), row.title, todo.allocated_to, todo.date.as_("due"), row.todo)
        .where((todo.reference_type == INCIDENT) & (todo.status == "Open"))
        .where(todo.date < clock.stored(now).date())
        .orderby(todo.date)
        .limit(MOST)
    )
    return query.run(as_dict=True)


def days_since(moment: datetime, now: datetime) -> float:
    """Whole and tenths of days since a stored time."""
    return round((now - clock.instant_before(moment, now)) / DAY, 1)


def _rows(filters: Iterable[Any], by: str) -> list[Any]:
    fields = ["name", "title", "status", "opened_at", "resolved_at", "is_drill"]
    return frappe.get_all(INCIDENT, list(filters), fields, order_by=f"{by} asc, name asc", limit=MOST)
