"""Called in a process of its own whose site is read from the scratch database: does anybody get in?"""

from __future__ import annotations

import frappe
from frappe.auth import LoginManager, validate_api_key_secret
from frappe.utils.password import get_decrypted_password

from verenigingen_maintenance.sources.dashboard import PROBE_USER

ASKED = ("Maintenance Procedure", "Maintenance Check", "User")
MOST = 20


def sign_in(user: str, password: str) -> dict[str, object]:
    """{"database": …, "key": why the key of the probe's user was not taken, or "", "user": who signed in,
    "documents": {DocType: names that user was answered}}. Raises frappe.AuthenticationError."""
    frappe.local.request_ip = "127.0.0.1"
    answer: dict[str, object] = {"database": frappe.db.sql("select database()")[0][0], "key": _fault_of_key()}
    frappe.set_user("Guest")
    manager = LoginManager.__new__(LoginManager)
    manager.authenticate(user, password)
    frappe.set_user(manager.user)
    documents = {
        doctype: frappe.get_list(doctype, limit=MOST, pluck="name")
        for doctype in ASKED
        if frappe.has_permission(doctype, "read")
    }
    frappe.db.rollback()
    return {**answer, "user": manager.user, "documents": documents}


def _fault_of_key() -> str:
    """Why the key of the probe's user is not decrypted by this site's key, or not accepted; empty: it is."""
    key = frappe.db.get_value("User", PROBE_USER, "api_key")
    if not key:
        return "the user of the probe has no key in what was restored"
    try:
        secret = get_decrypted_password("User", PROBE_USER, "api_secret")
        frappe.local.login_manager = frappe._dict(user="Guest")
        frappe.set_user("Guest")
        validate_api_key_secret(key, secret)
    except (frappe.AuthenticationError, frappe.ValidationError) as error:
        return f"{type(error).__name__}: {error}"
    return "" if frappe.session.user == PROBE_USER else f"it was taken for that of {frappe.session.user}"
