"""Analyses of errors as data, for the doors: trends, hotspots, patterns, and what Error Log does not show."""

from __future__ import annotations

from datetime import datetime

import frappe
from frappe import _

from verenigingen_maintenance.core.error_answers import analysis
from verenigingen_maintenance.core.error_facts import Facts, PatternFacts
from verenigingen_maintenance.core.error_insights import insights, recommendations
from verenigingen_maintenance.core.hotspots import hotspots
from verenigingen_maintenance.core.readings import Reading
from verenigingen_maintenance.operations import ingest_errors, measure, settings
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.sources import clock, error_facts, error_patterns
from verenigingen_maintenance.sources.error_facts import LONGEST
from verenigingen_maintenance.sources.error_patterns import PATTERN

MOST_PATTERNS = 50
MOST_LATEST = 20
SECONDS = 10
# What Error Log does not show: the name it is told by, and the source that counts it.
BESIDE = {
    "requests answered with 5xx without an Error Log": "failed_requests.without_error_log",
    "scheduled jobs that failed": "jobs.failed_scheduled_jobs",
    "scheduled jobs that never ended": "jobs.stuck_scheduled_jobs",
    "background jobs that failed": "jobs.failed_background_jobs",
    "background jobs that are stuck": "jobs.stuck_background_jobs",
}


def analyze_error_patterns(days: object, now: datetime) -> dict:
    """Trends, profiles, types, users, recurring patterns and hotspots of `days` days (1 to 400)."""
    return _analysis(error_facts.facts(days_of(days), now))


def identify_error_hotspots(days: object, now: datetime) -> dict:
    """Where the errors of `days` days (1 to 400) gather."""
    return hotspots(error_facts.facts(days_of(days), now))


def review(days: object, now: datetime) -> dict:
    """All of it, with the patterns and what Error Log does not show; what is new is counted first."""
    wanted = days_of(days)
    ingest_errors.catch_up(now)
    facts = error_facts.facts(wanted, now)
    return {
        **_analysis(facts),
        "error_patterns": [_described(each) for each in facts.ranked[:MOST_PATTERNS]],
        "beside_error_log": {name: _beside(source) for name, source in BESIDE.items()},
    }


def days_of(value: object) -> int:
    """A number of days, which HTTP and forms bring as text.

    Raises frappe.ValidationError unless it is one from 1 to 400.
    """
    text = str(value).strip()
    days = int(text) if text.isdecimal() and len(text) < 4 else 0
    if not 1 <= days <= LONGEST:
        refuse(_("Days must be a whole number from 1 to {0}: “{1}” is not."), LONGEST, value)
    return days


def _analysis(facts: Facts) -> dict:
    opens, closes = settings.business_hours(frappe.get_cached_doc(settings.SETTINGS))
    found, spots = analysis(facts, opens, closes), hotspots(facts)
    return {
        **found,
        "error_hotspots": spots,
        "insights": insights(found),
        "recommendations": recommendations(found, spots),
        "counted_since": _counted_since(),
        "not_counted_yet": error_patterns.uncounted(),
        "errors_of_this_app": sum(pattern.errors for pattern in facts.patterns if pattern.own),
    }


def latest_errors(pattern: str) -> list[dict]:
    """The latest logs that were counted for a pattern, and of each whether it is still there."""
    if not frappe.db.exists(PATTERN, pattern):
        refuse(_("There is no error pattern {0}."), pattern, kind=frappe.DoesNotExistError)
    found = error_patterns.latest(pattern, MOST_LATEST)
    there = frappe.get_all("Error Log", filters={"name": ("in", [row["log"] for row in found])}, pluck="name")
    return [{**row, "is_there": row["log"] in there} for row in found]


def _counted_since() -> str | None:
    since = error_patterns.counted_since()
    return clock.shown(clock.instant(since)) if since else None


def _described(pattern: PatternFacts) -> dict:
    fields = ("name", "title", "state", "severity", "kind", "area", "errors")
    own = {"of_this_app": True} if pattern.own else {}
    return {**{field: getattr(pattern, field) for field in fields}, **own}


def _beside(source: str) -> dict:
    read = measure.read(source, SECONDS)
    if isinstance(read, Reading):
        return {"value": read.value, "unit": read.unit, "detail": read.detail}
    return {"value": None, "reason": read.reason}
