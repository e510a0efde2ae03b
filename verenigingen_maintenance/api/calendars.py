"""The calendars of Desk."""

from __future__ import annotations

import frappe

from verenigingen_maintenance.api.door import AUDITOR, MANAGER, OPERATOR, only_for, told_in_shell
from verenigingen_maintenance.operations import calendars
from verenigingen_maintenance.sources import clock


@frappe.whitelist(methods=["GET"])
@told_in_shell
def calendar_events(doctype: str, start: str, end: str, filters: str | list | None = None) -> list[dict]:
    """Runs and due slots, changes or recovery drills of up to 100 days, each with its state in words."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return calendars.events(doctype, start, end, clock.now(), filters)
