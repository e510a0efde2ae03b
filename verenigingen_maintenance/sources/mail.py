"""Outgoing e-mail: what Frappe's queue could not send."""

from __future__ import annotations

from datetime import datetime, timedelta

import frappe
from frappe.query_builder import Order
from frappe.query_builder.functions import Count, Min
from frappe.utils import cint
from pypika import CustomFunction
from pypika.terms import Criterion

from verenigingen_maintenance.core.readings import Reading
from verenigingen_maintenance.core.wording import some
from verenigingen_maintenance.sources import clock, source

QUEUE, RECENT = "Email Queue", timedelta(days=1)
WAITS_LONG = timedelta(minutes=30)
LONGEST = 2_000
Right = CustomFunction("right", ["text", "length"])
WAITING = ("Not Sent", "Partially Sent", "Sending")


@source
def stuck(now: datetime) -> Reading:
    """Messages that failed in the last 24 hours, and those that wait for over 30 minutes to be sent."""
    queue = frappe.qb.DocType(QUEUE)
    since, due = clock.stored(now - RECENT), clock.stored(now - WAITS_LONG)
    is_failed = (queue.status == "Error") & (queue.modified >= since) & (queue.creation >= since)
    waits = queue.status.isin(WAITING) & (queue.creation < due)
    waits &= queue.send_after.isnull() | (queue.send_after < due)
    failed, first_failed = _count(is_failed)
    waiting, first_waiting = _count(waits)
    why = [_last_line(error) for error in _reasons(is_failed | waits)] if failed or waiting else []
    suspended = bool(cint(frappe.db.get_default("suspend_email_queue")))
    evidence = {"failed": failed, "waiting": waiting, "why": why, "the queue is suspended": suspended}
    told = ["the e-mail queue is suspended"] if suspended and waiting else why[:1]
    began = min(filter(None, (first_failed, first_waiting)), default=None)
    began = clock.instant(began) if began else None
    return Reading(failed + waiting, "messages", now, QUEUE, evidence, detail=some(told), began=began)


def last_sent(since: datetime) -> datetime | None:
    """When the latest message since an instant was sent; None where none was."""
    sent = {"status": "Sent", "modified": (">=", clock.stored(since))}
    last = frappe.db.get_value(QUEUE, sent, "modified", order_by="modified desc")
    return clock.instant(last) if last else None


def _count(condition: Criterion) -> tuple[int, datetime | None]:
    """How many messages, and when the first of them was queued."""
    queue = frappe.qb.DocType(QUEUE)
    return frappe.qb.from_(queue).select(Count("*"), Min(queue.creation)).where(condition).run()[0]


def _reasons(condition: Criterion) -> list[str]:
    """The ends of the newest errors, which may be long."""
    queue = frappe.qb.DocType(QUEUE)
    query = frappe.qb.from_(queue).select(Right(queue.error, LONGEST)).where(condition)
    rows = query.where(queue.error != "").orderby(queue.modified, order=Order.desc).limit(3).run()
    return [error for (error,) in rows if error.strip()]


def _last_line(error: str) -> str:
    return error.strip().splitlines()[-1][:200]
