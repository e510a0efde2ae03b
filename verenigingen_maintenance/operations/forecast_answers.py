"""What the forecasts say, as data for the doors and the report. It only reads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import frappe

from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.sources import clock, forecasts

MOST = 10
DAY = timedelta(days=1)


def describe(now: datetime, left_out: Sequence[str] = ()) -> dict[str, Any]:
    """Confidence and error of last week, alerts, recommendations, and each metric's forecast.

    There is one. `left_out` are metrics that cannot be forecast, with the reason. `confidence_score` and
    `mase` are None where they are not known; the reasons say why.
    """
    rows = forecasts.latest(now)
    titles = dict(frappe.get_all("Metric", fields=["name", "title"], as_list=True, limit=0))
    sure, error = forecasts.confidence(now), forecasts.accuracy(now)
    alerts = [_alert(row, titles) for row in rows if row.is_alert]
    ends = clock.stored(now).date() + forecasts.HALF_YEAR
    capacity = [_capacity(row, titles) for row in rows if forecasts.is_met_by(row, ends)]
    return {
        "confidence_score": _value(sure),
        "confidence_reason": _reason(sure),
        "mase": _value(error),
        "mase_reason": _reason(error),
        "trend_alerts": alerts,
        "capacity_recommendations": capacity,
        "forecast_period": f"{forecasts.AHEAD} days",
        "highlights": list({each["metric"]: each["text"] for each in (*alerts, *capacity)}.values())[:MOST],
        "forecasts": [_forecast(row, titles) for row in rows],
        "not_up_to_date": [*_behind(rows, titles), *left_out],
        "as_of": _as_of(rows, now),
    }


def _value(measured: Reading | Unknown) -> float | None:
    return measured.value if isinstance(measured, Reading) else None


def _reason(measured: Reading | Unknown) -> str:
    return measured.reason if isinstance(measured, Unknown) else measured.detail


def _alert(row: Any, titles: dict[str, str]) -> dict[str, Any]:
    text = row.trend_text or row.recommendation
    return {
        "metric": row.metric,
        "title": titles.get(row.metric, row.metric),
        "text": text,
        "limit": row.limit,
    }


def _capacity(row: Any, titles: dict[str, str]) -> dict[str, Any]:
    days = {field: str(row[field]) if row[field] else None for field in ("crosses_on", "earliest", "latest")}
    title = titles.get(row.metric, row.metric)
    return {"metric": row.metric, "title": title, "text": row.recommendation, "limit": row.limit, **days}


def _forecast(row: Any, titles: dict[str, str]) -> dict[str, Any]:
    return {
        "metric": row.metric,
        "title": titles.get(row.metric, row.metric),
        "unit": row.unit,
        "first_day": str(row.begins),
        "days": json.loads(row.expected),
        "models": row.model.splitlines(),
        "mase": row.mase,
        "coverage": row.coverage,
        "trend": row.trend,
        "history_days": row.history_days,
        "measured_days": row.measured_days,
    }


def _as_of(rows: Sequence[Any], now: datetime) -> datetime:
    """Until when no newer data could be had: now, or the end of the first day that no forecast rests on."""
    ends = datetime.combine(_newest(rows) + DAY, datetime.min.time())
    return min(clock.instant_before(ends, now), now)


def _behind(rows: Sequence[Any], titles: dict[str, str]) -> list[str]:
    """Metrics whose last day did not come, with the day from which they are forecast all the same."""
    late = [row for row in rows if row.begins < _newest(rows)]
    return [f"{titles.get(row.metric, row.metric)}: from {row.begins}" for row in late]


def _newest(rows: Sequence[Any]) -> date:
    return max(row.begins for row in rows)
