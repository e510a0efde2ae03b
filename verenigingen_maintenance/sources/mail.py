"""Outgoing e-mail: what Frappe's queue could not send."""

from __future__ import annotations

from datetime import datetime, timedelta

import frappe
from frappe.query_builder import Order
from frappe.utils import cint

from verenigingen_maintenance.core.readings import Reading
from verenigingen_maintenance.core.wording import some
from verenigingen_maintenance.sources import clock, source

QUEUE, RECENT = "Email Queue", timedelta(days=1)
WAITS_LONG = timedelta(minutes=30)
WAITING = ("Not Sent", "Partially Sent", "Sending")


@source
def stuck(now: datetime) -> Reading:
    """Messages of the last 24 hours that failed, or wait for over 30 minutes to be sent."""
    queue = frappe.qb.DocType(QUEUE)
    since, due = clock.stored(now - RECENT), clock.stored(now - WAITS_LONG)
    waits = queue.status.isin(WAITING) & (queue.creation < due)
    waits &= queue.send_after.isnull() | (queue.send_after < due)
    rows = (
        frappe.qb.from_(queue)
        .select(queue.status, queue.email_account, queue.error, queue.creation)
        .where((queue.modified >= since) & (queue.creation >= since))  # only modified has an index
        .where((queue.status == "Error") | waits)
        .orderby(queue.creation, order=Order.desc)
        .limit(1_000)
    ).run()
    failed = sum(status == "Error" for status, *_rest in rows)
    why = [_last_line(error) for _status, _account, error, _at in rows if (error or "").strip()]
    suspended = bool(cint(frappe.db.get_default("suspend_email_queue")))
    evidence = {
        "failed": failed,
        "waiting": len(rows) - failed,
        "accounts": sorted({account or "no account" for _status, account, *_rest in rows}),
        "newest": clock.shown(clock.instant(rows[0][3])) if rows else "",
        "why": why[:3],
        "the queue is suspended": suspended,
    }
    told = ["the e-mail queue is suspended"] if suspended else why[:1]
    began = clock.instant(min(row[3] for row in rows)) if rows else None
    return Reading(len(rows), "messages", now, QUEUE, evidence, detail=some(told), began=began)


def _last_line(error: str) -> str:
    return error.strip().splitlines()[-1][:200]
