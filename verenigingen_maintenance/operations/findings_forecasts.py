"""Findings from the forecasts: how sure they were, what moves towards its limit, what meets it when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import frappe

from verenigingen_maintenance.core.findings import Finding, Found, Review, worst_first
from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.core.thresholds import Limit, ThresholdError
from verenigingen_maintenance.core.verdicts import Verdict
from verenigingen_maintenance.operations.checks import CHECK
from verenigingen_maintenance.sources import clock, forecasts

URGENT_DAYS = 7
CONFIDENCE, ACCURACY = "forecast confidence", "forecast accuracy"
OF_METRICS = ("capacity", "trend")  # with the metric's name behind, the keys of what is told of it


def found(review: Review, now: datetime) -> Found:
    """Accuracy and confidence of last week, trend alerts, and recommendations for capacity."""
    rows = forecasts.latest(now)
    sure, error = forecasts.confidence(now), forecasts.accuracy(now)
    unread = {
        key: each.reason for key, each in ((CONFIDENCE, sure), (ACCURACY, error)) if isinstance(each, Unknown)
    }
    unread |= _not_forecast(review, rows) if rows else {}
    missing = list(unread.values())
    if not rows:
        missing.append(forecasts.why_none(now).reason)
    each = (*_confidence(sure), *_accuracy(error), *_of_metrics(rows, now))
    return worst_first(each, "; ".join(dict.fromkeys(missing)), unread if rows else None)


def _not_forecast(review: Review, rows: list[Any]) -> dict[str, str]:
    """What the last review found of metrics that have no forecast now: nobody knows whether that is over."""
    enabled = set(frappe.get_all("Metric", {"enabled": 1}, pluck="name", limit=0))
    gone = enabled - {row.metric for row in rows}
    told = ((key, *key.partition(" ")[::2]) for key in sorted(review.known))
    return {
        key: f"{metric} has no forecast of the last two days"
        for key, kind, metric in told
        if kind in OF_METRICS and metric in gone
    }


def _confidence(sure: Reading | Unknown) -> Iterator[Finding]:
    critical = frappe.db.get_value(CHECK, "forecast_confidence", "critical")
    if isinstance(sure, Reading) and _is_breached(critical, sure.value):
        yield Finding(
            CONFIDENCE,
            "Forecast confidence",
            f"{sure.value:g} % of last week's values lay within what was forecast: {sure.detail}",
            sure.value,
            "%",
            Verdict.CRITICAL,
            more_is_worse=False,
        )


def _accuracy(error: Reading | Unknown) -> Iterator[Finding]:
    warning = frappe.db.get_value(CHECK, "forecast_accuracy", "warning")
    if isinstance(error, Reading) and _is_breached(warning, error.value):
        text = f"The forecasts were {error.value:g} times as wrong as “as in the week before”: {error.detail}"
        yield Finding(ACCURACY, "Forecast accuracy", text, error.value, "times as wrong")


def _is_breached(limit: str | None, value: float) -> bool:
    """Where a check has no such limit, or one that cannot be read, its own row says so."""
    try:
        return bool(limit) and Limit.parse(limit).is_breached_by(value)
    except ThresholdError:
        return False


def _of_metrics(rows: list[Any], now: datetime) -> Iterator[Finding]:
    """One for each metric: that its limit will be met, or else that it moves there."""
    titles = dict(frappe.get_all("Metric", fields=["name", "title"], as_list=True, limit=0))
    today = clock.stored(now).date()
    for row in rows:
        about = {"doctype": "Metric", "name": row.metric}
        title = titles.get(row.metric, row.metric)
        if forecasts.is_met_by(row, today + forecasts.HALF_YEAR):
            left = max((row.crosses_on - today).days, 0)
            severity = Verdict.CRITICAL if left <= URGENT_DAYS else Verdict.WARNING
            key = f"capacity {row.metric}"
            yield Finding(key, title, row.recommendation, left, "days left", severity, False, **about)
        elif row.is_alert:
            text = row.trend_text or row.recommendation or f"moves towards its limit {row.limit}"
            yield Finding(f"trend {row.metric}", title, text, **about)
