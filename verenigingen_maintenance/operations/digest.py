"""WARNINGs are no reason to wake anybody: they are gathered, and told once on a business day.

Each is due at the hour of the digest that follows it: what comes later that day is one of the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

import frappe
from frappe.utils import get_time

from verenigingen_maintenance.core import calendar
from verenigingen_maintenance.operations import checks, escalations, notifications, settings
from verenigingen_maintenance.operations.checks import Result
from verenigingen_maintenance.operations.notifications import NOTIFICATION, Recipient, key_of, write_down
from verenigingen_maintenance.operations.outbox import due_at, due_text
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.sources import clock

DIGEST, MOST_LINES = "Digest", 100
DEFAULT = time(8, 45)


def keep(results: Sequence[Result]) -> None:
    """Keeps what became a WARNING for the next digest."""
    for result in results:
        key = key_of(DIGEST, result.spec.name, result.measured.observed_at.isoformat())
        at = f"{checks.stored_time(result):%Y-%m-%d %H:%M}"
        subject = f"WARNING: {result.spec.title}"
        text = f"{at}  {escalations.describe(result)}"
        write_down(
            "Warning",
            Recipient(DIGEST, result.spec.name),
            subject,
            text,
            key,
            reason="waits for the digest",
            **due_at(_following_digest(result.measured.observed_at)),
        )


def _following_digest(moment: datetime) -> datetime:
    """The next time at which there may be one; whether that is a business day is asked then."""
    local = clock.stored(moment)
    day = local.date() + timedelta(days=local.time() >= _hour())
    return calendar.at(day, _hour(), clock.zone())


def send_if_due(now: datetime) -> None:
    """Tells level 1 of the WARNINGs since the last digest: once, on a business day, from its hour on."""
    local = clock.stored(now)
    if not settings.calendar().is_business_day(local.date()) or local.time() < _hour():
        return
    rows = _due(now)
    if rows and not _was_sent_today(local):
        _send(rows, local, now)


def _due(now: datetime) -> list[dict]:
    """Those of an earlier version are due at any time: nothing says when."""
    waiting = {"channel": DIGEST, "status": "Waiting"}
    fields = ["name", "message", "recipient", "due"]
    rows = frappe.get_all(NOTIFICATION, waiting, fields, order_by="creation", limit=0)
    return [row for row in rows if (row.due or "") <= due_text(now)]


def _send(rows: list[dict], local: datetime, now: datetime) -> None:
    """Where nobody is there, they wait until somebody is."""
    found, text = notifications.first_level(now), "\n".join(_lines(rows))
    subject = "{} WARNINGs until {}".format(len(rows), f"{local:%Y-%m-%d} {_hour():%H:%M}")
    for each in found:
        key = key_of(DIGEST, local.date(), each.channel, each.name)
        write_down(DIGEST, each, subject, text, key, **due_at(now))
    if found:
        sent = {"status": "Delivered", "delivered_at": local, "reason": "told in the digest"}
        frappe.db.set_value(NOTIFICATION, {"name": ("in", [row.name for row in rows])}, sent)


def _lines(rows: list[dict]) -> list[str]:
    """One for each; what is a WARNING still says so."""
    now = set(frappe.get_all(checks.CHECK, {**checks.LIVE, "live_verdict": "WARNING"}, pluck="name", limit=0))
    lines = [f"{row.message}{_still(row.recipient in now)}" for row in rows[:MOST_LINES]]
    more = len(rows) - MOST_LINES
    return [*lines, *([f"and {more} more"] if more > 0 else [])]


def _still(is_one: bool) -> str:
    return "  " + ("(it is one now)" if is_one else "(over)")


def _was_sent_today(local: datetime) -> bool:
    """By the WARNINGs that it told: a digest that is sent again later was sent today all the same, or not."""
    begins = datetime.combine(local.date(), time())
    told = {"channel": DIGEST, "status": "Delivered", "delivered_at": (">=", begins)}
    return bool(frappe.db.exists(NOTIFICATION, told))


def _hour() -> time:
    value = frappe.db.get_single_value(SETTINGS, "digest_at")
    return get_time(value) if value is not None else DEFAULT
