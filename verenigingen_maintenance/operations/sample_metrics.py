"""A round of samples: reads what is due, keeps it, and judges the live checks by it.

A round is made by one process at a time, whatever fires twice; one that was killed leaves nothing of its
round, and the next minute makes it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta

import frappe
from frappe import _

from verenigingen_maintenance.core.readings import Reading
from verenigingen_maintenance.operations import (
    dashboard_news,
    downtimes,
    gaps,
    heartbeat,
    ingest_errors,
    live,
    measure,
    metrics,
    settings,
)
from verenigingen_maintenance.operations.transactions import commit, lock
from verenigingen_maintenance.sources import sampling

LONGEST, PATIENCE = 20, 60
SLACK = timedelta(seconds=25)
DEFAULT = timedelta(minutes=2)
STAND_IN = timedelta(seconds=45)


def sample_if_due(now: datetime, late: timedelta = -SLACK) -> bool:
    """Make a round unless one was made within the interval, or is being made. Returns whether it did."""
    every = settings.sampling_interval()
    if not every:
        return False
    with lock("sampling") as mine:
        if not mine:
            return False
        commit()
        last = sampling.last_round(now)
        if last and timedelta() <= last.ago < every + late:
            return False
        sample(now, last, every)
    return True


def sample_if_overdue(now: datetime) -> bool:
    """The same for a job that stands in for the one whose killed run still counts as running."""
    return sample_if_due(now, STAND_IN)


def sample_now(now: datetime) -> bool:
    """Make a round although none may be due. Returns whether it did: another may be under way."""
    with lock("sampling") as mine:
        if mine:
            commit()
            sample(now, sampling.last_round(now), settings.sampling_interval() or DEFAULT)
        return mine


def sample(now: datetime, last: sampling.Round | None, every: timedelta) -> None:
    """One round, with what follows from it; somebody outside is told how it went."""
    with heartbeat.telling():
        _round(now, last, every)


def _round(now: datetime, last: sampling.Round | None, every: timedelta) -> None:
    ingest_errors.catch_up(now)
    watched = live.checks_to_judge()
    kept = {*metrics.due(now), *(each.spec.source for each in watched if each.spec.looks_back)}
    readings = measure.read_all(sorted({*kept, *(each.spec.source for each in watched)}), now, LONGEST)
    with lock("writing", PATIENCE) as mine:
        if not mine:
            frappe.throw(_("A run is being written for over a minute; the next round is made all the same."))
        commit()
        watched, before = _still(watched), downtimes.last_probe(now)
        metrics.keep({**{name: readings[name] for name in kept}, sampling.WORK: _work(now)}, now)
        downtimes.note(readings.get(downtimes.METRIC), before, last, now, every)
        gaps.fill_in(last, now, every)
        live.judge_all(watched, readings, now)
        dashboard_news.changed()
        commit()


def _still(watched: Sequence[live.Watched]) -> list[live.Watched]:
    """Those that nobody changed while they were read, as they are now."""
    rules = {each.spec for each in watched}
    return [each for each in live.checks_to_judge() if each.spec in rules]


def _work(now: datetime) -> Reading:
    """What the round took of a processor, the start of its job included."""
    return Reading(round(1000 * time.process_time(), 1), "ms", now, "processor time of the job so far")
