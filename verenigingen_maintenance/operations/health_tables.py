"""Metrics of a period as rows and charts, for the report, the shell and the pages. It only reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe import _

from verenigingen_maintenance.core.charts import Chart, Point
from verenigingen_maintenance.core.thresholds import Limit, ThresholdError
from verenigingen_maintenance.operations.checks import CHECK, LIVE
from verenigingen_maintenance.operations.language import said
from verenigingen_maintenance.operations.metric_rollups import LENGTHS
from verenigingen_maintenance.operations.metrics import applicable
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.sources import clock
from verenigingen_maintenance.sources.stored import DAY, HOUR, SAMPLE


@dataclass(frozen=True)
class Period:
    """How far back, the table whose rows are drawn, and what its rows are apart."""

    length: timedelta
    table: str
    apart: timedelta


PERIODS = {
    "24 hours": Period(timedelta(days=1), SAMPLE, timedelta(minutes=15)),
    "7 days": Period(timedelta(days=7), HOUR, timedelta(hours=1)),
    "30 days": Period(timedelta(days=30), HOUR, timedelta(hours=1)),
    "90 days": Period(timedelta(days=90), DAY, timedelta(days=1)),
    "365 days": Period(timedelta(days=365), DAY, timedelta(days=1)),
}
FIELDS = ("title", "metric_group", "unit", "kind", "value", "observed_at", "reason", "every_minutes")
MOST_POINTS = 2_000
ONE_DAY, RESOLUTION = timedelta(days=1), timedelta(microseconds=1)
ROLLED_UP = "sum(samples), sum(total), min(minimum), max(maximum)"
SUMS = {SAMPLE: "count(*), sum(value), min(value), max(value)", HOUR: ROLLED_UP, DAY: ROLLED_UP}


@dataclass
class _Figures:
    samples: int = 0
    total: float = 0.0
    minimum: float | None = None
    maximum: float | None = None

    def add(self, samples: int, total: float, minimum: float, maximum: float) -> None:
        self.samples += int(samples)
        self.total += float(total)
        self.minimum = float(minimum) if self.minimum is None else min(self.minimum, float(minimum))
        self.maximum = float(maximum) if self.maximum is None else max(self.maximum, float(maximum))

    @property
    def mean(self) -> float | None:
        return self.total / self.samples if self.samples else None


def health(name: str, group: str | None, now: datetime | None = None) -> list[dict[str, Any]]:
    """For each metric: its latest value, its figures of the period, and its mean of the period before.

    Raises frappe.ValidationError for a period that there is not.
    """
    return compared(find_period(name).length, group, now)


def compared(length: timedelta, group: str | None, now: datetime | None = None) -> list[dict[str, Any]]:
    """The same for a period of any length up to `now`."""
    ends = clock.stored(now or clock.now())
    begins = ends - length
    found, before = _figures(begins, ends), _figures(begins - length, begins)
    return [
        _row(metric, found.get(metric.name, _Figures()), before.get(metric.name, _Figures()))
        for metric in _metrics(group)
    ]


def charts(name: str, group: str | None, now: datetime | None = None) -> list[Chart]:
    """A chart for each metric of a group that has values then; without a group, of what is judged live."""
    period, ends = find_period(name), clock.stored(now or clock.now())
    begins = ends - period.length
    metrics = _metrics(group) if group else _judged()
    series = _series(metrics, period, begins, ends)
    limits, capacity = _limits(), _capacity()
    return [
        Chart(
            title=said(each.title),
            unit=_drawn_unit(each, period),
            points=series[each.name],
            begins=begins,
            ends=ends,
            longest_gap=max(period.apart, timedelta(minutes=each.every_minutes or 0)) * 1.5,
            limits=limits.get(each.name, ()) if _is_drawn_as_judged(each, period) else (),
            capacity=capacity.get(each.name, ()) if _is_drawn_as_forecast(each, period) else (),
        )
        for each in metrics
        if each.name in series
    ]


def find_period(name: str) -> Period:
    if name not in PERIODS:
        refuse(_("There is no period “{0}”. There are: {1}."), name, ", ".join(PERIODS))
    return PERIODS[name]


def _metrics(group: str | None) -> Sequence[Any]:
    filters = {"kind": ("!=", "Counter"), **({"metric_group": group} if group else {})}
    return applicable(FIELDS, filters, "metric_group, title")


def _figures(begins: datetime, ends: datetime) -> dict[str, _Figures]:
    """From whole days, the hours before and after them, and the samples since the last hour."""
    found: dict[str, _Figures] = {}
    for table, since, until in _pieces(begins, ends):
        column = "observed_at" if table == SAMPLE else "begins"
        rows = frappe.db.sql(
            f"select metric, {SUMS[table]} from `tab{table}` "
            f"where `{column}` >= %s and `{column}` < %s group by metric",
            (since, until),
        )
        for metric, *values in rows:
            found.setdefault(metric, _Figures()).add(*values)
    return found


def _pieces(begins: datetime, ends: datetime) -> list[tuple[str, datetime, datetime]]:
    """Which table has which part of a period; each moment is in one."""
    midnight = (begins + ONE_DAY - RESOLUTION).replace(hour=0, minute=0, second=0, microsecond=0)
    days_end = min(_end(DAY, ends) or begins, ends)
    hours_end = min(max(_end(HOUR, ends) or begins, begins), ends)
    pieces = [(HOUR, begins, hours_end), (SAMPLE, hours_end, ends)]
    if midnight < days_end <= hours_end:
        pieces = [
            *((HOUR, begins, midnight), (DAY, midnight, days_end)),
            *((HOUR, days_end, hours_end), (SAMPLE, hours_end, ends)),
        ]
    return [piece for piece in pieces if piece[1] < piece[2]]


def _end(table: str, now: datetime) -> datetime | None:
    """Where the rows that are rolled up end; what a clock that was set back left ahead does not count."""
    begins = frappe.db.sql(f"select max(begins) from `tab{table}` where begins <= %s", now)[0][0]
    return begins + LENGTHS[table] if begins else None


def _row(metric: Any, found: _Figures, before: _Figures) -> dict[str, Any]:
    is_count = metric.kind == "Count"
    middle, earlier = (each.total if is_count and each.samples else each.mean for each in (found, before))
    return {
        "metric": metric.name,
        "title": metric.title,
        "group": metric.metric_group,
        "unit": metric.unit,
        "kind": metric.kind,
        "latest": float(metric.value) if metric.value else None,
        "observed_at": metric.observed_at,
        "middle": _rounded(middle),
        "minimum": _rounded(found.minimum),
        "maximum": _rounded(found.maximum),
        "samples": found.samples,
        "before": _rounded(earlier),
        "change": _change(middle, earlier),
        "reason": metric.reason or "",
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _change(now: float | None, before: float | None) -> float | None:
    """In percent; None where there is nothing to compare with."""
    return None if now is None or not before else round(100 * (now - before) / abs(before), 1)


def _series(
    metrics: Sequence[Any], period: Period, begins: datetime, ends: datetime
) -> Mapping[str, list[Point]]:
    """A Count is drawn as it is told: how many there were, not how many a sample had."""
    counts = [each.name for each in metrics if each.kind == "Count"]
    others = [each.name for each in metrics if each.kind != "Count"]
    columns = {"median": others, "total": counts} if period.table != SAMPLE else {"value": others + counts}
    series: dict[str, list[Point]] = {}
    for value, names in columns.items():
        if names:
            series |= _points(names, value, period, begins, ends)
    return series


def _points(
    metrics: Sequence[str], value: str, period: Period, begins: datetime, ends: datetime
) -> dict[str, list[Point]]:
    column = "observed_at" if period.table == SAMPLE else "begins"
    rows = frappe.db.sql(
        f"select metric, `{column}`, `{value}` from `tab{period.table}` "
        f"where metric in %s and `{column}` >= %s and `{column}` < %s order by metric, `{column}` limit %s",
        (metrics, begins, ends, MOST_POINTS * len(metrics)),
    )
    series: dict[str, list[Point]] = {}
    for metric, moment, each in rows:
        series.setdefault(metric, []).append((moment, float(each)))
    return series


def _drawn_unit(metric: Any, period: Period) -> str:
    unit = said(metric.unit)
    if metric.kind != "Count" or period.table == SAMPLE:
        return unit
    return _("{0} an hour").format(unit) if period.table == HOUR else _("{0} a day").format(unit)


def _is_drawn_as_judged(metric: Any, period: Period) -> bool:
    """What a check judges of a Count is a sample, not what an hour or a day adds up to."""
    return metric.kind != "Count" or period.table == SAMPLE


def _is_drawn_as_forecast(metric: Any, period: Period) -> bool:
    """What a Count may not exceed is what a day adds up to."""
    return metric.kind != "Count" or period.table == DAY


def _judged() -> list[Any]:
    """The metrics that a live check reads."""
    read = set(frappe.get_all(CHECK, filters=LIVE, pluck="source", limit=0))
    return [each for each in _metrics(None) if each.name in read]


def _limits() -> dict[str, list[float]]:
    """The CRITICAL thresholds of the checks that read a metric."""
    filters = {"enabled": 1, "critical": ("is", "set")}
    return _parsed(frappe.get_all(CHECK, filters, ["source", "critical"], as_list=True, limit=0))


def _capacity() -> dict[str, list[float]]:
    """The limits that forecasts look out for."""
    filters = {"capacity_limit": ("is", "set")}
    return _parsed(frappe.get_all("Metric", filters, ["name", "capacity_limit"], as_list=True, limit=0))


def _parsed(limits: Iterable[tuple[str, str]]) -> dict[str, list[float]]:
    """By metric; one that cannot be meant is not drawn."""
    found: dict[str, list[float]] = {}
    for metric, limit in limits:
        with suppress(ThresholdError):
            found.setdefault(metric, []).append(Limit.parse(limit).value)
    return found
