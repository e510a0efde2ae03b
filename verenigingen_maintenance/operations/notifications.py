"""Tells people of an escalation. What is to be told is written with it, and waits in the database.

Nothing here asks Redis or a mail server while a run is written; a job hands it over (delivery.py).
"""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

from verenigingen_maintenance.core.placeholders import emails
from verenigingen_maintenance.operations import records
from verenigingen_maintenance.operations.outbox import NOTIFICATION


def announce(escalation: Document) -> None:
    """Writes down whom to tell. What goes wrong is logged: it must not keep a breach from being recorded."""
    frappe.db.savepoint("announce")
    try:
        _announce(escalation)
    except Exception:  # noqa: BLE001 - the escalation stands in its list all the same
        frappe.db.rollback(save_point="announce")
        frappe.log_error(f"Nobody is told of {escalation.name}"[:140])


def _announce(escalation: Document) -> None:
    """In Desk the users with the level's role, by e-mail the level's contact."""
    if not escalation.level:  # somebody deleted it: the escalation stands in its list all the same
        return
    role, contact = frappe.db.get_value("Escalation Level", escalation.level, ["role", "contact"])
    for user in _users_with(role):
        _write(escalation, "Desk", user)
    for address in emails(contact):
        _write(escalation, "E-mail", address)


def _users_with(role: str | None) -> list[str]:
    if not role:
        return []
    has_role, user = frappe.qb.DocType("Has Role"), frappe.qb.DocType("User")
    rows = (
        frappe.qb.from_(has_role)
        .join(user)
        .on(user.name == has_role.parent)
        .select(user.name)
        .distinct()
        .where((has_role.role == role) & (has_role.parenttype == "User") & (user.enabled == 1))
        .where(user.user_type == "System User")
        .orderby(user.name)
    )
    return [row[0] for row in rows.run() if row[0] not in ("Administrator", "Guest")]


def _write(escalation: Document, channel: str, recipient: str) -> None:
    level = frappe.db.get_value("Escalation Level", escalation.level, "title")
    notification = {
        "doctype": NOTIFICATION,
        "key": f"{escalation.name}:{channel}:{recipient}"[:140],
        "escalation": escalation.name,
        "channel": channel,
        "recipient": recipient,
        "subject": _("{0} for {1}: {2}").format(escalation.name, level, escalation.title)[:140],
        "message": "\n".join(event.note or "" for event in escalation.events),
    }
    records.insert(frappe.get_doc(notification))
