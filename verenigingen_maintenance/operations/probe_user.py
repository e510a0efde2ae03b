"""The user that asks for the dashboard: a website user with a role of its own, a key and no password."""

from __future__ import annotations

import frappe
from frappe.model.document import Document

from verenigingen_maintenance.sources.dashboard import PROBE_USER

ROLE = "Maintenance Probe"


def ensure() -> None:
    """Makes the user and its key where they are missing; its role is a fixture. May be repeated."""
    if not frappe.db.exists("User", PROBE_USER):
        _make()
    user = frappe.get_doc("User", PROBE_USER)
    if not _has_readable_key(user):
        _give_key(user)


def remove() -> None:
    """Takes the user away; where Frappe keeps it (it guards the last users of a site), its key and role."""
    try:
        frappe.delete_doc("User", PROBE_USER, force=True, ignore_permissions=True, ignore_missing=True)
    except frappe.ValidationError:
        frappe.clear_last_message()
        frappe.db.set_value("User", PROBE_USER, {"enabled": 0, "api_key": None})
        frappe.db.delete("Has Role", {"parent": PROBE_USER})


def _has_readable_key(user: Document) -> bool:
    """A site that was restored with another encryption key cannot read the old one: it needs a new one."""
    try:
        return bool(user.api_key and user.get_password("api_secret", raise_exception=False))
    except frappe.ValidationError:
        frappe.clear_last_message()
        return False


def _make() -> None:
    user = frappe.get_doc(
        {
            "doctype": "User",
            "email": PROBE_USER,
            "first_name": "Maintenance Probe",
            "user_type": "Website User",
            "send_welcome_email": 0,
            "roles": [{"role": ROLE}],
        }
    )
    user.flags.no_welcome_mail = True
    user.insert(ignore_permissions=True)


def _give_key(user: Document) -> None:
    """The secret is stored encrypted with the site's key."""
    user.enabled = 1
    if ROLE not in [row.role for row in user.roles]:
        user.append("roles", {"role": ROLE})
    user.update({"api_key": frappe.generate_hash(length=15), "api_secret": frappe.generate_hash(length=32)})
    user.save(ignore_permissions=True)
