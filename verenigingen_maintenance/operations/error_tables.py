"""Errors of some days as rows, for the reports of Desk. Nothing is counted here: a report only reads."""

from __future__ import annotations

from typing import Any

import frappe

from verenigingen_maintenance.core.error_facts import PatternFacts
from verenigingen_maintenance.core.hotspots import hotspots
from verenigingen_maintenance.sources import clock, error_facts, error_patterns
from verenigingen_maintenance.sources.error_facts import LONGEST
from verenigingen_maintenance.sources.error_patterns import PATTERN

FIELDS = ("title", "state", "severity", "area", "errors", "own")
EVER = ("users", "first_at", "last_at")


def days_of(value: object) -> int | None:
    """A number of days from 1 to 400; None where it is none. A report that raises is itself an Error Log."""
    text = str(value).strip()
    return int(text) if text.isdecimal() and len(text) < 4 and 1 <= int(text) <= LONGEST else None


def patterns(days: int) -> dict[str, Any]:
    """The patterns with errors in the last days, the most frequent first, and the errors of each day."""
    facts = error_facts.facts(days, clock.now())
    ranked = sorted(facts.patterns, key=lambda pattern: (-pattern.errors, pattern.name))
    ever = _ever([pattern.name for pattern in ranked])
    return {
        "total": facts.total,
        "daily": facts.daily,
        "patterns": [_row(pattern, facts.total) | ever[pattern.name] for pattern in ranked],
        "not_counted_yet": error_patterns.uncounted(),
    }


def spots(days: int) -> dict[str, Any]:
    """Where the errors of the last days gather, by kind of place."""
    found = hotspots(error_facts.facts(days, clock.now()))
    return {
        "spots": found["hotspots"],
        "critical": len(found["critical_hotspots"]),
        "not_counted_yet": error_patterns.uncounted(),
    }


def _row(pattern: PatternFacts, total: int) -> dict[str, Any]:
    share = round(100 * pattern.errors / total, 1) if total else 0.0
    return {"pattern": pattern.name, **{field: getattr(pattern, field) for field in FIELDS}, "share": share}


def _ever(names: list[str]) -> dict[str, dict[str, Any]]:
    """What is known of patterns since their first error."""
    rows = frappe.get_all(PATTERN, filters={"name": ("in", names)}, fields=["name", *EVER])
    return {row.name: {field: row[field] for field in EVER} for row in rows}
