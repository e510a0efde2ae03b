"""What a dead site could not say: on recovery, a gap of samples opens an escalation with the gap's beginning.

Nothing inside can alert while Redis or MariaDB is down; the alert is then an outside monitor's (reading 20).
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

import frappe
import redis
from frappe.utils import cint, get_datetime

from verenigingen_maintenance.core.availability import Span, total, without
from verenigingen_maintenance.operations import downtimes, escalations
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.sources import clock, mariadb, redis_cache, sampling

SUBJECT = "Sampling"
UPGRADE = timedelta(minutes=30)


def fill_in(last: sampling.Round | None, now: datetime, every: timedelta) -> None:
    """Judges the time since the last round; what of it was planned is no gap."""
    if last is None:
        return
    longest, restarted = downtimes.longest_silence(every), _restarted(last.ago, now)
    since = now - last.ago
    _recognise_upgrade(since, now, last.ago > longest)
    if last.ago <= longest:
        if restarted and not downtimes.is_planned(since, now):
            _escalate(Span(since, now), restarted, "A server was gone between two rounds")
        return
    left = without([Span(since + every, now)], downtimes.spans(downtimes.PLANNED, since, now))
    if total(left) + every > longest:
        minutes = round(total(left).total_seconds() / 60)
        _escalate(Span(left[0].begins, now), restarted, f"Nothing was sampled for {minutes} minutes")


def _recognise_upgrade(since: datetime, now: datetime, is_gap: bool) -> None:
    """An upgrade explains half an hour before and after it, and no more."""
    if is_gap and (migrated := _migrated_since(since)):
        reason = "bench migrate ran at {}: an upgrade.".format(f"{clock.stored(migrated):%Y-%m-%d %H:%M}")
        downtimes.recognise(max(migrated - UPGRADE, since), min(migrated + UPGRADE, now), reason)


def note_migration() -> None:
    """An upgrade was here: the gap around it was meant."""
    moment = str(clock.stored(clock.now()))
    frappe.db.set_single_value(SETTINGS, "migrated_at", moment, update_modified=False)


def _migrated_since(moment: datetime) -> datetime | None:
    migrated = frappe.db.get_single_value(SETTINGS, "migrated_at")
    at = clock.instant(get_datetime(migrated)) if migrated else None
    return at if at and at >= moment else None


def _escalate(gap: Span, restarted: list[str], title: str) -> None:
    """One that began with the gap; unless it is short, or the setting says never."""
    longest = timedelta(minutes=cint(frappe.db.get_single_value(SETTINGS, "gap_minutes")))
    if not longest or (gap.length < longest and not restarted):
        return
    note = f"{title}, from {clock.shown(gap.begins)} to {clock.shown(gap.ends)}."
    causes = restarted or ["No server restarted; was the scheduler, the worker or the host stopped?"]
    escalations.record(escalations.Breach(SUBJECT, title, " ".join([note, *causes]), gap.begins))


def _restarted(ago: timedelta, now: datetime) -> list[str]:
    """Which servers started within a time, in words. Redis may be gone again: the next round tells of it."""
    started = {"MariaDB": mariadb.started_at(now)}
    with suppress(redis.ConnectionError):
        started["Redis"] = redis_cache.started_at(now)
    return [f"{server} was started at {clock.shown(at)}." for server, at in started.items() if now - at < ago]
