"""The Redis cache: hits and misses as differences, because the server's own figures only ever grow."""

from __future__ import annotations

from datetime import datetime, timedelta

import frappe

from verenigingen_maintenance.core.counters import Counters, hit_rate
from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.sources import clock, source

HITS, MISSES = "redis_keyspace_hits", "redis_keyspace_misses"
KEPT = timedelta(days=1)
SOURCE = "Redis INFO stats, difference to a stored sample"


def counters(now: datetime) -> Counters:
    """The cumulative counters of the cache server. Raises redis.ConnectionError."""
    stats, server = frappe.cache.info("stats"), frappe.cache.info("server")
    return Counters(int(stats["keyspace_hits"]), int(stats["keyspace_misses"]), str(server["run_id"]), now)


@source
def hit_rate_since_sample(now: datetime) -> Reading | Unknown:
    """Hits among all lookups since the latest stored sample that is enough lookups ago, in percent."""
    minimum = frappe.db.get_single_value("Maintenance Settings", "cache_minimum_lookups") or 1
    current, earlier = counters(now), _stored(now - KEPT)
    rate = hit_rate(current, earlier, minimum)
    if rate is None:
        return Unknown(_why_not(current, earlier, minimum), now, SOURCE, learning=True)
    evidence = {
        "lookups": rate.lookups,
        "since": clock.shown(rate.since),
        "counted": "the whole Redis server",
    }
    return Reading(round(rate.percent, 2), "%", now, SOURCE, evidence)


def _stored(since: datetime) -> list[Counters]:
    rows = frappe.get_all(
        "Metric Sample",
        filters={"metric": ("in", (HITS, MISSES)), "observed_at": (">=", clock.stored(since))},
        fields=["metric", "value", "observed_at", "server"],
        order_by="observed_at desc",
        limit=200,
    )
    pairs: dict[tuple, dict[str, int]] = {}
    for row in rows:
        pairs.setdefault((row.observed_at, row.server), {})[row.metric] = int(row.value)
    return [
        Counters(pair[HITS], pair[MISSES], server, clock.instant(moment))
        for (moment, server), pair in pairs.items()
        if len(pair) == 2
    ]


def _why_not(current: Counters, earlier: list[Counters], minimum: int) -> str:
    if not earlier:
        return "no earlier sample is stored; one is taken every hour"
    if earlier[0].server != current.server:
        return "Redis restarted since the last sample; the next one is taken within the hour"
    oldest = earlier[-1]
    lookups = current.hits - oldest.hits + current.misses - oldest.misses
    return f"{lookups} lookups since the oldest sample, and {minimum} are needed"
