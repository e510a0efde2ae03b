"""The failed background jobs of this site, one by one. Of RQ only lists and hashes are read; see jobs.py."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from rq.job import Job, JobStatus

from verenigingen_maintenance.core.incident_actions import job_title
from verenigingen_maintenance.core.redaction import redact
from verenigingen_maintenance.sources import jobs

LONGEST_ERROR = 200


@dataclass(frozen=True)
class FailedJob:
    """A job that RQ keeps among the failed. `is_known` is False where nothing but its id is kept;
    `runs_anew` where its id was queued once more since."""

    id: str
    name: str
    queue: str
    failed_at: datetime
    is_known: bool
    runs_anew: bool


def of_site() -> list[FailedJob]:
    """Those that failed last, at most 2,000, the earliest first. Raises redis.ConnectionError."""
    found, listed, origin = jobs.queues(), {}, {}
    for queue in found:
        entries = queue.connection.zrange(queue.failed_job_registry.key, 0, -1, withscores=True)
        own = {job_id.decode(): score for job_id, score in entries if jobs.is_own(job_id)}
        listed |= own
        origin |= dict.fromkeys(own, queue.name.split(":")[-1])
    newest = sorted(listed, key=listed.__getitem__, reverse=True)[: jobs.MOST_JOBS]
    read = jobs.fetch(found, newest)
    ones = [_failed(job_id, job, origin[job_id], listed[job_id]) for job_id, job in read]
    return sorted(ones, key=lambda each: each.failed_at)


def counts() -> dict[str, int]:
    """How many jobs of this site RQ keeps as failed, by queue. Raises redis.ConnectionError."""
    found = {}
    for queue in jobs.queues():
        ids = queue.connection.zrange(queue.failed_job_registry.key, 0, -1)
        found[queue.name.split(":")[-1]] = sum(jobs.is_own(each) for each in ids)
    return found


def statuses(ids: Iterable[str]) -> dict[str, str]:
    """What state RQ says each of these jobs is in. Raises redis.ConnectionError."""
    found = jobs.queues()
    read = jobs.fetch(found, list(ids)) if found else []
    return {job_id: job.get_status(refresh=False) if job else "nothing is kept of it" for job_id, job in read}


def last_errors(ids: Iterable[str]) -> dict[str, str]:
    """What the traceback of each of some jobs ends with, redacted; a look-up for each of them."""
    found = jobs.queues()
    return {job_id: _last_line(job) for job_id, job in (jobs.fetch(found, list(ids)) if found else [])}


def _failed(job_id: str, job: Job | None, queue: str, score: float) -> FailedJob:
    status = job.get_status(refresh=False) if job else JobStatus.FAILED
    return FailedJob(
        *(job_id, job_title(jobs.name_of(job_id, job)), queue, jobs.ended_at(job, score)),
        is_known=job is not None,
        runs_anew=status != JobStatus.FAILED,
    )


def _last_line(job: Job | None) -> str:
    """What its traceback ends with, redacted."""
    lines = str(job.exc_info or "").strip().splitlines() if job else []
    return redact(lines[-1])[:LONGEST_ERROR] if lines else ""
