"""What reports tell of metrics: figures of the period and the one before, and of each ISO week."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

import frappe

from verenigingen_maintenance.core.report_periods import Period
from verenigingen_maintenance.core.report_weeks import LEAD_IN
from verenigingen_maintenance.core.thresholds import Limit, ThresholdError
from verenigingen_maintenance.operations.checks import CHECK
from verenigingen_maintenance.operations.metrics import applicable
from verenigingen_maintenance.sources.stored import DAY

FIELDS = ("title", "metric_group", "unit", "kind", "reason", "capacity_limit")
COUNTS = "count(*), sum(samples), sum(total), min(minimum), max(maximum), min(total), max(total)"


def facts(period: Period, now: datetime) -> dict[str, Any]:
    """For each metric that a Gauge or a Count is: its figures, its weeks, and its days beyond a threshold."""
    limits = _limits()
    figures, before = (_figures(each) for each in (period, period.before))
    weeks, medians = _weeks(period), _medians(period, list(limits))
    rows = applicable(FIELDS, {"kind": ("!=", "Counter")}, "metric_group, title")
    return {
        "metrics": [
            _told(row, figures.get(row.name), before.get(row.name), weeks.get(row.name, []))
            | _judged(row, limits.get(row.name), medians.get(row.name, []))
            for row in rows
        ],
        "sources": {"days": "Metric Day: the samples of each day; medians of a day are of its samples"},
    }


def _told(row: Any, found: tuple | None, before: tuple | None, weeks: list) -> dict[str, Any]:
    is_count = row.kind == "Count"
    return {
        **{"metric": row.name, "title": row.title, "group": row.metric_group, "unit": row.unit},
        "is_count": is_count,
        "value": _middle(found, is_count),
        "before": _middle(before, is_count),
        "minimum": _rounded(found and found[5 if is_count else 3]),
        "maximum": _rounded(found and found[6 if is_count else 4]),
        "days": int(found[0]) if found else 0,
        "before_days": int(before[0]) if before else 0,
        "reason": row.reason or "",
        "weeks": [[str(monday), _middle(each, is_count), int(each[0])] for monday, each in weeks],
    }


def _judged(row: Any, limit: Limit | None, medians: list[float]) -> dict[str, Any]:
    capacity = _parsed(row.capacity_limit)
    direction = limit or capacity
    over = sum(limit.is_breached_by(value) for value in medians) if limit else 0
    worse = "" if direction is None else "higher" if direction.higher_is_worse else "lower"
    return {
        "limit": str(limit) if limit else "",
        "capacity": str(capacity) if capacity else "",
        "limit_value": limit.value if limit else None,
        "days_over": over,
        "worse": worse,
    }


def _middle(found: tuple | None, is_count: bool) -> float | None:
    """The mean of all samples; of a count, the mean of a day's sum, so that months compare."""
    if not found or not found[1]:
        return None
    return _rounded(float(found[2]) / float(found[0] if is_count else found[1]))


def _rounded(value: object) -> float | None:
    return None if value is None else round(float(value), 4)  # type: ignore[arg-type]


def _figures(period: Period) -> dict[str, tuple]:
    rows = frappe.db.sql(
        f"select metric, {COUNTS} from `tab{DAY}` where begins >= %s and begins < %s group by metric",
        (period.begins, period.ends),
    )
    return {metric: values for metric, *values in rows}


def _weeks(period: Period) -> dict[str, list[tuple[date, tuple]]]:
    """Of each metric, the ISO weeks from 13 before the period on."""
    first = period.mondays[0] - LEAD_IN
    rows = frappe.db.sql(
        f"select metric, floor(datediff(begins, %s) / 7) week, {COUNTS} from `tab{DAY}` "
        "where begins >= %s and begins < %s group by metric, week order by metric, week",
        (first, first, period.ends),
    )
    found: dict[str, list[tuple[date, tuple]]] = {}
    for metric, week, *values in rows:
        found.setdefault(metric, []).append((first + timedelta(weeks=int(week)), tuple(values)))
    return found


def _medians(period: Period, metrics: list[str]) -> Mapping[str, list[float]]:
    rows = frappe.db.sql(
        f"select metric, median from `tab{DAY}` where metric in %s and begins >= %s and begins < %s",
        (metrics or [""], period.begins, period.ends),
    )
    found: dict[str, list[float]] = {}
    for metric, median in rows:
        found.setdefault(metric, []).append(float(median))
    return found


def _limits() -> dict[str, Limit]:
    """The CRITICAL threshold of the check that reads a metric."""
    filters = {"enabled": 1, "not_applicable": 0, "critical": ("is", "set")}
    rows = frappe.get_all(CHECK, filters, ["source", "critical"], order_by="name desc", limit=0)
    return {row.source: limit for row in rows if (limit := _parsed(row.critical))}


def _parsed(text: str | None) -> Limit | None:
    """One that cannot be meant judges nothing; the check itself says so at each measurement."""
    with suppress(ThresholdError):
        return Limit.parse(text) if text else None
    return None
