"""Checks that every open escalation is where its clock says, and escalates when one is not.

Another job does it than the one that moves the clocks, and the pages of the app say it too: what is wrong
with the one must not silence the other.
"""

from __future__ import annotations

from datetime import datetime, timezone

import frappe
from frappe import _
from frappe.query_builder.functions import Coalesce, Min
from frappe.utils import cint

from verenigingen_maintenance.core.clock_audit import ALLOWED, Audited
from verenigingen_maintenance.core.clock_audit import findings as found_in
from verenigingen_maintenance.core.escalation_clock import Clock
from verenigingen_maintenance.core.policy import Policy
from verenigingen_maintenance.operations import escalations, notifications
from verenigingen_maintenance.operations.breaches import Part
from verenigingen_maintenance.operations.escalation_steps import ESCALATION, get
from verenigingen_maintenance.operations.notifications import NOTIFICATION
from verenigingen_maintenance.operations.outbox import due_text
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.operations.transactions import commit, lock

SUBJECT = "Escalation clocks"
PATIENCE = 60
FIELDS = ["name", "clock", "policy", "level", "opened_at"]


def audit(now: datetime) -> None:
    """Escalates what is found; whom nobody was told of is told now."""
    with lock("writing", PATIENCE) as mine:
        if not mine:
            frappe.throw(_("A run is being written for over a minute; the next audit comes all the same."))
        commit()
        if wrong := findings(now):
            _escalate(wrong, now)
            _tell_whom_nobody_told()
        else:
            told = "Each open escalation is where its clock says."
            escalations.clear(SUBJECT, SUBJECT, told)
        commit()


def findings(now: datetime) -> list[str]:
    """What is wrong with the clocks now; read from a web request too."""
    active = bool(cint(frappe.db.get_single_value(SETTINGS, "escalation_active")))
    return [text for row in _open() for text in found_in(_audited(row), now, active)]


def _open() -> list[dict]:
    """Its own escalation is none of those that it looks at."""
    filters = {"status": "Open", "is_drill": 0, "subject": ("!=", SUBJECT)}
    return frappe.get_all(ESCALATION, filters, FIELDS, order_by="opened_at", limit=0)


def _audited(row: dict) -> Audited:
    try:
        kept, policy = Clock.from_json(row.clock or ""), Policy.from_json(row.policy or "")
    except (ValueError, KeyError, TypeError):  # which is a finding
        return Audited(row.name, None, None, False)
    return Audited(row.name, kept, policy, _is_written(row, kept), _untried_since(row.name))


def _is_written(row: dict, kept: Clock) -> bool:
    """Since the turn of the level began. What was put off since then was written all the same."""
    told = {"escalation": row.name, "level": row.level, "due": (">=", due_text(kept.level_since))}
    return bool(frappe.db.exists(NOTIFICATION, told))


def _untried_since(name: str) -> datetime | None:
    """What was decided has a reason, what was tried an attempt, and what cannot be sent at all says why."""
    table = frappe.qb.DocType(NOTIFICATION)
    says_nothing = (Coalesce(table.reason, "") == "") & (Coalesce(table.waits_because, "") == "")
    is_untried = (table.status == "Waiting") & (table.attempts == 0) & says_nothing
    query = frappe.qb.from_(table).select(Min(table.due)).where(table.escalation == name)
    due = query.where(is_untried).run()[0][0]
    return datetime.fromtimestamp(int(due), timezone.utc) if due else None


def _escalate(wrong: list[str], now: datetime) -> None:
    title = f"Escalations are not where their clocks say: {len(wrong)}"
    part = Part(SUBJECT, title, now - ALLOWED)
    escalations.record(
        escalations.Breach(SUBJECT, title, "\n".join(wrong), now - ALLOWED, now, parts=(part,))
    )


def _tell_whom_nobody_told() -> None:
    for row in _open():
        audited = _audited(row)
        if audited.clock and not audited.clock.muted and not audited.written:
            notifications.announce(get(row.name), "Opened")
