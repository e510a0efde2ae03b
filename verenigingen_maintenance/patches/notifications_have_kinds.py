"""Notifications say of what kind they are and at which level; until now there was one kind, of one level."""

from __future__ import annotations

import frappe

from verenigingen_maintenance.operations.outbox import due_at
from verenigingen_maintenance.sources import clock


def execute() -> None:
    told, escalation = (
        frappe.qb.DocType("Maintenance Notification"),
        frappe.qb.DocType("Maintenance Escalation"),
    )
    rows = (
        frappe.qb.from_(told)
        .left_join(escalation)
        .on(escalation.name == told.escalation)
        .select(told.name, told.creation, escalation.level)
        .where(told.kind.isnull() | (told.kind == ""))
    ).run()
    for name, creation, level in rows:
        values = {"kind": "Opened", "level": level, **due_at(clock.instant(creation))}
        frappe.db.set_value("Maintenance Notification", name, values, update_modified=False)
