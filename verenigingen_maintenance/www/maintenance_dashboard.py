"""The dashboard as a page, for a browser, a wall or the probe. It shows what was measured before."""

from __future__ import annotations

import frappe

from verenigingen_maintenance.operations.dashboard import describe_dashboard

no_cache = 1
ROLES = {"Maintenance Manager", "Maintenance Operator", "Maintenance Auditor", "Maintenance Probe"}


def get_context(context: frappe._dict) -> None:
    """Raises frappe.PermissionError for a user without one of the roles; a guest is sent to log in."""
    if frappe.session.user == "Guest":
        frappe.local.flags.redirect_location = "/login?redirect-to=/maintenance_dashboard"
        raise frappe.Redirect
    if not ROLES & set(frappe.get_roles()):
        raise frappe.PermissionError
    context.update(describe_dashboard())
