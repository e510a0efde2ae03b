"""Jobs that failed or never end; most of them leave no Error Log.

Of RQ only lists are read (zrange, lrange): what its registries offer tidies up while it counts, and would run
the failure callbacks of killed jobs in here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import frappe
from frappe.query_builder.functions import Count, Max
from frappe.utils import background_jobs, cint, get_bench_id
from frappe.utils.redis_queue import RedisQueue
from redis import Redis
from rq.exceptions import DeserializationError
from rq.job import Job, JobStatus
from rq.queue import Queue

from verenigingen_maintenance.core.readings import Reading
from verenigingen_maintenance.core.wording import some
from verenigingen_maintenance.sources import clock, source

DAY, HOUR, GRACE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=10)
LOGS_ARE_KEPT = 7 * DAY
MOST_JOBS = 2_000
MOST_NAMES = 20
OVERDUE, LOST, WAITING = "over its time-out", "without a worker", "waiting for more than an hour"
LOG, RQ = "Scheduled Job Log by modified", "RQ's registries and queues in Redis"


@source
def failed_scheduled_jobs(now: datetime) -> Reading:
    """Scheduled jobs that failed in the last 24 hours: Frappe writes that nowhere but in their log."""
    logs = _logs("Failed", now - DAY, now)
    unlogged = {"create_log": 0, "stopped": 0}
    evidence = {"keep no log": frappe.get_all("Scheduled Job Type", unlogged, pluck="name", order_by="name")}
    return _reading({name: times for name, (times, _at) in logs.items()}, _began(logs), now, LOG, evidence)


@source
def stuck_scheduled_jobs(now: datetime) -> Reading:
    """Scheduled jobs whose log still says Start after the longest time-out: they were killed."""
    longest = timedelta(seconds=max(background_jobs.get_queues_timeout().values()))
    stuck = _logs("Start", now - LOGS_ARE_KEPT, now - max(HOUR, longest))
    ended = _logs("Complete", now - LOGS_ARE_KEPT, now)
    well = sorted(name for name, (_times, at) in stuck.items() if name in ended and ended[name][1] > at)
    evidence = {"a later run ended well": well, "none did": sorted(set(stuck) - set(well))}
    times = {f"{name}, ended well since" if name in well else name: stuck[name][0] for name in stuck}
    return _reading(times, _began(stuck), now, LOG, evidence)


def _logs(status: str, since: datetime, until: datetime) -> dict[str, tuple[int, datetime]]:
    """How many logs each job has with this status, and when the newest of them began.

    `modified` has an index; it is when a job ended, and when it began where it never did.
    """
    log = frappe.qb.DocType("Scheduled Job Log")
    span = log.modified[clock.stored(since) : clock.stored(until)]
    rows = frappe.qb.from_(log).where(log.status == status).where(span).groupby(log.scheduled_job_type)
    found = rows.select(log.scheduled_job_type, Count("*"), Max(log.creation)).run()
    return {name or "": (times, clock.instant(began)) for name, times, began in found}


def _began(logs: dict[str, tuple[int, datetime]]) -> list[datetime]:
    return [began for _times, began in logs.values()]


@source
def failed_background_jobs(now: datetime) -> Reading:
    """Jobs of this site that RQ put among the failed in the last 24 hours, the killed ones too."""
    found, listed, full = queues(), {}, ""
    kept = cint(frappe.conf.rq_failed_jobs_limit) or background_jobs.RQ_FAILED_JOBS_LIMIT
    for queue in found:
        entries = queue.connection.zrange(queue.failed_job_registry.key, 0, -1, withscores=True)
        listed |= {job_id.decode(): score for job_id, score in entries if is_own(job_id)}
        if len(entries) >= kept:
            full = f"{queue.name} holds {len(entries)} failed jobs; from {kept} on Frappe drops newer ones"
    newest = sorted(listed, key=listed.__getitem__, reverse=True)[:MOST_JOBS]
    ended = [(name_of(job_id, job), ended_at(job, listed[job_id])) for job_id, job in fetch(found, newest)]
    failed = [(name, at) for name, at in ended if at >= now - DAY]
    cut_off = f"only the {MOST_JOBS} newest failed jobs were looked at" if len(listed) > MOST_JOBS else ""
    times = Counter(name for name, _at in failed)
    return _reading(times, [at for _name, at in failed], now, RQ, {}, full or cut_off)


def ended_at(job: Job | None, score: float) -> datetime:
    """A killed job has no end, and one whose id runs anew has another's. The score is when the registry will
    drop its entry, which tells when it was made."""
    if job and job.ended_at and job.get_status(refresh=False) == JobStatus.FAILED:
        return _utc(job.ended_at)
    ttl = (job and job.failure_ttl) or cint(frappe.conf.rq_job_failure_ttl)
    return datetime.fromtimestamp(score - (ttl or background_jobs.RQ_JOB_FAILURE_TTL), timezone.utc)


@source
def stuck_background_jobs(now: datetime) -> Reading:
    """Jobs of this site that count as running but cannot be, or that no worker took for an hour."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    moments, more = [], []
    for queue in queues():
        for why, name, since in (*_started(queue, now), *_queued(queue, now)):
            found[why][name] += 1
            moments.append(since)
        if (length := queue.connection.llen(queue.key)) > MOST_JOBS:
            more.append(f"{length} jobs wait in {queue.name}, and the first {MOST_JOBS} were looked at")
    evidence = {why: found[why].total() for why in (OVERDUE, LOST, WAITING)}
    times = {f"{name}, {why}": count for why, names in found.items() for name, count in names.items()}
    return _reading(times, moments, now, RQ, evidence, "; ".join(more))


