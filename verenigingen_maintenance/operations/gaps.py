"""What a dead site could not say: on recovery, a gap of samples opens an escalation with the gap's beginning.

Nothing inside can alert while Redis or MariaDB is down; the alert is then an outside monitor's (reading 20).
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

import frappe
import redis
from frappe import _
from frappe.utils import cint, get_datetime

from verenigingen_maintenance.operations import downtimes, escalations
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.sources import clock, mariadb, redis_cache, sampling

SUBJECT = "Sampling"


def fill_in(last: sampling.Round | None, now: datetime, every: timedelta) -> None:
    """Judges the time since the last round; a gap that was planned is recorded as such, and is none."""
    if last is None or last.ago <= downtimes.longest_silence(every):
        return
    begins = now - last.ago + every
    if migrated := _migrated_since(begins - every):
        reason = _("bench migrate ran at {0}: an upgrade.").format(f"{migrated:%Y-%m-%d %H:%M}")
        downtimes.recognise(begins, now, reason)
    elif not downtimes.is_planned(begins, now):
        _escalate(last, begins, now)


def note_migration() -> None:
    """An upgrade was here: the gap around it was meant."""
    moment = str(clock.stored(clock.now()))
    frappe.db.set_single_value(SETTINGS, "migrated_at", moment, update_modified=False)


def _migrated_since(moment: datetime) -> datetime | None:
    migrated = frappe.db.get_single_value(SETTINGS, "migrated_at")
    at = get_datetime(migrated) if migrated else None
    return at if at and at >= clock.stored(moment) else None


def _escalate(last: sampling.Round, begins: datetime, now: datetime) -> None:
    restarted = _restarted_since(last.observed_at, now)
    longest = timedelta(minutes=cint(frappe.db.get_single_value(SETTINGS, "gap_minutes")))
    if not longest or (last.ago < longest and not restarted):
        return
    minutes = round((now - begins).total_seconds() / 60)
    note = _("Nothing was sampled for {0} minutes, from {1} to {2}.").format(
        minutes, clock.shown(begins), clock.shown(now)
    )
    causes = restarted or [_("No server restarted; was the scheduler, the worker or the host stopped?")]
    breach = escalations.Breach(
        SUBJECT, _("A gap of {0} minutes in the samples").format(minutes), " ".join([note, *causes]), begins
    )
    escalations.record(breach)


def _restarted_since(moment: datetime, now: datetime) -> list[str]:
    """Which servers started since, in words. Redis may be gone (again): the next round tells of it."""
    started = {"MariaDB": mariadb.started_at(now)}
    with suppress(redis.ConnectionError):
        started["Redis"] = redis_cache.started_at(now)
    return [
        _("{0} was started at {1}.").format(server, clock.shown(at))
        for server, at in started.items()
        if at > moment
    ]
