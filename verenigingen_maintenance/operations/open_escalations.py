"""The escalations that nobody resolved, as others list them."""

from __future__ import annotations

from collections.abc import Iterable

import frappe

from verenigingen_maintenance.operations.escalation_steps import ESCALATION

UNRESOLVED = ("Open", "Acknowledged")


def open_ones() -> list[dict]:
    """The escalations that are not resolved, latest first; a hundred at most. Drills are none."""
    fields = ["name", "title", "status", "level", "subject", "opened_at"]
    fields += ["acknowledged_by", "next_level_at", "muted_because"]
    filters = {"status": ("in", UNRESOLVED), "is_drill": 0}
    return frappe.get_all(ESCALATION, filters=filters, fields=fields, order_by="opened_at desc", limit=100)


def first_open() -> str | None:
    """The escalation that is open longest."""
    filters = {"status": ("in", UNRESOLVED), "is_drill": 0}
    return frappe.db.get_value(ESCALATION, filters, order_by="opened_at asc")


def titles(names: Iterable[str]) -> list[str]:
    """Escalations by name as a person would write them down."""
    found = frappe.get_all(
        ESCALATION,
        filters={"name": ("in", list(names))},
        fields=["name", "title", "status", "level"],
        order_by="opened_at",
    )
    levels = dict(frappe.get_all("Escalation Level", fields=["name", "title"], as_list=True))
    return [f"{row.name} {row.title}: {levels.get(row.level, row.level)}, {row.status}" for row in found]
