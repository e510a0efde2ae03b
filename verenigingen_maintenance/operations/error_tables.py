"""Errors of some days as rows, for the reports of Desk. Nothing is counted here: a report only reads."""

from __future__ import annotations

from typing import Any

import frappe

from verenigingen_maintenance.core.error_facts import PatternFacts
from verenigingen_maintenance.core.hotspots import hotspots
from verenigingen_maintenance.operations.error_review import days_of
from verenigingen_maintenance.sources import clock, error_facts, error_patterns
from verenigingen_maintenance.sources.error_patterns import PATTERN

FIELDS = ("title", "state", "severity", "area", "errors", "own", "first_at", "last_at")


def patterns(days: object) -> dict[str, Any]:
    """The patterns with errors in the last days, the most frequent first, and the errors of each day.

    Raises frappe.ValidationError unless they are 1 to 400.
    """
    facts = error_facts.facts(days_of(days), clock.now())
    users = _users([pattern.name for pattern in facts.patterns])
    return {
        "total": facts.total,
        "daily": facts.daily,
        "unknown_before": facts.unknown_before,
        "patterns": [_row(pattern, facts.total, users[pattern.name]) for pattern in facts.ranked],
        "not_counted_yet": error_patterns.uncounted(),
    }


def spots(days: object) -> dict[str, Any]:
    """Where the errors of the last days gather, by kind of place. Raises as `patterns` does."""
    facts = error_facts.facts(days_of(days), clock.now())
    found = hotspots(facts)
    return {
        "spots": found["hotspots"],
        "critical": len(found["critical_hotspots"]),
        "unknown_before": facts.unknown_before,
        "not_counted_yet": error_patterns.uncounted(),
    }


def _row(pattern: PatternFacts, total: int, users: int) -> dict[str, Any]:
    share = round(100 * pattern.errors / total, 1) if total else 0.0
    shown = {field: getattr(pattern, field) for field in FIELDS}
    return {"pattern": pattern.name, **shown, "share": share, "users": users}


def _users(names: list[str]) -> dict[str, int]:
    """How many users ever met each pattern."""
    filters = {"name": ("in", names)}
    return dict(frappe.get_all(PATTERN, filters=filters, fields=["name", "users"], as_list=True))
