"""The metrics of the simulated quarter: what each was, every ten minutes, and the roll-ups of that.

Days are kept of both quarters; hours of the last five weeks, and of what was promised of both quarters;
samples of the last two days.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from zlib import crc32

import frappe
import numpy as np
from quarter_plan import FRIDAY, WEDNESDAY, Plan, fact
from quarter_sql import insert_numbered

from verenigingen_maintenance.operations import metric_rollups
from verenigingen_maintenance.sources.stored import DAY, HOUR, SAMPLE

PER_HOUR = 6
EVERY = timedelta(minutes=10)
FIGURES = ("samples", "minimum", "median", "p95", "maximum", "total")
GROWTH = 60.0  # MB a day
LIMIT = 50_000.0  # that of storage.database, in runbook/metrics.yaml
SAMPLED_DAYS = 2
HOURS_KEPT = timedelta(weeks=5)
# By hour of the day: nights are quiet, mornings busiest.
BUSY = np.array([1, 1, 1, 1, 1, 2, 4, 7, 9, 10, 10, 9, 8, 9, 9, 9, 8, 6, 5, 5, 4, 3, 2, 1]) / 10
WEEKDAYS = np.array([1.15, 1.0, 1.0, 0.95, 0.9, 0.4, 0.35])

Days = np.ndarray  # values of a day: 24 hours by 6 samples


class Shape:
    """A metric: what it is at rest, what work adds to it, how it scatters, and what happened to it."""

    def __init__(
        self,
        rest: float,
        work: float = 0.0,
        scatter: float = 0.03,
        grows: float = 0.0,
        most: float = 1e12,
        unit: str = "",
        happened: Callable[[Plan, date, Days], Days] | None = None,
    ) -> None:
        self.rest, self.work, self.scatter, self.grows = rest, work, scatter, grows
        self.most, self.unit, self.happened = most, unit, happened

    def of_day(self, plan: Plan, name: str, day: date) -> Days:
        """`grows` is by day; at rest it is `rest` today."""
        chance = np.random.default_rng([crc32(name.encode()), (day - plan.first).days % 10_000])
        level = self.rest - self.grows * (plan.today - day).days
        busy = BUSY[:, None] * WEEKDAYS[day.weekday()] * chance.normal(1, 0.04)
        values = (level + self.work * busy) * (1 + self.scatter * chance.standard_normal((24, PER_HOUR)))
        if self.happened:
            values = self.happened(plan, day, values)
        return np.clip(values, 0.0, self.most).round(4)


def week_of_p95(plan: Plan, day: date, values: Days) -> Days:
    """Week 7 is slow; from the Wednesday of week 9 on an index helps."""
    slow, quick = fact("api p95", 7).number, fact("api p95", 9).number
    return values * _pace(plan, day, slow / 400, quick / 400)


def week_of_means(plan: Plan, day: date, values: Days) -> Days:
    return values * _pace(plan, day, 1.5, 0.7)


def _pace(plan: Plan, day: date, slow: float, quick: float) -> float:
    if plan.week_of(day) == 7:
        return slow
    return quick if day >= plan.day(9, WEDNESDAY) else 1.0


def errors_of_requests(plan: Plan, day: date, values: Days) -> Days:
    return values * (3 if plan.week_of(day) == 7 else 1)


def down(plan: Plan, day: date, values: Days) -> Days:
    """1 while the dashboard was down, else 0."""
    found = np.zeros_like(values)
    if day == plan.day(5, WEDNESDAY):
        found[14:17] = 1
    return found


def none_then(plan: Plan, day: date, values: Days) -> Days:
    """No requests were answered while the web server was down."""
    return values * (1 - down(plan, day, values))


def cache(plan: Plan, day: date, values: Days) -> Days:
    """Week 12: the cache was too small on Friday."""
    return values - (25 if day == plan.day(12, FRIDAY) else 0)


SHAPES = {
    "mariadb.response_time": Shape(2.0, 3.0, 0.15, unit="ms", happened=week_of_means),
    "mariadb.connections": Shape(8, 12, 0.1, unit="connections"),
    "mariadb.slow_queries": Shape(0.1, 0.8, 0.3, unit="queries", happened=errors_of_requests),
    "mariadb.buffer_pool_hit_rate": Shape(99.2, -0.8, 0.001, -0.005, most=100, unit="%"),
    "traffic.requests": Shape(4, 90, 0.1, 0.03, unit="requests", happened=none_then),
    "traffic.server_errors": Shape(0.02, 0.3, 0.3, unit="requests", happened=errors_of_requests),
    "traffic.error_share": Shape(0.3, 0.1, 0.2, most=100, unit="%", happened=errors_of_requests),
    "traffic.median_time": Shape(45, 20, 0.08, unit="ms", happened=week_of_means),
    "traffic.p95_time": Shape(330, 140, 0.06, unit="ms", happened=week_of_p95),
    "traffic.api_time": Shape(110, 50, 0.06, unit="ms", happened=week_of_means),
    "traffic.jobs": Shape(5, 20, 0.1, unit="jobs"),
    "dashboard.accessible": Shape(0, unit="failures", happened=down),
    "dashboard.load_seconds": Shape(0.6, 0.5, 0.1, unit="s", happened=week_of_means),
    "redis_cache.hit_rate_since_sample": Shape(84, -4, 0.015, most=100, unit="%", happened=cache),
    "redis_cache.memory": Shape(210, 30, 0.02, 0.2, unit="MB"),
    "workers.waiting_jobs": Shape(0.5, 4, 0.4, unit="jobs"),
    "error_share.of_operations": Shape(0.25, 0.1, 0.15, most=100, unit="%", happened=errors_of_requests),
    "analytics.response_seconds": Shape(0.8, 0.6, 0.2, unit="s"),
    "sampling.age": Shape(2, 0, 0.02, unit="min"),
    "users.active": Shape(1, 34, 0.12, 0.01, unit="users"),
    "host.disk_used": Shape(71, 0.2, 0.001, 0.08, most=100, unit="%"),
    "host.memory_used": Shape(58, 8, 0.02, most=100, unit="%"),
    "host.load": Shape(0.2, 0.7, 0.15, unit="of each processor"),
    "storage.database": Shape(0, 0, 0.0003, GROWTH, unit="MB"),
    "storage.files": Shape(9_200, 0, 0.0003, 6, unit="MB"),
    "backups.size": Shape(3_100, 0, 0.001, 4, unit="MB"),
}
SHAPES["storage.database"].rest = LIMIT - GROWTH * fact("limit to be met").number
PROMISED = ("dashboard.accessible", "analytics.response_seconds", "sampling.age")
COUNTS = ("mariadb.slow_queries", "traffic.requests", "traffic.server_errors", "traffic.jobs")


def day_of(plan: Plan, metric: str, day: date) -> float:
    """What a day's figure of a metric is: of a count how many, else the median."""
    values = SHAPES[metric].of_day(plan, metric, day)
    return float(values.sum() if metric in COUNTS else np.median(values))


