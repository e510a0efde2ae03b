"""The promises of the month, forecasts and compliance, as the dashboard shows what was stored of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

import frappe
from frappe import _
from frappe.utils import formatdate

from verenigingen_maintenance.core.charts import Chart, Expected, Point
from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.core.thresholds import Limit
from verenigingen_maintenance.operations import dashboard_words as words
from verenigingen_maintenance.operations.dashboard_rows import rows
from verenigingen_maintenance.operations.language import figures_within, said
from verenigingen_maintenance.operations.service_levels import RECORD
from verenigingen_maintenance.sources import clock, compliance, forecasts
from verenigingen_maintenance.sources.stored import DAY

DRAWN, ONE_DAY = timedelta(days=42), timedelta(days=1)
MOST_FORECASTS = 6
HOURLY = timedelta(hours=3)


# --- promises


def promises(now: datetime) -> dict[str, Any]:
    """What became of the promises of this month until it was computed, each with its budget."""
    name = f"{clock.stored(now):%Y-%m}"
    computed = frappe.db.get_value(RECORD, name, "computed_at")
    if not computed:
        return {"lines": [], "why_none": _("not measured: the promises of this month are computed each hour")}
    fields = ["title", "span", "value", "target", "verdict", "detail"]
    filters = {"parent": name, "parenttype": RECORD}
    figures = rows("Monthly Service Level Figure", fields, filters, "idx")
    moment = clock.instant_before(computed, now)
    return {
        "lines": [_promise(row) for row in figures],
        "url": f"/app/monthly-service-level/{name}",
        "age": _("computed {0}").format(words.ago(moment, now)),
        "is_late": now - moment > HOURLY,
    }


def _promise(row: Any) -> dict[str, str]:
    verdict = row.verdict or "UNKNOWN"
    return {
        **{"title": said(row.title), "span": said(row.span or ""), "value": said(row.value or "")},
        **{"target": said(figures_within(row.target or "")), "detail": said(row.detail or "")},
        **{"verdict": verdict, "verdict_word": said(verdict)},
    }


# --- compliance


def by_area(now: datetime) -> dict[str, Any]:
    """The areas of the present assessment, in its order; why there is none."""
    found = compliance.latest(now)
    if isinstance(found, Unknown):
        return {"lines": [], "why_none": _("not measured: {0}").format(said(found.reason))}
    moment = clock.instant_before(found.assessed_at, now)
    return {
        "lines": [_area(area) for area in found.areas],
        "score": words.value(float(found.score), "%") if found.score else _("not measured"),
        "age": _("assessed {0}").format(words.ago(moment, now)),
        "url": "/app/query-report/Compliance",
    }


def _area(area: Any) -> dict[str, Any]:
    show = urlencode({"show": "Open Gaps", "area": area.title})
    verdict = area.verdict or "UNKNOWN"
    return {
        **{"title": said(area.title), "told": said(area.told or "")},
        "score": words.value(float(area.score), "%") if area.score else "",
        "share": float(area.score) if area.score else None,
        **{"verdict": verdict, "verdict_word": said(verdict)},
        "url": f"/app/query-report/Compliance?{show}",
    }


# --- forecasts


def ahead(now: datetime) -> dict[str, Any]:
    """The forecasts that move towards a limit, then those with one, as charts with the band of 80 %."""
    made = forecasts.latest(now)
    if not made:
        return {"lines": [], "why_none": _("not measured: {0}").format(said(forecasts.why_none(now).reason))}
    made.sort(key=lambda row: (not row.is_alert, row.crosses_on or date.max, not row.limit, row.metric))
    shown = made[:MOST_FORECASTS]
    names = [row.metric for row in shown]
    fields = ["name", "title", "metric_group", "unit", "kind"]
    metrics = {each.name: each for each in rows("Metric", fields, {"name": ("in", names)})}
    days = _days(names, min(row.begins for row in shown) - DRAWN)
    lines = [
        _forecast(row, metrics[row.metric], days.get(row.metric, ()))
        for row in shown
        if row.metric in metrics
    ]
    return {"lines": lines, "more": len(made) - len(lines), "url": "/app/query-report/Forecasts"}


def _forecast(row: Any, metric: Any, known: Sequence[Point]) -> dict[str, Any]:
    expected = _expected(json.loads(row.expected))
    unit = metric.unit or ""
    first, last = row.begins - DRAWN, row.begins + timedelta(days=forecasts.AHEAD)
    drawn = Chart(
        **{"title": "", "unit": said(unit), "points": known},
        **{"begins": _midnight(first), "ends": _midnight(last), "longest_gap": ONE_DAY * 1.5},
        **{"capacity": _limit(row.limit), "expected": expected},
        labels=(formatdate(first), formatdate(last)),
        figure=figures_within,
    )
    band = _("expected {0} to {1} within {2} days").format(
        words.value(min(each[2] for each in expected), unit),
        words.value(max(each[3] for each in expected), unit),
        len(expected),
    )
    url = f"/app/query-report/Forecasts?{urlencode({'metric_group': metric.metric_group})}"
    return {
        **{
            "title": said(metric.title),
            "svg": drawn.svg(_("{0}: {1}").format(said(metric.title), band)),
            "band": band,
            "url": url,
        },
        "told": said(row.recommendation or row.trend_text or ""),
        "is_alert": bool(row.is_alert),
    }


def _days(names: Sequence[str], since: date) -> dict[str, list[Point]]:
    """The middle of each day that was rolled up, of a Count its sum; of all in one statement."""
    found_rows = frappe.db.sql(
        f"select d.metric, d.begins, if(m.kind = 'Count', d.total, d.median) from `tab{DAY}` d "
        "join `tabMetric` m on m.name = d.metric where d.metric in %s and d.begins >= %s "
        "order by d.metric, d.begins limit %s",
        (names, since, 2 * DRAWN.days * len(names)),
    )
    found: dict[str, list[Point]] = {}
    for metric, moment, amount in found_rows:
        found.setdefault(metric, []).append((moment, float(amount)))
    return found


def _expected(days: Sequence[dict[str, Any]]) -> list[Expected]:
    return [(_midnight(date.fromisoformat(day["day"])), day["expected"], *day["within_80"]) for day in days]


def _limit(text: str | None) -> list[float]:
    return [Limit.parse(text).value] if text else []


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())
