"""Notifications say of what kind they are and at which level; until now there was one kind, of one level."""

from __future__ import annotations

import frappe


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
        values = {"kind": "Opened", "level": level, "send_after": creation}
        frappe.db.set_value("Maintenance Notification", name, values, update_modified=False)
