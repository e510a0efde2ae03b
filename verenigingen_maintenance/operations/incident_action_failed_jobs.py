"""Failed background jobs are queued again in an incident: those that a person named, and no other.

Whether a job may run twice cannot be known from here; whoever asks says so.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from frappe import _
from frappe.utils import cint
from rq.exceptions import InvalidJobOperation
from rq.job import Job, JobStatus
from rq.queue import Queue

from verenigingen_maintenance.core.incident_actions import MOST_JOBS
from verenigingen_maintenance.operations.incident_action_way import Asked, Parameters, Prepared, State
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.sources import clock, failed_jobs, jobs
from verenigingen_maintenance.sources.failed_jobs import FailedJob

MOST_CHOICES = 50


def prepare(parameters: Parameters) -> Prepared:
    """Which jobs are meant: all of one name, or some ids; at most fifty, the earliest first."""
    name, ids = str(parameters.get("job_name") or "").strip(), _ids(parameters.get("job_ids"))
    if not cint(parameters.get("may_run_twice")):
        refuse(_("What these jobs did before they failed is done again. Say that they may run twice."))
    if not (name or ids):
        refuse(_("Choose the name of the failed jobs, or give their ids, one a line."))
    chosen = _chosen(name, ids)
    target = name or f"{len(chosen)} jobs by id"
    names = dict(Counter(each.name for each in chosen))
    return Prepared(target, {"ids": [each.id for each in chosen], "names": names})


def _ids(given: Any) -> list[str]:
    lines = given if isinstance(given, list) else str(given or "").replace(",", "\n").splitlines()
    return list(dict.fromkeys(str(each).strip() for each in lines if str(each).strip()))


def _chosen(name: str, ids: list[str]) -> list[FailedJob]:
    if len(ids) > MOST_JOBS:
        refuse(_("At most {0} jobs are queued again at once; these are {1}."), MOST_JOBS, len(ids))
    failed = _retriable()
    by_id = {each.id: each for each in failed} | {each.id.partition("::")[2]: each for each in failed}
    if missing := [each for each in ids if each not in by_id]:
        refuse(_("{0} is no failed job of this site that could run again."), ", ".join(missing[:5]))
    chosen = [by_id[each] for each in ids] or [each for each in failed if each.name == name]
    if name and any(each.name != name for each in chosen):
        refuse(_("Some of these ids are not of {0}. Name the jobs that you mean."), name)
    if not chosen:
        refuse(_("No job {0} of this site failed that could run again."), name)
    return chosen[:MOST_JOBS]


def _retriable() -> list[FailedJob]:
    return [each for each in failed_jobs.of_site() if each.is_known and not each.runs_anew]


def state(parameters: Parameters) -> State:
    """Failed jobs of this site by queue, and what RQ says of each chosen one, with its last error."""
    ids = list(parameters["ids"])
    return {
        "failed, by queue": failed_jobs.counts(),
        "chosen": failed_jobs.statuses(ids),
        "errors": failed_jobs.last_errors(ids),
    }


def retry(asked: Asked) -> State:
    """Each by itself: what a killed one left is still among the failed, and is found by the next."""
    by_name = {queue.name: queue for queue in jobs.queues()}
    found = jobs.fetch(list(by_name.values()), list(asked.parameters["ids"])) if by_name else []
    done = [job_id for job_id, job in found if _is_requeued(job, by_name)]
    return {"queued again": done}


def _is_requeued(job: Job | None, by_name: dict[str, Queue]) -> bool:
    """False where somebody else did it, deleted the job, or it runs anew."""
    if job is None or job.origin not in by_name or job.get_status(refresh=False) != JobStatus.FAILED:
        return False
    try:
        by_name[job.origin].failed_job_registry.requeue(job)
    except InvalidJobOperation:
        return False
    return True


def retried(_before: State, after: State) -> str:
    done, asked_for = len(after["queued again"]), len(after["chosen"])
    if not done:
        refuse(_("None of the {0} jobs is among the failed any more."), asked_for)
    message = (
        "{0} of {1} jobs were queued again. RQ keeps {2} others as failed. Whether these fail again shows "
        "once workers took them up: Retry Failed Jobs lists those that failed since, with the time."
    )
    return message.format(done, asked_for, sum(after["failed, by queue"].values()))


def choices() -> dict[str, list[dict[str, str]]]:
    """The names of failed jobs with how many, and when the last one failed, the most frequent first; and
    their ids, the last first."""
    failed = _retriable()
    latest = {each.name: each for each in failed}
    counted = Counter(each.name for each in failed).most_common(MOST_CHOICES)
    return {
        "job_name": [
            {"value": name, "label": f"{name} ({times}; last at {_at(latest[name])})"}
            for name, times in counted
        ],
        "job_ids": [
            {"value": each.id, "label": f"{each.name}, failed at {_at(each)}"}
            for each in failed[: -MOST_CHOICES - 1 : -1]
        ],
    }


def _at(job: FailedJob) -> str:
    return clock.shown(job.failed_at)[:19].replace("T", " ")


def not_now() -> str:
    return "" if any(failed_jobs.counts().values()) else _("RQ keeps no failed job of this site.")
