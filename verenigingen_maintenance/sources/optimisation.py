"""Facts for what could be better: the cache, the queues, Monitor, the buffer pool and the scheduled jobs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import frappe
from croniter import croniter
from frappe.utils import cint

from verenigingen_maintenance.core.opportunities import Facts
from verenigingen_maintenance.core.rollups import percentile
from verenigingen_maintenance.core.system_opportunities import (
    FAILED_LEAST,
    LONG_QUEUE,
    SLOW_JOB_SECONDS,
    SLOW_JOB_SHARE,
)
from verenigingen_maintenance.sources import clock, stored, workers
from verenigingen_maintenance.sources.stored import HOUR

WEEK = timedelta(days=7)
FEWEST_HOURS = 24
MOST_RUNS = 2_000
LOG = "Scheduled Job Log"
QUEUES = ("short", "default", "long")
EVERY = {"All": 240, "Hourly": 3_600, "Daily": 86_400, "Weekly": 604_800}


def cache(now: datetime) -> Facts:
    """What the cache server uses, may use and threw away; its hit rate of seven days. Raises
    redis.ConnectionError."""
    memory, stats = frappe.cache.info("memory"), frappe.cache.info("stats")
    server = frappe.cache.info("server")
    hours, rate = _week("redis_cache.hit_rate_since_sample", now)
    found = {
        **{"used": int(memory["used_memory"]), "limit": int(memory.get("maxmemory") or 0)},
        **{"policy": str(memory.get("maxmemory_policy")), "evicted": int(stats["evicted_keys"])},
        **{"days": round(int(server["uptime_in_seconds"]) / 86_400, 2), "hit_rate": rate, "hours": hours},
    }
    return Facts(found, "" if rate is not None else _too_few("the hit rate", hours))


def queues(now: datetime) -> Facts:
    """How often jobs wait, by queue."""
    found = {name: _waiting(name, now) for name in QUEUES}
    alive = workers.alive(now)
    few = [name for name, queue in found.items() if queue["hours"] < FEWEST_HOURS]
    kept = {name: queue for name, queue in found.items() if name not in few}
    fewest = min((found[name]["hours"] for name in few), default=0)
    missing = _too_few(f"waiting jobs in {', '.join(few)}", fewest) if few else ""
    return Facts({"queues": kept, "workers": alive.value}, missing)


def monitor(_now: datetime) -> Facts:
    """Whether requests are timed."""
    return Facts({"is_on": bool(frappe.conf.monitor)})


def buffer_pool(now: datetime) -> Facts:
    """The pool, the data of all schemas that this user may see, and the share of page reads from memory."""
    pool = frappe.db.sql("select @@innodb_buffer_pool_size")[0][0]
    data = frappe.db.sql(
        "select sum(data_length + index_length) from information_schema.tables where engine = 'InnoDB'"
    )[0][0]
    hours, rate = _week("mariadb.buffer_pool_hit_rate", now)
    found = {"pool": int(pool), "data": int(data or 0), "hit_rate": rate, "hours": hours}
    return Facts(found, "" if rate is not None else _too_few("the share of reads from memory", hours))


def jobs(now: datetime) -> Facts:
    """Scheduled jobs of seven days that fail or take long; `modified` is indexed and tells when a job
    ended."""
    every = {row.name: _every(row) for row in frappe.get_all("Scheduled Job Type", ["*"], limit=0)}
    rows = frappe.db.sql(
        f"select scheduled_job_type, count(*), sum(status = 'Failed'), "
        f"avg(timestampdiff(microsecond, creation, modified)) / 1e6, "
        f"max(timestampdiff(microsecond, creation, modified)) / 1e6 from `tab{LOG}` "
        f"where modified >= %s and status in ('Complete', 'Failed') group by scheduled_job_type",
        (clock.stored(now - WEEK),),
    )
    described = (_job(*row, every=every.get(row[0])) for row in rows if row[0])
    return Facts({"jobs": [_with_times(job, now) for job in described if _may_matter(job)]})


def _job(name: str, runs: int, failed: int, mean: float, longest: float, every: int | None) -> dict[str, Any]:
    times = {"mean": round(float(mean or 0), 2), "longest": round(float(longest or 0), 2)}
    return {"name": name, "runs": int(runs), "failed": int(failed), "every": every, **times}


def _may_matter(job: dict[str, Any]) -> bool:
    is_slow = job["longest"] >= SLOW_JOB_SECONDS or job["mean"] >= SLOW_JOB_SHARE * (job["every"] or 1e9)
    return job["failed"] >= FAILED_LEAST or is_slow


def _with_times(job: dict[str, Any], now: datetime) -> dict[str, Any]:
    rows = frappe.db.sql(
        f"select timestampdiff(microsecond, creation, modified) / 1e6 from `tab{LOG}` where modified >= %s "
        f"and scheduled_job_type = %s and status = 'Complete' order by modified desc limit %s",
        (clock.stored(now - WEEK), job["name"], MOST_RUNS),
    )
    times = sorted(float(row[0]) for row in rows)
    if not times:
        return {**job, "median": None, "p95": None}
    return {**job, "median": round(median(times), 2), "p95": round(percentile(times, 95), 2)}


def _every(job: Any) -> int | None:
    """The seconds between two runs of a job; None where it is not run by the clock."""
    if job.frequency == "Cron" and job.cron_format and croniter.is_valid(job.cron_format):
        times = croniter(job.cron_format)
        first = times.get_next(float)
        return round(times.get_next(float) - first)
    return EVERY.get((job.frequency or "").removesuffix(" Long"))


def _week(metric: str, now: datetime) -> tuple[int, float | None]:
    hours, mean = stored.mean_of_hours(metric, now - WEEK)
    return cint(hours), None if mean is None or hours < FEWEST_HOURS else round(mean, 2)


def _waiting(queue: str, now: datetime) -> dict[str, Any]:
    medians = list(hours(f"workers.waiting_{queue}", now - WEEK, now))
    longest = max(medians, default=0)
    return {"hours": len(medians), "busy": sum(each >= LONG_QUEUE for each in medians), "most": longest}


def hours(metric: str, since: datetime, until: datetime) -> Iterable[float]:
    """The median of each hour of a metric that was rolled up."""
    between = [clock.stored(since), clock.stored(until)]
    rows = frappe.get_all(HOUR, {"metric": metric, "begins": ("between", between)}, pluck="median", limit=0)
    return [float(each) for each in rows]


def _too_few(what: str, hours: int) -> str:
    return f"{what}: sampled for {hours} of {FEWEST_HOURS} hours that are needed"
