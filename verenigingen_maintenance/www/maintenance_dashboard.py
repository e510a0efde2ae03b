"""The dashboard as a page, for a browser, a wall or the probe. It shows what was measured before."""

from __future__ import annotations

import json

import frappe
from frappe import _

from verenigingen_maintenance.operations import dashboard_page
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
    described = describe_dashboard()
    context.update(described)
    context.contents = dashboard_page.render(described)
    context.language = frappe.local.lang
    context.words = json.dumps(_words())


def _words() -> dict[str, str]:
    """What the page itself says while it keeps up to date."""
    return {
        "shown": _("Shown as of {0}, {1}."),
        "seconds": _("{0} s ago"),
        "minutes": _("{0} min ago"),
        "silent": _("The server did not answer ({0}): what is shown here may be out of date."),
        "no_dashboard": _("it answers with another page"),
    }
