"""Keeps values and counters that a later judgement looks back on."""

from __future__ import annotations

from datetime import datetime

import frappe

from verenigingen_maintenance.core.durations import Sample
from verenigingen_maintenance.core.readings import Reading
from verenigingen_maintenance.operations import measure, records
from verenigingen_maintenance.sources import clock, redis_cache, verenigingen

MOST_VALUES = 100
MEMBERS_SECONDS = 10


def keep(metric: str, reading: Reading) -> None:
    _insert(metric, reading.value, reading.unit, reading.observed_at, reading.source)


def keep_cache_counters() -> None:
    """Stores Redis' hits and misses as they are now. Raises redis.ConnectionError."""
    counters = redis_cache.counters(clock.now())
    for metric, value in ((redis_cache.HITS, counters.hits), (redis_cache.MISSES, counters.misses)):
        _insert(metric, value, "lookups", counters.observed_at, "Redis INFO stats", counters.server)


def keep_members() -> None:
    """Stores the number of active members where this site has any, to compare tomorrow's with."""
    counted = measure.read("verenigingen.active_members", MEMBERS_SECONDS)
    if isinstance(counted, Reading):
        keep(verenigingen.MEMBERS, counted)


def latest(metric: str, since: datetime) -> list[Sample]:
    """The latest values of a metric with their times; a hundred at most."""
    rows = frappe.get_all(
        "Metric Sample",
        filters={"metric": metric, "observed_at": (">=", clock.stored(since))},
        fields=["observed_at", "value"],
        order_by="observed_at desc",
        limit=MOST_VALUES,
    )
    return [(clock.instant(row.observed_at), row.value) for row in rows]


def _insert(metric: str, value: float, unit: str, moment: datetime, source: str, server: str = "") -> None:
    fields = {"metric": metric, "value": value, "unit": unit, "source": source[:140], "server": server}
    sample = frappe.get_doc({"doctype": "Metric Sample", "observed_at": clock.stored(moment), **fields})
    records.insert(sample)
