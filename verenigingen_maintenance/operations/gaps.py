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
    """Judges the time since the last round; one that was planned is recorded as such, and is no gap."""
    if last is None:
        return
    is_gap, restarted = last.ago > downtimes.longest_silence(every), _restarted(last.ago, now)
    if not is_gap and not restarted:
        return
    begins = now - last.ago + (every if is_gap else timedelta())
    if migrated := _migrated_since(now - last.ago):
        if is_gap:
            reason = _("bench migrate ran at {0}: an upgrade.").format(f"{migrated:%Y-%m-%d %H:%M}")
            downtimes.recognise(begins, now, reason)
    elif not downtimes.is_planned(begins, now):
        _escalate(last, begins, now, restarted)


def note_migration() -> None:
    """An upgrade was here: the gap around it was meant."""
    moment = str(clock.stored(clock.now()))
    frappe.db.set_single_value(SETTINGS, "migrated_at", moment, update_modified=False)


def _migrated_since(moment: datetime) -> datetime | None:
    migrated = frappe.db.get_single_value(SETTINGS, "migrated_at")
    at = get_datetime(migrated) if migrated else None
    return at if at and at >= clock.stored(moment) else None


def _escalate(last: sampling.Round, begins: datetime, now: datetime, restarted: list[str]) -> None:
    longest = timedelta(minutes=cint(frappe.db.get_single_value(SETTINGS, "gap_minutes")))
    if not longest or (last.ago < longest and not restarted):
        return
    minutes = max(round((now - begins).total_seconds() / 60), 1)
    title = _("Nothing was sampled for {0} minutes").format(minutes)
    note = _("{0}, from {1} to {2}.").format(title, clock.shown(begins), clock.shown(now))
    causes = restarted or [_("No server restarted; was the scheduler, the worker or the host stopped?")]
    escalations.record(escalations.Breach(SUBJECT, title, " ".join([note, *causes]), begins))


def _restarted(ago: timedelta, now: datetime) -> list[str]:
    """Which servers started within a time, in words. Redis may be gone again: the next round tells of it."""
    started = {"MariaDB": mariadb.started_at(now)}
    with suppress(redis.ConnectionError):
        started["Redis"] = redis_cache.started_at(now)
    return [
        _("{0} was started at {1}.").format(server, clock.shown(at))
        for server, at in started.items()
        if now - at < ago
    ]
