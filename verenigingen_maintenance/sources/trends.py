"""One figure a day or a week for the charts of the workspace. A day that was not measured is not there: it is
never 0. Bounded reads of what was rolled up.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

import frappe

from verenigingen_maintenance.sources import clock, error_patterns, stored
from verenigingen_maintenance.sources.compliance import ASSESSMENT
from verenigingen_maintenance.sources.error_patterns import COUNT

ESCALATION, DATABASE = "Maintenance Escalation", "mariadb.response_time"
WEEK = 7


def errors(days: int, now: datetime) -> dict[date, int]:
    """The errors of each whole day that was counted, up to yesterday."""
    today, counted = clock.stored(now).date(), _counted_days(now)
    if counted is None:
        return {}
    asked = [day for day in _days(today - timedelta(days=days), today) if counted[0] < day < counted[1]]
    filters = {"name": ("in", [f"D{day:%Y%m%d}" for day in asked] or [""])}
    rows = frappe.get_all(COUNT, filters=filters, fields=["day", "errors", "stale"], limit=0)
    found = {row.day: row for row in rows}
    return {day: found[day].errors if day in found else 0 for day in asked if not _is_stale(found.get(day))}


def _counted_days(now: datetime) -> tuple[date, date] | None:
    """The days between which all errors were counted, both of them excluded; None where none were."""
    since, waits = error_patterns.counted_since(), error_patterns.oldest_uncounted()
    if since is None or (waits is None and error_patterns.uncounted()):
        return None
    today = clock.stored(now).date()
    return since.date(), min(waits.date(), today) if waits else today


def _is_stale(row: frappe._dict | None) -> bool:
    return bool(row and row.stale)


def database_response(days: int, now: datetime) -> dict[date, float]:
    """The median of each whole day, in ms."""
    return stored.daily(DATABASE, clock.stored(now).date() - timedelta(days=days))


def compliance(days: int, now: datetime) -> dict[date, float]:
    """The score of each day that has one, in percent."""
    since = clock.stored(now).date() - timedelta(days=days)
    rows = frappe.get_all(ASSESSMENT, {"day": (">=", since)}, ["day", "score"], limit=0)
    return {row.day: float(row.score) for row in rows if row.score}


def escalations(weeks: int, now: datetime) -> dict[date, int]:
    """What opened in each whole week, by its Monday. A week in which nothing was sampled and nothing opened
    was not watched, and that in which watching began not wholly: they are not there."""
    this = _monday(clock.stored(now).date())
    first = this - timedelta(weeks=weeks)
    days, opened = stored.daily(DATABASE, first - timedelta(weeks=1)), _opened(first, this)
    watched = {_monday(day) for day in days} | set(opened)
    if days and min(days) != _monday(min(days)):
        watched -= {_monday(min(days))}
    mondays = [first + timedelta(weeks=each) for each in range(weeks)]
    return {monday: opened[monday] for monday in mondays if monday in watched}


def _opened(first: date, end: date) -> Counter[date]:
    """Escalations by the Monday of their week; drills are none."""
    rows = frappe.get_all(
        ESCALATION,
        filters=[["opened_at", ">=", first], ["opened_at", "<", end], ["is_drill", "=", 0]],
        fields=["date(opened_at) as day", "count(name) as opened"],
        group_by="date(opened_at)",
        order_by="",
        limit=0,
    )
    found: Counter[date] = Counter()
    for row in rows:
        found[_monday(row.day)] += row.opened
    return found


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _days(first: date, end: date) -> list[date]:
    return [first + timedelta(days=each) for each in range((end - first).days)]
