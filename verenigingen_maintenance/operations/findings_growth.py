"""Findings from the use of resources: what grew by a tenth or more since the period before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from verenigingen_maintenance.core.findings import Finding, Found, Review, worst_first
from verenigingen_maintenance.core.wording import number
from verenigingen_maintenance.operations import health_tables

GREW = 10.0
# What is looked at, and the least mean from which growth means something: of an idle queue it does not.
WATCHED = {
    "storage.database": 0.0,
    "storage.files": 0.0,
    "backups.size": 0.0,
    "host.disk_used": 10.0,
    "host.memory_used": 10.0,
    "host.load": 0.5,
    "redis_cache.memory": 1.0,
    "workers.waiting_jobs": 1.0,
}


def found(review: Review, now: datetime) -> Found:
    """Storage, host, cache and queues of the period beside the one before."""
    rows = [each for each in _compared(review.days, now) if each["metric"] in WATCHED]
    unknown = {f"growth {row['metric']}": row["title"] for row in rows if not _is_known(row)}
    days = f"{2 * review.days} days"
    missing = f"not measured in {days}, so that they cannot be compared: {', '.join(unknown.values())}"
    each = (each for row in rows for each in _grew(row, review.days))
    return worst_first(each, missing if unknown else "", unknown)


def _compared(days: int, now: datetime) -> list[dict[str, Any]]:
    return health_tables.compared(timedelta(days=days), None, now)


def _grew(row: dict[str, Any], days: int) -> Iterator[Finding]:
    if _is_known(row) and _has_grown(row) and row["middle"] >= WATCHED[row["metric"]]:
        text = (
            f"{number(row['middle'])} {row['unit']} on average in {days} days, "
            f"{number(row['before'])} in the {days} days before; highest {number(row['maximum'])}"
        )
        key = f"growth {row['metric']}"
        title, change = f"{row['title']} grew", row["change"]
        yield Finding(key, title, text, change, "%", doctype="Metric", name=row["metric"])


def _is_known(row: dict[str, Any]) -> bool:
    return row["middle"] is not None and row["before"] is not None


def _has_grown(row: dict[str, Any]) -> bool:
    """By a tenth or more; from nought, which has no percentage, by anything."""
    return bool(row["middle"] > 0 if row["change"] is None else row["change"] >= GREW)
