"""What every door does first: asks for a role, and knows whether a shell or HTTP calls."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

import click
import frappe
from frappe import _

from verenigingen_maintenance.operations.refusals import plain, refuse

MANAGER, OPERATOR, AUDITOR = "Maintenance Manager", "Maintenance Operator", "Maintenance Auditor"


def told_in_shell(door: Callable) -> Callable:
    """From the shell, an expected failure of `door` is printed; over HTTP, Frappe answers with it.

    `bench execute` ends with code 1 then, without a traceback.
    """

    @wraps(door)
    def call(*arguments: object, **options: object) -> object:
        try:
            return door(*arguments, **options)
        except frappe.ValidationError as error:
            if not from_shell():
                raise
            print(plain(error))
            if _is_executed():
                raise SystemExit(1) from None
            return None

    return call


def only_for(*roles: str) -> None:
    """Raises frappe.PermissionError unless the user has one of `roles` (frappe.only_for lets tests pass)."""
    if not set(roles) & set(frappe.get_roles()):
        needed = " or ".join(roles)
        refuse(_("This needs the role {0}."), needed, kind=frappe.PermissionError)


def from_shell() -> bool:
    return not getattr(frappe.local, "request", None)


def _is_executed() -> bool:
    """Whether `bench execute` calls: not a console, a worker, a command of this app or a test."""
    command = click.get_current_context(silent=True)
    return bool(command) and command.info_name == "execute"
