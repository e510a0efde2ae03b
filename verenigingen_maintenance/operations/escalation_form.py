"""What the form of an escalation shows beside its fields: who is next, whom to call, what to do."""

from __future__ import annotations

from datetime import datetime

import frappe
from frappe import _
from frappe.model.document import Document

from verenigingen_maintenance.core import call_list
from verenigingen_maintenance.operations import emergency_contacts, escalation_steps
from verenigingen_maintenance.operations.escalation_steps import ESCALATION
from verenigingen_maintenance.operations.outbox import NOTIFICATION
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.operations.runbook_steps import runbook_steps
from verenigingen_maintenance.sources import clock

MOST_TOLD = 50


def describe(name: str, now: datetime) -> dict:
    """Of one escalation, as text: nothing of it is HTML."""
    if not frappe.db.exists(ESCALATION, name):
        refuse(_("There is no escalation {0}."), name, kind=frappe.DoesNotExistError)
    escalation = frappe.get_doc(ESCALATION, name)
    return {
        "next": _next(escalation, now),
        "call": _call(escalation),
        "steps": _steps(escalation),
        "told": _told(name),
    }


def _next(escalation: Document, now: datetime) -> str:
    """Who has it; else what happens if nobody does anything."""
    if escalation.status == "Acknowledged":
        told = _("{0} has it since {1}: nobody is reminded.")
        return told.format(escalation.acknowledged_by, f"{escalation.acknowledged_at:%Y-%m-%d %H:%M}")
    if escalation.status != "Open":
        return ""
    if escalation.muted_because:
        return _("Nobody is told: {0}.").format(escalation.muted_because)
    if not escalation.clock:
        return _("Its clock begins within a minute.")
    kept, policy = escalation_steps.clock_of(escalation), escalation_steps.policy_of(escalation)
    following = policy.next_above(kept.level)
    if following is None:
        return _("This is the last level: nobody further is told.")
    if kept.next_level_at is None:
        return _("Escalation is not active: it stays at this level.")
    minutes = max(round((kept.next_level_at - now).total_seconds() / 60), 0)
    at = f"{clock.stored(kept.next_level_at):%Y-%m-%d %H:%M}"
    told = _("Unless somebody acknowledges it by {0} (in {1} min), it goes to {2}.")
    return told.format(at, minutes, following.title)


def _call(escalation: Document) -> list[str]:
    """The telephone and the contract of its level; from the second level on, all emergency contacts too."""
    fields = ["title", "level", "contact", "phone", "contract"]
    level = frappe.db.get_value("Escalation Level", escalation.level or "", fields, as_dict=True)
    if not level:
        return []
    rows = [[level.title, level.phone, level.contact, level.contract]]
    return call_list.lines(rows if level.level < 2 else [*rows, *emergency_contacts.to_call()])


def _steps(escalation: Document) -> list[dict]:
    steps = runbook_steps(row.check_name for row in escalation.checks)
    return [vars(step) for step in steps]


def _told(name: str) -> list[dict]:
    """Each notification, newest first: to whom, whether it arrived, and why not."""
    fields = ["kind", "channel", "recipient", "status", "reason", "waits_because", "delivered_at", "creation"]
    order = "creation desc, name desc"
    return frappe.get_all(NOTIFICATION, {"escalation": name}, fields, order_by=order, limit=MOST_TOLD)
