"""What reports tell of forecasts: how they came, what moves, and which limit is met when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import frappe

from verenigingen_maintenance.core.report_periods import Period
from verenigingen_maintenance.sources.forecasts import FORECAST, STALE
from verenigingen_maintenance.sources.stored import DAY

MOST = 2_000


def facts(period: Period, now: datetime) -> dict[str, Any]:
    """Of each week that was forecast before it began, how many days came as expected; and the last forecast
    of each metric as it stood at the end of the period."""
    titles = dict(frappe.get_all("Metric", fields=["name", "title"], as_list=True, limit=0))
    last = _last(period)
    return {
        "weeks": _weeks(period),
        "last": [_told(row, titles.get(row.metric, row.metric)) for row in last],
        "sources": {
            "weeks": "Metric Forecast: those made for the weeks of the period, and what came of them",
            "last": "Metric Forecast: the last of each metric until the end of the period",
        },
    }


def _weeks(period: Period) -> list[dict[str, Any]]:
    """Forecasts are made each day; those of Mondays are for a whole week."""
    rows = frappe.db.sql(
        f"select begins, count(*), sum(compared), sum(within_80), avg(coverage) from `tab{FORECAST}` "
        "where begins in %s and compared > 0 group by begins order by begins",
        ([monday for monday in period.mondays if monday < period.ends],),
    )
    return [
        {
            "monday": str(day),
            "metrics": int(metrics),
            "compared": int(compared),
            "within": int(within),
            "backtest": round(float(coverage or 0), 1),
        }
        for day, metrics, compared, within, coverage in rows
    ]


def _last(period: Period) -> list[Any]:
    filters = {"begins": ("between", [period.ends - STALE, period.ends])}
    fields = [
        "metric",
        "unit",
        "begins",
        "trend",
        "trend_text",
        "is_alert",
        "limit",
        "crosses_on",
        "earliest",
        "latest",
        "until",
        "recommendation",
        "coverage",
        "history_days",
    ]
    rows = frappe.get_all(FORECAST, filters, fields, order_by="metric asc, begins asc", limit=MOST)
    return list({row.metric: row for row in rows}.values())


def _told(row: Any, title: str) -> dict[str, Any]:
    days = {
        field: str(row[field]) if row[field] else None
        for field in ("crosses_on", "earliest", "latest", "until")
    }
    texts = {field: row[field] or "" for field in ("unit", "trend", "trend_text", "limit", "recommendation")}
    value = frappe.db.get_value(
        DAY, {"metric": row.metric, "begins": row.begins - timedelta(days=1)}, "median"
    )
    return {
        **{"metric": row.metric, "title": title, "is_alert": bool(row.is_alert), "made_on": str(row.begins)},
        **{"latest_value": None if value is None else round(float(value), 3)},
        **{"history_days": row.history_days, "coverage": row.coverage},
        **texts,
        **days,
    }
