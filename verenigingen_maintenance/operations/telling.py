"""Whether a notification that waits is to be sent now: gathers what the decision of core rests on."""

from __future__ import annotations

from datetime import datetime

import frappe
from frappe.model.document import Document
from frappe.utils import cint

from verenigingen_maintenance.core import telling
from verenigingen_maintenance.core.escalation_states import Status
from verenigingen_maintenance.core.telling import About, Decision
from verenigingen_maintenance.operations import mutes

ESCALATION, PART = "Maintenance Escalation", "Maintenance Escalation Check"


def decide(notification: Document, now: datetime) -> Decision:
    """Send, hold or drop a notification that waits."""
    unreachable = _unreachable(notification.channel, notification.recipient)
    is_drill = bool(cint(notification.is_drill))
    if not notification.escalation:
        return telling.decide(About(notification.kind, unreachable=unreachable))
    status = frappe.db.get_value(ESCALATION, notification.escalation, "status")
    muted = "" if is_drill else _why_muted(notification.escalation, now) or _to_be_told_anew(notification)
    kind = notification.kind or "Opened"  # an earlier version had no other
    about = About(kind, Status(status) if status else None, muted, unreachable, is_drill)
    return telling.decide(about)


def _why_muted(name: str, now: datetime) -> str:
    subject = frappe.db.get_value(ESCALATION, name, "subject") or ""
    parts = frappe.get_all(PART, {"parent": name, "parenttype": ESCALATION}, pluck="check_name", limit=0)
    return mutes.why(subject, parts, mutes.quiet(now), now)


def _to_be_told_anew(notification: Document) -> str:
    """It is muted no longer, which its clock does not know yet: that writes it anew within a minute. Where it
    has not by the next look, this is sent."""
    anew = "muted no longer: it is told anew within a minute"
    is_first_look = notification.reason != anew
    return anew if is_first_look and _kept_as_muted(notification.escalation) else ""


def _kept_as_muted(name: str) -> bool:
    return bool(frappe.db.get_value(ESCALATION, name, "muted_because"))


def _unreachable(channel: str, recipient: str) -> str:
    if channel == "Desk" and not frappe.db.get_value("User", recipient, "enabled"):
        return "the user was disabled, or is gone"
    if channel == "Target" and not frappe.db.get_value("Notification Target", recipient, "enabled"):
        return "the target was switched off, or was deleted"
    return ""
