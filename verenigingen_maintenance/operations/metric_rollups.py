"""Hours and days of metrics: made anew from the samples, so that repeating does no harm.

A gap stays one: an hour without samples has no row. Each row is written by its key, which admits one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import frappe

from verenigingen_maintenance.core.rollups import Summary, summarised
from verenigingen_maintenance.operations.transactions import commit
from verenigingen_maintenance.sources import clock
from verenigingen_maintenance.sources.stored import DAY, HOUR, SAMPLE

LENGTHS = {HOUR: timedelta(hours=1), DAY: timedelta(days=1)}
KEPT = timedelta(days=14)
FIGURES = ("samples", "minimum", "median", "p95", "maximum", "total")
BATCH = 5_000
Span = str


def roll_up(now: datetime) -> None:
    """Makes the hours and days that are over since the last ones that were made, and the last ones again:
    a late sample may have come to them."""
    for span in LENGTHS:
        for begins in _open(span, clock.stored(now)):
            make(span, begins)
            commit()


def make(span: Span, begins: datetime) -> None:
    """Makes one hour or day of all metrics anew. Times are the site's, naive."""
    ends = begins + LENGTHS[span]
    rows = frappe.db.sql(
        f"select sample.metric, sample.value from `tab{SAMPLE}` sample "
        "join `tabMetric` metric on metric.name = sample.metric and metric.kind != 'Counter' "
        "where sample.observed_at >= %s and sample.observed_at < %s",
        (begins, ends),
    )
    values: dict[str, list[float]] = {}
    for metric, value in rows:
        values.setdefault(metric, []).append(float(value))
    found = {metric: summary for metric, each in values.items() if (summary := summarised(each))}
    _replace(span, begins, found)


def forget(doctype: str, days: int) -> None:
    """Drops what began more than `days` ago, some thousand rows at a time: nobody waits for long."""
    column = "observed_at" if doctype == SAMPLE else "begins"
    before = clock.stored(clock.now() - timedelta(days=days))
    while frappe.db.sql(f"select 1 from `tab{doctype}` where `{column}` < %s limit 1", before):
        frappe.db.sql(f"delete from `tab{doctype}` where `{column}` < %s limit {BATCH}", before)
        commit()


def _open(span: Span, now: datetime) -> Iterable[datetime]:
    """The beginnings of those to make, in order; none that has no samples any more."""
    length = LENGTHS[span]
    made = frappe.db.sql(f"select max(begins) from `tab{span}` where begins <= %s", now)[0][0]
    first = frappe.db.sql(f"select min(observed_at) from `tab{SAMPLE}`")[0][0]
    if first is None:
        return
    begins = _floor(max(first, now - KEPT, made - length if made else first), span)
    while begins + length <= now:
        yield begins
        begins += length


def _floor(moment: datetime, span: Span) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0, **({"hour": 0} if span == DAY else {}))


def _replace(span: Span, begins: datetime, found: dict[str, Summary]) -> None:
    if not found:
        return
    at = clock.stored(clock.now())
    columns = ("name", "creation", "modified", "metric", "begins", *FIGURES)
    place = f"(nextval(`{frappe.scrub(span)}_id_seq`)" + ", %s" * (len(columns) - 1) + ")"
    values = [
        value
        for metric, summary in found.items()
        for value in (at, at, metric, begins, *(getattr(summary, figure) for figure in FIGURES))
    ]
    renewed = ", ".join(f"`{column}` = values(`{column}`)" for column in ("modified", *FIGURES))
    frappe.db.sql(
        f"insert into `tab{span}` (`{'`, `'.join(columns)}`) values {', '.join([place] * len(found))} "
        f"on duplicate key update {renewed}",
        values,
    )
