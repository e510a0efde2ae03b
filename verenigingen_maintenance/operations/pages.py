"""The pages of this app in Desk, as somebody with a role in it may open them."""

from __future__ import annotations

import frappe

MODULE = "Verenigingen Maintenance"
ROLES = {"Maintenance Manager", "Maintenance Operator", "Maintenance Auditor"}


def pages_of_app() -> dict[str, list[str]]:
    """DocTypes, reports and workspaces; none for a user who may not see them."""
    if not ROLES & set(frappe.get_roles()):
        return {}
    kinds = {"DocType": {"istable": 0}, "Report": {}, "Workspace": {"public": 1}}
    return {
        kind: frappe.get_all(kind, filters={"module": MODULE, **more}, pluck="name", limit=0)
        for kind, more in kinds.items()
    }
