"""The forecasts as rows and charts, for the report. It only reads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import frappe
from frappe import _

from verenigingen_maintenance.core.charts import Chart, Expected
from verenigingen_maintenance.core.thresholds import Limit
from verenigingen_maintenance.operations.language import said
from verenigingen_maintenance.sources import clock, forecasts, stored

DRAWN = timedelta(days=56)
MOST_CHARTS = 12
ONE_DAY = timedelta(days=1)


def rows(group: str | None, now: datetime | None = None) -> list[dict[str, Any]]:
    """The present forecast of each metric, the ones that move towards a limit first."""
    return [_row(each, metric) for each, metric in _found(group, now)]


def charts(group: str | None, now: datetime | None = None) -> list[Chart]:
    """Eight weeks and the one to come, of the first dozen metrics."""
    return [_chart(each, metric) for each, metric in _found(group, now)[:MOST_CHARTS]]


def why_none(group: str | None, now: datetime | None = None) -> str:
    """Why there are no rows."""
    now = now or clock.now()
    if forecasts.latest(now):
        return _("Nothing is forecast: no metric of {0}.").format(_(group))
    return _("Nothing is forecast: {0}.").format(said(forecasts.why_none(now).reason))


def _found(group: str | None, now: datetime | None) -> list[tuple[Any, Any]]:
    filters = {"metric_group": group} if group else {}
    fields = ["name", "title", "metric_group", "unit", "kind"]
    metrics = {each.name: each for each in frappe.get_all("Metric", filters, fields, limit=0)}
    made = [row for row in forecasts.latest(now or clock.now()) if row.metric in metrics]
    made.sort(key=lambda row: (not row.is_alert, row.crosses_on or date.max, not row.limit, row.metric))
    return [(row, metrics[row.metric]) for row in made]


def _row(each: Any, metric: Any) -> dict[str, Any]:
    days = json.loads(each.expected)
    return {
        "metric": metric.name,
        "title": metric.title,
        "group": metric.metric_group,
        "expected": sum(day["expected"] for day in days) / len(days),
        "least": min(day["within_80"][0] for day in days),
        "most": max(day["within_80"][1] for day in days),
        "unit": metric.unit,
        "trend": each.trend or "",
        "limit": each.limit or "",
        "crosses_on": each.crosses_on,
        "earliest": each.earliest,
        "latest": each.latest,
        "mase": each.mase,
        "coverage": each.coverage,
        "told": each.recommendation or each.trend_text or "",
    }


def _chart(each: Any, metric: Any) -> Chart:
    figure = "total" if metric.kind == "Count" else "median"
    since = each.begins - DRAWN
    known = sorted(stored.daily(metric.name, since, figure).items())
    return Chart(
        title=said(metric.title),
        unit=said(metric.unit),
        points=[(_midnight(day), value) for day, value in known if day < each.begins],
        begins=_midnight(since),
        ends=_midnight(each.begins + timedelta(days=forecasts.AHEAD)),
        longest_gap=ONE_DAY * 1.5,
        capacity=[Limit.parse(each.limit).value] if each.limit else (),
        expected=_ahead(json.loads(each.expected)),
    )


def _ahead(days: Sequence[dict[str, Any]]) -> list[Expected]:
    return [(_midnight(date.fromisoformat(day["day"])), day["expected"], *day["within_80"]) for day in days]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())
