"""What around the database could be better: the cache, the queues, Monitor, the scheduled jobs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .change_states import Kind
from .opportunities import HIGH, LOW, MEDIUM, Opportunity, size

CACHE_FULL, HIT_RATE = 0.9, 75
LONG_QUEUE, BUSY_HOURS = 10, 0.05
FAILED_SHARE, FAILED_LEAST = 0.2, 3
SLOW_JOB_SECONDS, SLOW_JOB_SHARE = 120, 0.5


def of_cache(facts: Mapping[str, Any]) -> Iterable[Opportunity]:
    """`used`, `limit` (bytes; limit 0 is none), `policy`, `evicted` keys and `days` since start, `hit_rate`
    of 7 days in percent or None, `hours` with samples."""
    if facts["limit"] and (facts["used"] >= CACHE_FULL * facts["limit"] or facts["evicted"]):
        yield _full_cache(facts)
    if facts["hit_rate"] is not None and facts["hit_rate"] <= HIT_RATE:
        yield _missing_cache(facts)


def _full_cache(facts: Mapping[str, Any]) -> Opportunity:
    share = 100 * facts["used"] / facts["limit"]
    a_day = facts["evicted"] / max(facts["days"], 1 / 24)
    return Opportunity(
        key="cache memory",
        kind=Kind.BY_HAND,
        area="Cache",
        title="Give the Redis cache more memory",
        finding=f"The cache uses {share:.0f} % of its limit, and threw away {a_day:.0f} keys a day.",
        gain="What is thrown away is computed anew: keys found rise to what they are without eviction.",
        gain_level=HIGH if a_day >= 1_000 else MEDIUM,
        gain_value=round(a_day, 1),
        measured_how="Redis INFO: used_memory, maxmemory, evicted_keys since the server's start",
        evidence=dict(facts),
        signature=size(facts["limit"], a_day),
        steps="\n".join(
            (
                "1. See how much memory the host has free: bench --site SITE maintenance metrics --group "
                "Host",
                "2. In config/redis_cache.conf of the bench, double maxmemory. Note the old value here.",
                "3. Restart the cache's process, and clear nothing else.",
            )
        ),
        steps_back="Set maxmemory in config/redis_cache.conf to the old value, and restart the cache's "
        "process.",
        measures=({"probe": "metric", "of": "redis_cache.hit_rate_since_sample", "better": "higher"},),
    )


def _missing_cache(facts: Mapping[str, Any]) -> Opportunity:
    return Opportunity(
        key="cache hit rate",
        kind=Kind.BY_HAND,
        area="Cache",
        title="Find out which keys the cache never has",
        finding=f"Of all lookups of seven days the cache had {facts['hit_rate']:.1f} %; the goal is above "
        f"{HIT_RATE} %.",
        gain=f"Up to {100 - facts['hit_rate']:.0f} % of the lookups are computed anew each time.",
        gain_level=MEDIUM,
        gain_value=round(100 - facts["hit_rate"], 1),
        measured_how=f"mean of the sampled hit rates of {facts['hours']} hours",
        evidence=dict(facts),
        signature=size(100 - facts["hit_rate"]),
        steps="\n".join(
            (
                "1. See whether something clears the cache often: jobs, deployments, clear-cache in a "
                "crontab.",
                "2. redis-cli -p PORT monitor | head -n 20000: count the keys that are asked for and not "
                "set.",
                "3. Mend the code that asks for a key that nobody writes, or stop what clears.",
            )
        ),
        steps_back="Take the change of step 3 back.",
        measures=({"probe": "metric", "of": "redis_cache.hit_rate_since_sample", "better": "higher"},),
    )


def of_queues(facts: Mapping[str, Any]) -> Iterable[Opportunity]:
    """`queues`: by name, hours with samples and those in which most samples had ten jobs or more waiting;
    `workers`."""
    for name, queue in facts["queues"].items():
        if queue["hours"] and queue["busy"] >= BUSY_HOURS * queue["hours"] and queue["busy"] >= 2:
            yield _queue(name, queue, facts["workers"])


def _queue(name: str, queue: Mapping[str, Any], workers: float | None) -> Opportunity:
    share = 100 * queue["busy"] / queue["hours"]
    return Opportunity(
        key=f"queue {name}",
        kind=Kind.BY_HAND,
        area="Queues",
        title=f"Another worker for the queue {name}",
        finding=f"In {queue['busy']} of {queue['hours']} hours, {LONG_QUEUE} jobs or more waited in "
        f"{name} ({share:.0f} %).",
        gain="Jobs that wait begin earlier; a second worker halves the wait where the processor has room.",
        gain_level=HIGH if share >= 25 else MEDIUM,
        gain_value=round(share, 1),
        measured_how="medians of the hours of seven days, of jobs that wait",
        evidence={**queue, "queue": name, "workers alive": workers},
        signature=size(share),
        steps="\n".join(
            (
                "1. See that load and memory have room at those hours: System Health, group Host.",
                f"2. Add one worker of the queue {name} to supervisor's configuration (numprocs), or to "
                f"the Procfile.",
                "3. Load it: supervisorctl update. Note here what was there before.",
            )
        ),
        steps_back="Set numprocs back, and run supervisorctl update.",
        measures=({"probe": "metric", "of": f"workers.waiting_{name}", "better": "lower"},),
    )


def of_monitor(facts: Mapping[str, Any]) -> Iterable[Opportunity]:
    """`is_on`: whether the site config has Monitor on."""
    if not facts["is_on"]:
        yield Opportunity(
            key="monitor off",
            kind=Kind.BY_HAND,
            area="Monitoring",
            title="Turn Frappe's Monitor on",
            finding="Monitor is off: no request is timed, so that slow paths and errors of operations are "
            "not measured.",
            gain="The error share, response times and the gain of other changes are measured.",
            gain_level=HIGH,
            gain_value=1,
            measured_how="the setting “monitor” of the site config",
            evidence=dict(facts),
            signature="off",
            steps="\n".join(
                (
                    "1. bench --site SITE set-config monitor 1",
                    "2. Restart web and workers: bench restart",
                    "3. Have logs/monitor.json.log rotated: it is one line for each request and job, and "
                    "nobody else does.",
                )
            ),
            steps_back="bench --site SITE set-config monitor 0, and bench restart.",
            measures=({"probe": "finding", "of": "monitor off", "better": "lower"},),
        )


def of_jobs(facts: Mapping[str, Any]) -> Iterable[Opportunity]:
    """`jobs`: name, runs, failed, median and p95 in seconds, `every` seconds between two or None; of seven
    days."""
    for job in facts["jobs"]:
        if job["failed"] >= FAILED_LEAST and job["failed"] >= FAILED_SHARE * job["runs"]:
            yield _failing(job)
        elif job["p95"] is not None and _is_slow(job):
            yield _slow(job)


def _is_slow(job: Mapping[str, Any]) -> bool:
    takes_its_time = (
        bool(job["every"]) and job["median"] >= SLOW_JOB_SHARE * job["every"] and job["runs"] >= 5
    )
    return job["p95"] >= SLOW_JOB_SECONDS or takes_its_time


def _failing(job: Mapping[str, Any]) -> Opportunity:
    share = 100 * job["failed"] / job["runs"]
    return Opportunity(
        key=f"failing job {job['name']}",
        kind=Kind.BY_HAND,
        area="Jobs",
        title=f"Mend or stop the job {job['name']}",
        finding=f"{job['name']} failed {job['failed']} of {job['runs']} times in seven days ({share:.0f} %).",
        gain="What the job is for happens again, and workers have its time for others.",
        gain_level=HIGH if share >= 50 else MEDIUM,
        gain_value=round(share, 1),
        measured_how="Scheduled Job Log of seven days",
        evidence=dict(job),
        signature=size(share),
        steps="\n".join(
            (
                f"1. Scheduled Job Log, job {job['name']}, status Failed: read the details of the newest.",
                "2. Mend its cause. Where the job is not needed: Scheduled Job Type, tick Stopped.",
            )
        ),
        steps_back="Scheduled Job Type: untick Stopped; take the change back.",
        measures=({"probe": "finding", "of": f"failing job {job['name']}", "better": "lower"},),
    )


def _slow(job: Mapping[str, Any]) -> Opportunity:
    return Opportunity(
        key=f"slow job {job['name']}",
        kind=Kind.BY_HAND,
        area="Jobs",
        title=f"Make the job {job['name']} faster",
        finding=f"{job['name']} takes {job['median']:g} s, and 95 % of {job['runs']} runs under "
        f"{job['p95']:g} s.",
        gain=f"A worker is free for {job['median'] * job['runs'] / 7:.0f} s more a day, at most.",
        gain_level=MEDIUM if job["p95"] >= 2 * SLOW_JOB_SECONDS else LOW,
        gain_value=round(job["median"] * job["runs"] / 7, 1),
        measured_how="Scheduled Job Log of seven days: from its beginning to its end",
        evidence=dict(job),
        signature=size(job["p95"]),
        steps="\n".join(
            (
                f"1. Record it: Record Requests in the list Request Recording, with the job's name "
                f"{job['name']}.",
                "2. Read which of its queries take the time; an index is proposed where one is missing.",
                "3. Where it does too much at once: let it work in smaller pieces, or less often.",
            )
        ),
        steps_back="Take the change of step 3 back.",
        measures=({"probe": "finding", "of": f"slow job {job['name']}", "better": "lower"},),
    )
