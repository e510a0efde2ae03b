"""Changes and opportunities as they are stored, for the reviews: nothing is measured here."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import frappe

from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.core.wording import some
from verenigingen_maintenance.sources import clock, source

CHANGE, SETTINGS = "Maintenance Change", "Maintenance Settings"
LOOKED_WITHIN = timedelta(days=3)
WEEK, QUARTER = timedelta(days=7), timedelta(days=90)
LONGEST_WORK = timedelta(hours=2)
MOST = 200
# Frappe takes a time that is not set for one long past.
IS_BEGUN = ["started_at", "is", "set"]
MOST_TOLD = 20


@source
def opportunities_open(now: datetime) -> Reading | Unknown:
    """Proposed changes, found by measurement or by people; at least so many where something could not be
    measured."""
    return _proposed(now, {}, ())


@source
def cache_opportunities_open(now: datetime) -> Reading | Unknown:
    """The same of the cache."""
    return _proposed(now, {"area": "Cache"}, ("cache",))


@source
def unplanned(now: datetime) -> Reading:
    """Proposed or approved changes without a responsible person or a date, and those that are overdue."""
    rows = _rows({"status": ("in", ["Proposed", "Approved"])}, "responsible", "due_on", "gain", "gain_level")
    today = clock.stored(now).date()
    loose = [row for row in rows if not row.responsible or not row.due_on]
    late = [row for row in rows if row.due_on and row.due_on < today]
    evidence = {"without a person or a date": _named(loose), "overdue": _named(late), "in all": len(rows)}
    return _count({row.name: row for row in (*loose, *late)}.values(), now, evidence)


@source
def not_measured(now: datetime) -> Reading:
    """Applied changes that are not judged: their time is over, or there was not enough data."""
    found = unjudged(now)
    evidence = {why: _named(rows) for why, rows in found.items()}
    return _count([row for rows in found.values() for row in rows], now, evidence)


def unjudged(now: datetime) -> dict[str, list[Any]]:
    """The same as rows, by why they are not; of at most `MOST` that are applied or kept."""
    rows = _rows({"status": ("in", ["Applied", "Kept"])}, "verdict", "measure_until", "measured_at", "status")
    at = clock.stored(now)
    late = [row for row in rows if not row.measured_at or (row.measure_until and row.measure_until <= at)]
    over = [row for row in rows if row not in late and row.status == "Applied" and not row.measure_until]
    few = [row for row in over if row.verdict == "Not Enough Data"]
    return {"not measured": late, "not enough data": few}


@source
def failures(now: datetime) -> Reading:
    """Changes that failed, that made something worse and are still there, or that were begun and never
    finished."""
    found = troubled(now)
    evidence = {what: _named(rows) for what, rows in found.items()}
    every = {row.name: row for rows in found.values() for row in rows}.values()
    return _count(every, now, evidence)


def troubled(now: datetime) -> dict[str, list[Any]]:
    """The same as rows, by what is wrong with them; at most `MOST` of each."""
    begun_before = ["started_at", "<", clock.stored(now - LONGEST_WORK)]
    begun = [["status", "=", "Approved"], IS_BEGUN, begun_before, ["failure", "is", "not set"]]
    failed = {"status": ("in", ["Approved", "Applied", "Kept"]), "failure": ("is", "set")}
    return {
        "made something worse": _rows({"rollback_proposed": 1}, "result"),
        "failed": _rows(failed, "failure"),
        "begun, not finished": _rows(begun, "started_at"),
    }


@source
def of_7_days(now: datetime) -> Reading:
    """Changes that were applied or rolled back in the last seven days, the latest first."""
    since = clock.stored(now - WEEK)
    applied = _rows({"applied_at": (">=", since)}, "applied_at", "applied_by", "status", "verdict")
    back = _rows({"status": "Rolled Back", "decided_at": (">=", since)}, "decided_at", "decided_by", "status")
    newest = sorted({row.name: row for row in (*back, *applied)}.values(), key=_moment, reverse=True)
    evidence = {
        row.name: f"{row.title}; {row.status}{' ' + row.verdict if row.get('verdict') else ''}; "
        f"{_moment(row)}"
        for row in newest[:MOST_TOLD]
    }
    return _count(newest, now, evidence)


@source
def better_of_90_days(now: datetime) -> Reading | Unknown:
    """The share of the changes of ninety days that made it better, of those that were judged."""
    rows = _rows({"applied_at": (">=", clock.stored(now - QUARTER))}, "verdict", "status", "result")
    judged = [row for row in rows if row.verdict in ("Better", "Same", "Worse")]
    if not judged:
        reason = (
            f"of {len(rows)} changes applied in 90 days none was judged" if rows else "no change in 90 days"
        )
        return Unknown(reason, now, CHANGE, learning=not rows)
    better = [row for row in judged if row.verdict == "Better"]
    evidence = {row.name: f"{row.title}; {row.verdict}; {row.status}" for row in rows[:MOST_TOLD]}
    detail = some([f"{row.title}: {row.verdict}" for row in judged if row not in better])
    return Reading(round(100 * len(better) / len(judged), 1), "%", now, CHANGE, evidence, detail=detail)


def _proposed(now: datetime, filters: dict[str, Any], finders: Iterable[str]) -> Reading | Unknown:
    last = json.loads(frappe.db.get_single_value(SETTINGS, "opportunities") or "{}")
    if not last:
        return Unknown("nobody looked for opportunities yet: a job does each day", now, CHANGE, learning=True)
    looked = datetime.fromisoformat(last["at"])
    if now - looked > LOOKED_WITHIN:
        return Unknown(f"opportunities were looked for last at {clock.shown(looked)}", now, CHANGE)
    missing = {name: why for name, why in last["not_measured"].items() if not finders or name in finders}
    rows = _rows({"status": "Proposed", **filters}, "gain", "gain_level", "finding")
    evidence = {
        "looked at": last["at"],
        "not measured": missing,
        "proposed": {row.name: f"{row.title}. {row.gain or ''}" for row in rows[:MOST_TOLD]},
    }
    at_least = "; ".join(f"{name}: {why}" for name, why in missing.items())
    return _count(rows, now, evidence, at_least)


def _rows(filters: dict[str, Any] | list[list[Any]], *fields: str) -> list[Any]:
    return frappe.get_all(CHANGE, filters, ["name", "title", *fields], order_by="name asc", limit=MOST)


def _named(rows: Iterable[Any]) -> dict[str, str]:
    return {row.name: row.title for row in list(rows)[:MOST_TOLD]}


def _moment(row: Any) -> str:
    return str(row.get("decided_at") or row.get("applied_at") or "")


def _count(rows: Iterable[Any], now: datetime, evidence: dict[str, Any], at_least: str = "") -> Reading:
    found = list(rows)
    at_least = at_least or (f"only {MOST} were read" if len(found) >= MOST else "")
    detail = some([f"{row.name} {row.title}" for row in found])
    return Reading(len(found), "changes", now, CHANGE, evidence, at_least, detail)
