"""Who watches the watcher: whether samples still come, judged by whoever asks, and why they do not."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

import frappe
import redis
from frappe import _

from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.core.redaction import redact
from verenigingen_maintenance.core.verdicts import Verdict, worst
from verenigingen_maintenance.operations import clock_audit, downtimes, settings
from verenigingen_maintenance.operations.checks import CHECK, LIVE
from verenigingen_maintenance.operations.language import said
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.sources import clock, mail, sampling, scheduler, workers

TOKEN_BYTES = 24
AHEAD = timedelta(minutes=1)


def describe_watch(now: datetime) -> dict:
    """When the last round of samples was, whether that is too long ago, and what is known of why."""
    every, last = settings.sampling_interval(), sampling.last_round(now)
    seconds = round(max(last.ago.total_seconds(), 0)) if last else None
    is_late = not _is_fresh(last, every)
    return {
        "sampled_at": clock.shown(last.observed_at) if last else None,
        "seconds": seconds,
        "is_late": is_late,
        "why": _why(every, now) if is_late else [],
        "verdict": Verdict.UNKNOWN.value if is_late else live_verdict().value,
        "problems": _problems(now),
    }


def describe_health(token: str | None, now: datetime) -> tuple[int, dict]:
    """What the health address answers: 200 while samples come, 503 when not, 403 for a wrong token."""
    if not _is_token(token):
        return 403, {"status": "forbidden"}
    every, last = settings.sampling_interval(), sampling.last_round(now)
    if last and _is_fresh(last, every):
        told = {"sampled_seconds_ago": round(max(last.ago.total_seconds(), 0))}
        return 200, {"status": "ok", **told, "verdict": live_verdict().value}
    told = {"sampled_seconds_ago": round(last.ago.total_seconds()) if last else None}
    return 503, {"status": "stale", **told, "why": _why(every, now)}


def is_watching(now: datetime) -> bool:
    """Whether the last round of samples is as recent as it should be."""
    return _is_fresh(sampling.last_round(now), settings.sampling_interval())


def _is_fresh(last: sampling.Round | None, every: timedelta) -> bool:
    """A round that is ahead of this host's clock tells nothing of when it was."""
    return bool(every and last) and -AHEAD < last.ago <= downtimes.longest_silence(every)


def new_token() -> str:
    """Makes the token of the health address anew and returns it, once: only its hash is kept."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    frappe.db.set_single_value(SETTINGS, "health_token_hash", _hash(token), update_modified=False)
    return token


def live_verdict() -> Verdict:
    """The worst of the live checks at the last round; UNKNOWN where none was judged."""
    found = frappe.get_all(CHECK, filters=LIVE, pluck="live_verdict", limit=0)
    return worst(Verdict(each or "UNKNOWN") for each in found)


def _is_token(token: str | None) -> bool:
    kept = frappe.db.get_single_value(SETTINGS, "health_token_hash") or ""
    return bool(kept and token) and hmac.compare_digest(_hash(str(token)), kept)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _why(every: timedelta, now: datetime) -> list[str]:
    """The first cause that can be told from here."""
    if not every:
        return [_("Sampling is switched off: Maintenance Settings, Sample Every, is 0.")]
    switched = scheduler.switched(now)
    if switched.off or switched.dormant:
        return [_("No job runs: {0}.").format(said(switched.off or switched.dormant))]
    if problem := _no_worker(now):
        return [problem]
    age = scheduler.age(now)
    if isinstance(age, Unknown):
        return [_("No job of the scheduler was ever begun: is its process running?")]
    if timedelta(minutes=age.value) > downtimes.longest_silence(every):
        told = _("The scheduler began no job for {0} minutes: its process is dead, or its jobs wait.")
        return [told.format(round(age.value))]
    return [_("Jobs run, but no round of samples was kept: Scheduled Job Log says why it failed.")]


def _no_worker(now: datetime) -> str:
    try:
        alive = workers.alive(now).value
    except redis.ConnectionError:
        return _("Redis does not answer: no job can be queued or run.")
    return "" if alive else _("No worker gave a sign of life for 8 minutes: start one.")


def _problems(now: datetime) -> list[str]:
    """What keeps the watcher from being heard."""
    stuck = mail.stuck(now)
    found = [*map(said, clock_audit.findings(now))]
    if stuck.value:
        told = _("{0} messages could not be sent by e-mail. {1}")
        found.append(told.format(f"{stuck.value:g}", said(redact(stuck.detail))))
    if heartbeat := frappe.db.get_single_value(SETTINGS, "heartbeat_problem"):
        found.append(_("The heartbeat was not taken: {0}").format(said(heartbeat)))
    return found
