"""Forecasts of the metrics: made once for each day that came, kept, and compared with what came."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

import frappe
import numpy as np

from verenigingen_maintenance.core.analytics import NotKnown
from verenigingen_maintenance.core.capacity import (
    Crossing,
    crossing,
    moves_towards,
    recommendation,
    trend_in_words,
)
from verenigingen_maintenance.core.forecasts import Forecast, forecast, needed
from verenigingen_maintenance.core.hindsight import hindsight
from verenigingen_maintenance.core.projections import projected
from verenigingen_maintenance.core.series import LARGEST, Series, series, steps, trend
from verenigingen_maintenance.core.thresholds import Limit, ThresholdError
from verenigingen_maintenance.operations import forecast_answers, records
from verenigingen_maintenance.operations.checks import CHECK
from verenigingen_maintenance.operations.metrics import applicable
from verenigingen_maintenance.operations.transactions import commit
from verenigingen_maintenance.sources import clock, stored
from verenigingen_maintenance.sources import forecasts as present
from verenigingen_maintenance.sources.forecasts import AHEAD, FORECAST, NO_MASE

LONGEST = 90
ONE_DAY, WEEK = timedelta(days=1), timedelta(days=7)
HISTORY = timedelta(days=400)
PERIODS = (7,)
TREND_DAYS = 28
STILL_MEASURED = timedelta(days=7)
FIELDS = ("title", "unit", "kind", "capacity_limit", "advice")


def refresh(now: datetime) -> dict | NotKnown:
    """Brings the forecasts up to date, and says what they say; why there is none where there is none."""
    left_out = update(now)
    if present.latest(now):
        return forecast_answers.describe(now, left_out)
    why = present.why_none(now)
    return NotKnown(why.reason, why.learning)


def update(now: datetime) -> list[str]:
    """Makes those that are missing for the days that came, and compares earlier ones with them.

    Answers which metrics cannot be forecast, and why; not those that are merely young.
    """
    today = clock.stored(now).date()
    limits = _limits()
    left_out = []
    for metric, last in _to_make(today):
        if why := _make(metric, last, limits, now):
            left_out.append(f"{metric.title}: {why}")
        commit()
    _compare(today)
    return left_out


def _to_make(today: date) -> list[tuple[Any, date]]:
    """The metrics that have a day which no forecast rests on yet, with that day."""
    metrics = applicable(FIELDS, {"kind": ("!=", "Counter")})
    days, made = _latest(stored.DAY, today), _latest(FORECAST, today + timedelta(days=1))
    found = [(metric, days[metric.name]) for metric in metrics if metric.name in days]
    return [
        (metric, last)
        for metric, last in found
        if today - last <= STILL_MEASURED and made.get(metric.name, date.min) <= last
    ]


def _latest(doctype: str, before: date) -> dict[str, date]:
    rows = frappe.db.sql(
        f"select metric, max(begins) from `tab{doctype}` where begins < %s group by metric", before
    )
    return {metric: frappe.utils.getdate(begins) for metric, begins in rows}


def _make(metric: Any, last: date, limits: Mapping[str, Limit], now: datetime) -> str:
    """Makes one, or says why it cannot; nothing of one that history is merely too short for."""
    begins, fewest = last + ONE_DAY, needed(AHEAD, PERIODS)
    found = series(_days(metric.name, metric.kind, last - HISTORY, begins))
    if found is None or len(found.values) < fewest:
        return ""
    if why := found.unfit(fewest):
        return why
    document = frappe.get_doc(
        {
            "doctype": FORECAST,
            "metric": metric.name,
            "begins": begins,
            "made_at": clock.stored(now),
            "unit": metric.unit,
            "history_days": len(found.values),
            "measured_days": found.measured,
            **_expected(found, metric),
            **_outlook(found, metric, limits.get(metric.name)),
        }
    )
    records.insert(document)
    return ""


def _expected(found: Series, metric: Any) -> dict[str, Any]:
    """The next week, day by day, and how good such forecasts were."""
    week = _forecast(found, AHEAD, metric)
    ends = [*week.range(80), *week.range(95)]
    days = [
        {
            "day": str(found.last + timedelta(days=step + 1)),
            "expected": float(week.point[step]),
            "within_80": [float(ends[0][step]), float(ends[1][step])],
            "within_95": [float(ends[2][step]), float(ends[3][step])],
        }
        for step in range(AHEAD)
    ]
    return {
        "model": "\n".join(week.models),
        "mase": NO_MASE if week.mase is None else week.mase,
        "usual_naive_error": week.naive_error,
        "coverage": week.coverage(80),
        "expected": json.dumps(days, indent=1),
    }


def _outlook(found: Series, metric: Any, limit: Limit | None) -> dict[str, Any]:
    """The trend of four weeks, and when the limit is met."""
    latest, moves = found.values[-TREND_DAYS:], trend(found.values[-TREND_DAYS:])
    value = float(np.median(found.values[-3:]))
    towards = bool(moves and limit and moves_towards(moves, limit, value))
    outlook: dict[str, Any] = {"trend": moves.direction if moves else "", "is_alert": int(towards)}
    if moves and (moves.is_one or towards):
        stepped = [found.last - timedelta(days=len(latest) - 1 - each) for each in steps(latest)]
        outlook["trend_text"] = trend_in_words(metric.title, metric.unit or "", moves, stepped)
    return outlook | (_capacity(found, metric, limit, value, towards) if limit else {})


def _capacity(found: Series, metric: Any, limit: Limit, value: float, towards: bool) -> dict[str, Any]:
    met = _crossing(found, metric, limit)
    unit, advice = metric.unit or "", metric.advice or ""
    return {
        "limit": str(limit),
        "is_alert": int(towards or met.is_soon(found.last)),
        "crosses_on": met.expected,
        "earliest": met.earliest,
        "latest": met.latest,
        "until": met.until,
        "recommendation": recommendation(metric.title, unit, value, limit, met, advice),
    }


def _crossing(found: Series, metric: Any, limit: Limit) -> Crossing:
    """As far ahead as half of what is known of the past, ninety days at most; beyond by its trend."""
    ahead = min(max((len(found.values) - needed(0, PERIODS)) // 2, AHEAD), LONGEST)
    begins = found.last + ONE_DAY
    near = crossing(_forecast(found, ahead, metric), limit, begins)
    far = None if near.expected else projected(found.values, limit, begins)
    if far is None:
        return near
    return far if far.expected else replace(near, until=max(near.until, far.until))


def _forecast(found: Series, ahead: int, metric: Any) -> Forecast:
    least = 0.0 if found.values.min() >= 0 else -LARGEST
    most = 100.0 if metric.unit == "%" and found.values.max() <= 100 else LARGEST
    return forecast(found.values, ahead, PERIODS, least, most)


def _limits() -> dict[str, Limit]:
    """Where each metric escalates: its own limit, or that of the check which reads it."""
    checks = frappe.get_all(
        CHECK,
        {"enabled": 1, "not_applicable": 0, "critical": ("is", "set")},
        ["source", "critical"],
        as_list=True,
    )
    own = frappe.get_all(
        "Metric", {"capacity_limit": ("is", "set")}, ["name", "capacity_limit"], as_list=True
    )
    found: dict[str, Limit] = {}
    for name, text in [*checks, *own]:
        with suppress(ThresholdError):  # measuring the check reports it
            found[name] = Limit.parse(text)
    return found


def _days(metric: str, kind: str, since: date, before: date) -> dict[date, float]:
    """What a day's figure is: of a count how many, else the median."""
    found = stored.daily(metric, since, "total" if kind == "Count" else "median")
    return {day: value for day, value in found.items() if day < before}


# --- what came


def _compare(today: date) -> None:
    """Each forecast of late, with the days that came since it was last compared."""
    filters = {"begins": (">=", today - 3 * WEEK), "compared": ("<", AHEAD)}
    fields = ["name", "metric", "begins", "expected", "compared"]
    rows = frappe.get_all(FORECAST, filters, fields, order_by="metric, begins", limit=0)
    kinds = dict(frappe.get_all("Metric", fields=["name", "kind"], as_list=True, limit=0))
    for metric, mine in groupby(rows, lambda row: row.metric):
        _note(list(mine), kinds.get(metric, ""), today)


def _note(rows: Sequence[Any], kind: str, today: date) -> None:
    came = _days(rows[0].metric, kind, rows[0].begins - WEEK, today)
    for row in rows:
        found = hindsight(json.loads(row.expected), came)
        if found.compared != row.compared:
            frappe.db.set_value(FORECAST, row.name, asdict(found), update_modified=False)
