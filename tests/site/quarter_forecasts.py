"""The forecasts of the simulated quarter: one for each week, compared with what came, and the present ones.

Those of past weeks are simple ones (the mean of four same weekdays, as wide as these scattered): the app's
own take half a minute for a quarter. The present ones are the app's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from statistics import fmean, pstdev

from quarter_metrics import SHAPES, of_days
from quarter_plan import Plan
from quarter_sql import insert_numbered

from verenigingen_maintenance.core.hindsight import hindsight
from verenigingen_maintenance.operations import forecasts
from verenigingen_maintenance.operations.transactions import commit
from verenigingen_maintenance.sources import clock
from verenigingen_maintenance.sources.forecasts import AHEAD, FORECAST, NO_MASE

WEEK, PAST = timedelta(days=7), 4
Z_80, Z_95 = 1.4, 2.2  # a little wider than of a normal spread: four values know it badly
NEVER_ELSE = ("dashboard.accessible", "sampling.age")
COLUMNS = (
    *("metric", "begins", "made_at", "unit", "history_days", "measured_days", "model", "mase", "coverage"),
    *("usual_naive_error", "trend", "expected", "compared", "within_80", "within_95", "error", "naive_error"),
)


def write(plan: Plan) -> None:
    days = of_days(plan, plan.begins - PAST * WEEK)
    if plan.after:
        forecasts.update(clock.instant(datetime.combine(plan.after, time(0, 10))))
    insert_numbered(FORECAST, COLUMNS, rows(plan, days))
    commit()
    forecasts.update(clock.now())


def rows(plan: Plan, days: Mapping[str, Mapping[date, float]]) -> Iterator[tuple]:
    for begins in beginnings(plan):
        for metric in SHAPES:
            if metric not in NEVER_ELSE:
                yield _row(plan, metric, begins, days[metric])


def beginnings(plan: Plan) -> list[date]:
    """Each Monday, and the day a week ago; today's and those at the end of the quarter are the app's."""
    mondays = {plan.monday(week) for week in range(1, plan.present + 1)}
    return sorted((mondays | {plan.today - WEEK}) - {plan.today, plan.after})


def _row(plan: Plan, metric: str, begins: date, came: Mapping[date, float]) -> tuple:
    expected = [_day(begins + timedelta(days=each), came, begins) for each in range(AHEAD)]
    made, history = datetime.combine(begins, time(0, 10)), (begins - plan.first).days
    naive = fmean(
        abs(came[begins - timedelta(days=each)] - came[begins - WEEK - timedelta(days=each)])
        for each in range(1, 8)
    )
    found = asdict(hindsight(expected, {day: each for day, each in came.items() if day < plan.today}))
    head = (metric, begins, made, SHAPES[metric].unit, history, history, "mean of four weeks", NO_MASE, 80.0)
    return (*head, naive, "stable", json.dumps(expected, indent=1), *_compared(found))


def _compared(found: Mapping) -> tuple:
    return tuple(found[each] or 0 for each in COLUMNS[-5:])


def _day(day: date, came: Mapping[date, float], begins: date) -> dict:
    """From the same weekdays before the week, gone on with as they grew."""
    past = [came[day - each * WEEK] for each in range(1, PAST + 1)]
    grows = (past[0] - past[-1]) / (PAST - 1)
    level = fmean(past) + grows * (PAST + 1) / 2
    spread = pstdev([value + grows * each for each, value in enumerate(past)]) * 1.6 + 0.01 * abs(level)
    ends = {
        within: [max(level - z * spread, 0.0), level + z * spread] for within, z in ((80, Z_80), (95, Z_95))
    }
    return {"day": str(day), "expected": level, "within_80": ends[80], "within_95": ends[95]}
