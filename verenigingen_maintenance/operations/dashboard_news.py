"""Tells open dashboards that there is something new to read. What it is, is not in it."""

from __future__ import annotations

import frappe

EVENT = "maintenance_changed"
ROOM = "doctype:Maintenance Escalation"


def changed() -> None:
    """After the commit, to those who may read escalations and look at a page of ours. Without Redis, nothing:
    the page asks by itself."""
    frappe.publish_realtime(EVENT, room=ROOM, after_commit=True)
