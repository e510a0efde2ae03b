"""An address that leads to the daily run of today: for the workspace, a bookmark, or a phone."""

from __future__ import annotations

import frappe

from verenigingen_maintenance.operations.pages import ROLES
from verenigingen_maintenance.operations.workspace_figures import route_of_today
from verenigingen_maintenance.sources import clock

no_cache = 1
FOR_NOW = 302


def get_context(_context: frappe._dict) -> None:
    """Redirects, for this once; a guest logs in first. Raises frappe.PermissionError for a user without a
    role."""
    if frappe.session.user != "Guest" and not ROLES & set(frappe.get_roles()):
        raise frappe.PermissionError
    is_guest = frappe.session.user == "Guest"
    to = "/login?redirect-to=/maintenance_today" if is_guest else route_of_today(clock.now())
    frappe.local.flags.redirect_location = to
    raise frappe.Redirect(FOR_NOW)
