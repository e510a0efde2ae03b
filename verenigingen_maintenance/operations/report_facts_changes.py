"""What reports tell of optimisation: opportunities, changes with their effect, and what is planned."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from typing import Any

import frappe

from verenigingen_maintenance.core.change_states import Status
from verenigingen_maintenance.core.opportunities import GAINS
from verenigingen_maintenance.core.report_periods import Period, quarters_until
from verenigingen_maintenance.operations import effectiveness as effects
from verenigingen_maintenance.operations import opportunities
from verenigingen_maintenance.operations.change_records import CHANGE
from verenigingen_maintenance.operations.report_facts_service import span_of
from verenigingen_maintenance.operations.report_filters import cut, within
from verenigingen_maintenance.sources import clock

MOST, LONGEST, QUARTERS = 100, 300, 4
FOUND = ("name", "title", "area", "kind", "status", "gain", "gain_level", "gain_value", "measured_how")
COUNTS = ("applied", "better", "same", "worse", "not_enough_data", "kept", "rolled_back", "share_better")


def optimisation(period: Period, now: datetime) -> dict[str, Any]:
    """What was found in the period, what was changed in it, and what was decided of changes."""
    span, found = span_of(period, now), _found(period)
    told, looked = effects.effectiveness(span.begins, span.ends), opportunities.found_last()
    return {
        "found": found,
        "cut": cut({"Opportunities found": found}, MOST),
        "changes": told["changes"],
        "is_whole": told["is_whole"],
        "rolled_back": _decided(period, Status.ROLLED_BACK),
        "not_measured": looked.get("not_measured", {}),
        "looked_at": looked.get("at"),
        "sources": {
            "found": "Maintenance Change: proposed in the period, with what was measured then",
            "changes": "Maintenance Change: applied in the period, measured before and after",
        },
    }


def effectiveness(period: Period, now: datetime) -> dict[str, Any]:
    """What the changes of each of the last four quarters brought; the last is that of the period's end."""
    quarters = []
    for quarter in quarters_until(period, QUARTERS):
        span = span_of(quarter, now)
        told = effects.effectiveness(span.begins, span.ends)
        quarters.append({"quarter": quarter.label, **{key: told[key] for key in COUNTS}})
    return {
        "quarters": quarters,
        "sources": {"quarters": "Maintenance Change: applied in each quarter, by what was measured"},
    }


def roadmap(period: Period, now: datetime) -> dict[str, Any]:
    """What is proposed or approved now, by the gain that is expected."""
    rows, today = effects.roadmap()["changes"], str(clock.stored(now).date())
    return {
        "changes": [{**_short(row), "is_overdue": "" < row["due_on"] < today} for row in rows[:MOST]],
        "planned": len(rows),
        "sources": {"roadmap": "Maintenance Change: proposed or approved, as they stood when this was read"},
    }


def kept(period: Period) -> list[dict[str, str]]:
    """Changes that people kept in the period."""
    return _decided(period, Status.KEPT)


def _found(period: Period) -> list[dict[str, Any]]:
    rows = frappe.get_all(
        CHANGE, {"proposed_at": within(period)}, FOUND, order_by="proposed_at asc", limit=5 * MOST
    )
    rows.sort(key=lambda row: (_rank(row.gain_level), -row.gain_value, row.name))
    return [_short(row) for row in islice(rows, MOST)]


def _decided(period: Period, status: Status) -> list[dict[str, str]]:
    rows = frappe.get_all(
        CHANGE,
        {"decided_at": within(period), "status": status.value},
        ["name", "title", "decided_by", "decided_at", "reason", "verdict"],
        order_by="decided_at asc",
        limit=MOST,
    )
    return [
        {
            **{
                "name": row.name,
                "title": row.title,
                "by": row.decided_by or "",
                "verdict": row.verdict or "",
            },
            "day": str(row.decided_at.date()),
            "reason": (row.reason or "")[:LONGEST],
        }
        for row in rows
    ]


def _short(row: Any) -> dict[str, Any]:
    """Its texts as long as a table has room for; the change itself has all of them."""
    return {key: value[:LONGEST] if isinstance(value, str) else value or "" for key, value in row.items()}


def _rank(level: str | None) -> int:
    return GAINS.index(level) if level in GAINS else len(GAINS)
