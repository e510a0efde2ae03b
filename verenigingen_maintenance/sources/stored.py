"""What was sampled of metrics: raw samples, hours and days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import frappe
from frappe.query_builder.functions import Min, Sum

from verenigingen_maintenance.core.durations import Sample
from verenigingen_maintenance.sources import clock

SAMPLE, HOUR, DAY = "Metric Sample", "Metric Hour", "Metric Day"
MOST_VALUES = 100


@dataclass(frozen=True)
class Counted:
    """A cumulative figure of one server process (`server` changes when it restarts)."""

    value: float
    server: str
    observed_at: datetime


def latest(metric: str, since: datetime, most: int = MOST_VALUES) -> list[Sample]:
    """The values of a metric that were kept last, with their times, the last first."""
    return [(each.observed_at, each.value) for each in counted(metric, since, most)]


def last(metric: str, now: datetime) -> Counted | None:
    """The sample of a metric that was kept last, whatever the clock said."""
    fields = ["value", "server", "observed_at"]
    rows = frappe.get_all(SAMPLE, {"metric": metric}, fields, order_by="name desc", limit=1)
    if not rows:
        return None
    return Counted(rows[0].value, rows[0].server or "", clock.instant_before(rows[0].observed_at, now))


def counted(metric: str, since: datetime, most: int = MOST_VALUES) -> list[Counted]:
    """The same with their servers. In the hour that October repeats, their order tells which one is meant."""
    rows = frappe.get_all(
        SAMPLE,
        filters={"metric": metric, "observed_at": (">=", clock.stored(since))},
        fields=["value", "server", "observed_at"],
        order_by="name desc",
        limit=most,
    )
    found, newer = [], clock.now()
    for row in rows:
        newer = clock.instant_before(row.observed_at, newer)
        found.append(Counted(row.value, row.server or "", newer))
    return found


def sums(metrics: Iterable[str], since: datetime) -> dict[str, tuple[float, datetime]]:
    """The sum of each metric's samples, and when the first of them was; without those that have none."""
    sample = frappe.qb.DocType(SAMPLE)
    rows = (
        frappe.qb.from_(sample)
        .select(sample.metric, Sum(sample.value), Min(sample.observed_at))
        .where(sample.metric.isin(list(metrics)) & (sample.observed_at >= clock.stored(since)))
        .groupby(sample.metric)
    ).run()
    return {metric: (float(total), clock.instant(first)) for metric, total, first in rows}


def mean_of_hours(metric: str, since: datetime) -> tuple[int, float | None]:
    """How many hours of a metric were rolled up since, and the mean of all their samples."""
    rows = frappe.db.sql(
        f"select count(*), sum(total) / sum(samples) from `tab{HOUR}` where metric = %s and begins >= %s",
        (metric, clock.stored(since)),
    )
    hours, mean = rows[0]
    return hours, None if mean is None else float(mean)


def daily(metric: str, since: date, figure: str = "median") -> dict[date, float]:
    """A figure of each day that was rolled up: the median, or the total of a count."""
    filters = {"metric": metric, "begins": (">=", since)}
    rows = frappe.get_all(DAY, filters=filters, fields=["begins", figure], as_list=True, limit=0)
    return {begins.date(): float(value) for begins, value in rows}
