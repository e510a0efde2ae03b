"""The Redis cache: hits and misses as differences, because the server's own figures only ever grow."""

from __future__ import annotations

from datetime import datetime, timedelta

import frappe

from verenigingen_maintenance.core.counters import Counters, hit_rate
from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.sources import clock, shared, source, stored

HITS, MISSES = "redis_cache.hits", "redis_cache.misses"
KEPT = timedelta(days=1)
STRETCH = timedelta(hours=1)
MOST_SAMPLES = 800
SOURCE = "Redis INFO stats, difference to a stored sample"
INFO = "Redis INFO"
MEGA = 1e6
FEWEST_HOURS = 24


@source
def hits(now: datetime) -> Reading:
    """Lookups that found their key since the server's start."""
    current = counters(now)
    return Reading(current.hits, "lookups", now, "Redis INFO stats", {"server": current.server})


@source
def misses(now: datetime) -> Reading:
    """Lookups that did not since the server's start."""
    current = counters(now)
    return Reading(current.misses, "lookups", now, "Redis INFO stats", {"server": current.server})


@source
def memory(now: datetime) -> Reading:
    """Memory that the cache server uses."""
    info = frappe.cache.info("memory")
    limit = int(info.get("maxmemory") or 0)
    bound = {"limit (MB)": round(limit / MEGA, 1) if limit else "none"}
    evidence = {**bound, "policy": info.get("maxmemory_policy")}
    return Reading(round(int(info["used_memory"]) / MEGA, 2), "MB", now, INFO, evidence)


@shared
def counters(now: datetime) -> Counters:
    """The cumulative counters of the cache server. Raises redis.ConnectionError."""
    stats, server = frappe.cache.info("stats"), frappe.cache.info("server")
    return Counters(int(stats["keyspace_hits"]), int(stats["keyspace_misses"]), str(server["run_id"]), now)


def started_at(now: datetime) -> datetime:
    """When the cache server started, to the second. Raises redis.ConnectionError."""
    seconds = int(frappe.cache.info("server")["uptime_in_seconds"])
    return (now - timedelta(seconds=seconds)).replace(microsecond=0)


@source
def hit_rate_since_sample(now: datetime) -> Reading | Unknown:
    """Hits among all lookups of about the last hour, in percent: since the latest stored sample that is an
    hour and enough lookups ago, else since the oldest there is."""
    minimum = frappe.db.get_single_value("Maintenance Settings", "cache_minimum_lookups") or 1
    current, earlier = counters(now), _stored(now - KEPT)
    long_ago = [sample for sample in earlier if sample.observed_at <= now - STRETCH]
    rate = hit_rate(current, long_ago, minimum) or hit_rate(current, earlier[-1:], minimum)
    if rate is None:
        return Unknown(_why_not(current, earlier, minimum), now, SOURCE, learning=True)
    evidence = {
        "lookups": rate.lookups,
        "since": clock.shown(rate.since),
        "counted": "the whole Redis server",
    }
    return Reading(round(rate.percent, 2), "%", now, SOURCE, evidence)


@source
def hit_rate_of_7_days(now: datetime) -> Reading | Unknown:
    """The mean of the sampled hit rates of the last seven days, in percent."""
    hours, mean = stored.mean_of_hours("redis_cache.hit_rate_since_sample", now - timedelta(days=7))
    if mean is None or hours < FEWEST_HOURS:
        return Unknown(
            f"sampled for {hours} hours, and {FEWEST_HOURS} are needed", now, SOURCE, learning=True
        )
    return Reading(round(mean, 2), "%", now, SOURCE, {"hours with samples": hours})


def _stored(since: datetime) -> list[Counters]:
    """Both counters of each sample of the server that runs now or ran last, latest first."""
    found = {
        (each.observed_at, each.server): each.value for each in stored.counted(MISSES, since, MOST_SAMPLES)
    }
    both = stored.counted(HITS, since, MOST_SAMPLES)
    pairs = [
        Counters(int(each.value), int(found[each.observed_at, each.server]), each.server, each.observed_at)
        for each in both
        if (each.observed_at, each.server) in found
    ]
    return [pair for pair in pairs if pair.server == pairs[0].server]


def _why_not(current: Counters, earlier: list[Counters], minimum: int) -> str:
    if not earlier:
        return "no earlier sample is stored; one is taken every few minutes"
    if earlier[0].server != current.server:
        return "Redis restarted since the last sample; the next one is taken within minutes"
    oldest = earlier[-1]
    lookups = current.hits - oldest.hits + current.misses - oldest.misses
    return f"{lookups} lookups since the oldest sample, and {minimum} are needed"