def _started(queue: Queue, now: datetime) -> Iterator[tuple[str, str, datetime]]:
    """A running job's score is when its worker's next sign of life is due; it is given some minutes more."""
    entries = queue.connection.zrange(queue.started_job_registry.key, 0, MOST_JOBS - 1, withscores=True)
    due = {job_id.decode(): score for job_id, score in entries if is_own(job_id)}
    for job_id, job in fetch([queue], list(due)):
        if job and job.started_at:
            began, seconds = _utc(job.started_at), job.timeout or 0
            if (now - GRACE).timestamp() > due[job_id]:
                yield LOST, name_of(job_id, job), began
            elif seconds > 0 and now - GRACE > began + timedelta(seconds=seconds):
                yield OVERDUE, name_of(job_id, job), began


def _queued(queue: Queue, now: datetime) -> Iterator[tuple[str, str, datetime]]:
    """Those that wait longest are first in the list."""
    ids = queue.connection.lrange(queue.key, 0, MOST_JOBS - 1)
    for job_id, job in fetch([queue], [each.decode() for each in ids if is_own(each)]):
        if job and job.enqueued_at and _utc(job.enqueued_at) < now - HOUR:
            yield WAITING, name_of(job_id, job), _utc(job.enqueued_at)


def queues() -> list[Queue]:
    """The queues of the bench that ever had a job."""
    return background_jobs.get_queues(connection())


def connection() -> Redis:
    """To Redis. Frappe's tries for four seconds and prints when Redis is gone, which spoils `--json`."""
    conf = frappe.conf
    login = {"username": conf.rq_username or get_bench_id(), "password": conf.rq_password}
    return RedisQueue.get_connection(**(login if conf.use_rq_auth else {}))


def is_own(job_id: bytes) -> bool:
    return job_id.startswith(f"{frappe.local.site}::".encode())


def fetch(queues: list[Queue], ids: list[str]) -> list[tuple[str, Job | None]]:
    return list(zip(ids, Job.fetch_many(ids, queues[0].connection), strict=True)) if ids else []


def name_of(job_id: str, job: Job | None) -> str:
    """What Frappe's list of RQ Job calls it; its id where nothing more is kept."""
    if job is None:
        return job_id.partition("::")[2]
    try:
        arguments = job.kwargs
    except DeserializationError:  # its app may be gone; the job counts all the same
        return "a job whose arguments cannot be read"
    return (arguments.get("kwargs") or {}).get("job_type") or str(arguments.get("job_name"))


def _utc(naive: datetime) -> datetime:
    return naive.replace(tzinfo=timezone.utc)


def _reading(
    times: dict[str, int], moments: list[datetime], now: datetime, origin: str, more: dict, at_least: str = ""
) -> Reading:
    most = Counter(times).most_common(MOST_NAMES)
    evidence = {"by name": dict(most), "newest": clock.shown(max(moments)) if moments else "", **more}
    detail = some([f"{name} ({count})" for name, count in most])
    return Reading(sum(times.values()), "jobs", now, origin, evidence, at_least, detail)
