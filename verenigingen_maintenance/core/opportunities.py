"""What could be better, from facts that were measured: each with its evidence, expected gain and way back.

A rule takes the facts of one system and answers opportunities, or none. What dismissed one comes back when
its `signature` changes: that is the evidence in coarse steps, so that a table that grew twofold is another
matter.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .change_states import Kind

HIGH, MEDIUM, LOW = "High", "Medium", "Low"
GAINS = (HIGH, MEDIUM, LOW)
LOG_ROWS, LOG_MB = 20_000, 50
RETENTION_DAYS = 90
TABLE_MB, TABLE_SHARE = 1_000, 0.4
CACHE_FULL, HIT_RATE = 0.9, 75
LONG_QUEUE, BUSY_HOURS = 10, 0.05
POOL_HIT_RATE = 99
FAILED_SHARE, FAILED_LEAST = 0.2, 3
SLOW_JOB_SECONDS, SLOW_JOB_SHARE = 120, 0.5
STALE, STALE_ROWS = 2.0, 10_000


@dataclass(frozen=True)
class Facts:
    """What a source found out about one system, for a rule; plain data. `not_measured` says what is missing
    of it."""

    data: Mapping[str, Any]
    not_measured: str = ""


@dataclass(frozen=True)
class Opportunity:
    """Something that could be better. `key` is the same for the same thing; `measures` say what to compare.

    A measure is {"probe": "query|rows|estimate|metric|path|finding", "of": what of, "better":
    "lower|higher"}.
    """

    key: str
    kind: Kind
    area: str
    title: str
    finding: str
    gain: str
    gain_level: str
    gain_value: float
    measured_how: str
    evidence: Mapping[str, Any]
    signature: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    steps: str = ""
    steps_back: str = ""
    measures: Sequence[Mapping[str, str]] = ()


def of_logs(facts: Mapping[str, Any]) -> Iterable[Opportunity]:
    """`tables`: doctype, rows, mb, days (kept; None: for ever), is_supported, older (rows older than 90
    days), per_day."""
    for log in facts["tables"]:
        if log["days"] is None and log["is_supported"] and _is_large_log(log):
            yield _retention(log)


def _is_large_log(log: Mapping[str, Any]) -> bool:
    return bool(log["rows"] >= LOG_ROWS or log["mb"] >= LOG_MB)


def _retention(log: Mapping[str, Any]) -> Opportunity:
    share = log["older"] / log["rows"] if log["rows"] else 0
    freed = log["mb"] * share
    name = log["doctype"]
    return Opportunity(
        key=f"retention {name}",
        kind=Kind.SET_RETENTION,
        area="Logs",
        title=f"Keep {name} for {RETENTION_DAYS} days",
        finding=f"{name} has {log['rows']} rows in {log['mb']:g} MB, {log['per_day']:g} more a day, and "
        f"is kept for ever.",
        gain=f"{log['older']} rows, about {freed:.0f} MB, are older than {RETENTION_DAYS} days, and the "
        f"table stops growing.",
        gain_level=HIGH if freed >= 500 else MEDIUM if freed >= LOG_MB else LOW,
        gain_value=round(freed, 1),
        measured_how="rows by their date of change; size as information_schema estimates it",
        evidence=dict(log),
        signature=_step(log["rows"]),
        parameters={"doctype": name, "days": RETENTION_DAYS},
        steps=f"Log Settings: add {name} with {RETENTION_DAYS} days. Frappe deletes what is older once a "
        f"day.",
        steps_back=f"Log Settings: remove {name}. What was deleted meanwhile does not come back.",
        measures=({"probe": "rows", "of": name, "better": "lower"},),
    )


def of_tables(facts: Mapping[str, Any]) -> Iterable[Opportunity]:
    """`tables`: table, rows, mb, free_mb, engine; `total_mb`; `grew_mb` of the whole database in 30 days,
    or None."""
    total = facts["total_mb"]
    for table in facts["tables"]:
        if table["mb"] >= TABLE_MB or (table["mb"] >= TABLE_MB / 5 and table["mb"] >= TABLE_SHARE * total):
            yield _oversized(table, total, facts.get("grew_mb"))


def _oversized(table: Mapping[str, Any], total: float, grew: float | None) -> Opportunity:
    share = 100 * table["mb"] / total if total else 100
    growth = "not known" if grew is None else f"{grew:g} MB in 30 days"
    return Opportunity(
        key=f"oversized {table['table']}",
        kind=Kind.BY_HAND,
        area="Database",
        title=f"Make {table['table']} smaller",
        finding=f"{table['table']} has {table['mb']:g} MB, {share:.0f} % of the database ({table['rows']} "
        f"rows).",
        gain=f"Backups, restores and scans take about {share:.0f} % of their time for this table.",
        gain_level=MEDIUM if table["mb"] >= TABLE_MB else LOW,
        gain_value=table["mb"],
        measured_how="size and rows as information_schema estimates them",
        evidence={**table, "whole database (MB)": total, "growth of the database": growth},
        signature=_step(table["mb"]),
        steps="\n".join(
            (
                "1. Find out which rows nobody needs: by year, by status, with whoever answers for them.",
                "2. Make a backup, and restore it once elsewhere.",
                "3. Delete in batches of 1,000, out of hours; stop where the site becomes slow.",
                f"4. At night: optimize table `{table['table']}` (it needs as much free disk as the table "
                f"has).",
            )
        ),
        steps_back="Restore the deleted rows from the backup of step 2.",
        measures=({"probe": "mb", "of": table["table"], "better": "lower"},),
    )


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
        signature=f"{_step(facts['limit'])} {_step(a_day)}",
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
        signature=_step(facts["hit_rate"]),
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
        signature=_step(share),
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


def of_buffer_pool(facts: Mapping[str, Any]) -> Iterable[Opportunity]:
    """`pool` and `data` in bytes; `hit_rate` of seven days in percent or None, `hours` with samples."""
    if facts["hit_rate"] is None or facts["hit_rate"] >= POOL_HIT_RATE or facts["data"] <= facts["pool"]:
        return
    missed = 100 - facts["hit_rate"]
    yield Opportunity(
        key="buffer pool",
        kind=Kind.BY_HAND,
        area="Database",
        title="Make InnoDB's buffer pool larger",
        finding=f"{missed:.1f} % of page reads came from disk; the pool has {facts['pool'] / 1e6:.0f} MB, "
        f"the data {facts['data'] / 1e6:.0f} MB.",
        gain="Reads from disk fall towards none where data and indices fit into memory.",
        gain_level=HIGH if missed >= 5 else MEDIUM,
        gain_value=round(missed, 2),
        measured_how=f"mean share of page reads from memory of {facts['hours']} hours; sizes of all "
        f"InnoDB tables",
        evidence=dict(facts),
        signature=f"{_step(facts['pool'])} {_step(missed)}",
        steps="\n".join(
            (
                "1. See how much memory the host has free, and leave a quarter of it to others.",
                f"2. As root in MariaDB: set global innodb_buffer_pool_size = {_pool(facts['data'])}; it "
                f"resizes while it runs.",
                "3. Write the same value into the server's configuration, or it is gone with the next "
                "restart.",
            )
        ),
        steps_back=f"set global innodb_buffer_pool_size = {facts['pool']}; and the same in the "
        f"configuration.",
        measures=({"probe": "metric", "of": "mariadb.buffer_pool_hit_rate", "better": "higher"},),
    )


def _pool(data: int) -> int:
    """A pool for the data and a quarter more, in whole 128 MB."""
    return math.ceil(1.25 * data / 2**27) * 2**27


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
        signature=_step(share),
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
        signature=_step(job["p95"]),
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


def of_statistics(facts: Mapping[str, Any]) -> Iterable[Opportunity]:
    """`tables`: doctype, table, estimated and counted rows."""
    for table in facts["tables"]:
        ratio = off_by(table["estimated"], table["counted"])
        if max(table["estimated"], table["counted"]) >= STALE_ROWS and ratio >= STALE:
            yield _stale(table, ratio)


def off_by(estimated: float, counted: float) -> float:
    """How many times too high or too low an estimate is; 1 is right."""
    low, high = sorted((max(estimated, 1), max(counted, 1)))
    return high / low


def _stale(table: Mapping[str, Any], ratio: float) -> Opportunity:
    name = table["doctype"]
    return Opportunity(
        key=f"statistics {name}",
        kind=Kind.ANALYSE_TABLE,
        area="Database",
        title=f"Renew the statistics of {name}",
        finding=f"{name} has {table['counted']} rows; the database plans as if it were {table['estimated']}.",
        gain="Queries of this table are planned by what is in it; without that, a scan may be chosen over "
        "an index.",
        gain_level=MEDIUM if ratio >= 10 else LOW,
        gain_value=round(ratio, 1),
        measured_how="count(*) beside the estimate of information_schema",
        evidence={**table, "off by": round(ratio, 1)},
        signature=_step(ratio),
        parameters={"doctype": name},
        steps=f"analyze table `{table['table']}`;",
        steps_back="Nothing to take back: the statistics are renewed by MariaDB itself later on.",
        measures=({"probe": "estimate", "of": name, "better": "lower"},),
    )


def _step(value: float) -> str:
    """A figure in steps of two: the same up to its double."""
    return str(round(math.log2(value))) if value > 0 else "0"
