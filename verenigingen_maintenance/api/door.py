"""What every door does first: asks for a role, and knows whether a shell or HTTP calls."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

import frappe
from frappe import _

from verenigingen_maintenance.operations.refusals import plain, refuse

MANAGER, OPERATOR, AUDITOR = "Maintenance Manager", "Maintenance Operator", "Maintenance Auditor"


def told_in_shell(door: Callable) -> Callable:
    """From the shell, an expected failure of `door` is printed; over HTTP, Frappe answers with it."""

    @wraps(door)
    def call(*arguments: object, **options: object) -> object:
        try:
            return door(*arguments, **options)
        except frappe.ValidationError as error:
            if not from_shell():
                raise
            print(plain(error))
            return None

    return call


def only_for(*roles: str) -> None:
    """Raises frappe.PermissionError unless the user has one of `roles` (frappe.only_for lets tests pass)."""
    if not set(roles) & set(frappe.get_roles()):
        needed = " or ".join(roles)
        refuse(_("This needs the role {0}."), needed, kind=frappe.PermissionError)


def from_shell() -> bool:
    return not getattr(frappe.local, "request", None)