def summaries(values: Days) -> list[tuple]:
    """Samples, minimum, median, p95 (nearest rank), maximum and total, of each row of values."""
    ordered = np.sort(values, axis=1)
    count = ordered.shape[1]
    p95 = ordered[:, max(-(-count * 95 // 100), 1) - 1]
    columns = (ordered[:, 0], np.median(ordered, axis=1), p95, ordered[:, -1], ordered.sum(axis=1))
    return [(count, *map(float, row)) for row in zip(*columns, strict=True)]


def rolled_up(plan: Plan) -> tuple[list[tuple], list[tuple]]:
    """The rows of hours and of days, up to the two days of which there are samples."""
    hours, days = [], []
    sampled, hours_from = sampled_from(plan), plan.today - HOURS_KEPT
    for day in plan.days():
        if day >= sampled:
            break
        midnight = datetime.combine(day, time())
        for name, shape in SHAPES.items():
            values = shape.of_day(plan, name, day)
            days.append((name, midnight, *summaries(values.reshape(1, -1))[0]))
            if day >= hours_from or name in PROMISED:
                hours += (
                    (name, midnight + timedelta(hours=hour), *row)
                    for hour, row in enumerate(summaries(values))
                )
    return hours, days


def sampled_from(plan: Plan) -> date:
    return plan.today - timedelta(days=SAMPLED_DAYS)


def samples(plan: Plan) -> Iterator[tuple]:
    """Metric, value, unit and moment, as rounds keep them: by moment. The last are a minute ago."""
    of_day: dict[tuple[str, date], Days] = {}
    for moment in _moments(plan):
        for name, shape in SHAPES.items():
            key = name, moment.date()
            if key not in of_day:
                of_day[key] = shape.of_day(plan, *key)
            yield name, float(of_day[key][moment.hour, moment.minute // 10]), shape.unit, moment


def _moments(plan: Plan) -> Iterator[datetime]:
    moment, last = datetime.combine(sampled_from(plan), time(0, 5)), plan.now - timedelta(minutes=1)
    while moment < last:
        yield moment
        moment += EVERY
    yield last


# --- on a site


def write(plan: Plan) -> None:
    """Roll-ups of what is long ago; samples of late, which the app rolls up itself."""
    hours, days = rolled_up(plan)
    insert_numbered(DAY, ("metric", "begins", *FIGURES), days)
    insert_numbered(HOUR, ("metric", "begins", *FIGURES), hours)
    rows = ((*row, "simulated", "") for row in samples(plan))
    insert_numbered(SAMPLE, ("metric", "value", "unit", "observed_at", "source", "server"), rows)
    frappe.db.commit()
    _roll_up(plan)


def _roll_up(plan: Plan) -> None:
    """As the app does it each hour, also where it did it later ones meanwhile."""
    midnight = datetime.combine(sampled_from(plan), time())
    for span, length in metric_rollups.LENGTHS.items():
        begins = midnight
        while begins + length <= plan.now:
            metric_rollups.make(span, begins)
            begins += length
    frappe.db.commit()


def of_days(plan: Plan, first: date) -> Mapping[str, dict[date, float]]:
    """The figures of each metric's days, from one on to yesterday."""
    return {name: {day: day_of(plan, name, day) for day in plan.days(first)} for name in SHAPES}
