"""Accounts with power: what their roles let them do, when they were used, and how they sign in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import frappe
from frappe.utils import cint

from verenigingen_maintenance.core.security import Part
from verenigingen_maintenance.sources.controls import ago, rows

# Who may write one of these decides who may do what, or runs code on the server.
GATES = (
    *("User", "Role", "Role Profile", "Custom DocPerm", "User Permission", "System Settings"),
    *("Server Script", "DocType", "Custom Field", "OAuth Client", "Social Login Key", "Maintenance Settings"),
)
POWER = ("System Manager", "Maintenance Manager", "Accounts Manager", "Verenigingen Administrator")
OWN = ("Maintenance Manager", "Maintenance Operator", "Maintenance Auditor")
EVERYBODY = ("All", "Guest", "Desk User")
DORMANT, NEVER_USED, MOST = 90, 30, 2_000
ADMINISTRATOR = "Administrator"


def power(now: datetime) -> Part:
    """Enabled accounts with a role that gives power, or one of this app; Administrator has them all.

    An account with an API key is not called dormant: Frappe does not note when a key was used.
    """
    roles = powerful_roles()
    holders = _holders([*roles, *OWN])
    found = [_row(account, held, roles, now) for account, held in _accounts(holders)]
    _ask_second_factor(found)
    figures = {
        "accounts with power": sum(row["power"] for row in found),
        "accounts with a role of this app": sum(bool(set(row["roles"]) & set(OWN)) for row in found),
        "roles that give power": ", ".join(sorted(roles)),
        "dormant": sum(row["dormant"] for row in found),
        "never used": sum(row["never_used"] for row in found),
    }
    return Part(found, figures)


def powerful_roles() -> dict[str, list[str]]:
    """Roles that give power, each with what it may write of what decides over access."""
    found: dict[str, list[str]] = {role: [] for role in POWER if frappe.db.exists("Role", role)}
    for doctype, writers in writers_of_gates().items():
        for role in writers:
            if role not in (*EVERYBODY, ADMINISTRATOR):
                found.setdefault(role, []).append(doctype)
    return found


def writers_of_gates() -> dict[str, list[str]]:
    """The roles that may write or make each of GATES; changed permissions replace the shipped ones."""
    shipped, changed = (_writers(table) for table in ("DocPerm", "Custom DocPerm"))
    custom = set(
        frappe.get_all("Custom DocPerm", {"parent": ("in", GATES)}, pluck="parent", distinct=True, limit=0)
    )
    return {each: (changed if each in custom else shipped).get(each, []) for each in GATES}


def _writers(table: str) -> dict[str, list[str]]:
    found = defaultdict(list)
    for parent, role in frappe.db.sql(
        f"select distinct parent, role from `tab{table}` where parent in %s and permlevel = 0 "
        "and (`write` = 1 or `create` = 1) and ifnull(if_owner, 0) = 0 order by parent, role",
        (GATES,),
    ):
        found[parent].append(role)
    return found


def _holders(roles: Iterable[str]) -> Mapping[str, list[str]]:
    found = defaultdict(list)
    for user, role in rows(
        "select r.parent, r.role from `tabHas Role` r join tabUser u on u.name = r.parent "
        "where r.parenttype = 'User' and r.role in %s and u.enabled = 1 and u.name != 'Administrator' "
        "group by r.parent, r.role order by r.parent, r.role",
        tuple(roles),
        most=10 * MOST,
    ):
        found[user].append(role)
    return {**found, ADMINISTRATOR: [ADMINISTRATOR]}


def _accounts(holders: Mapping[str, list[str]]) -> Iterable[tuple[Any, list[str]]]:
    fields = ["name", "creation", "last_login", "last_active", "api_key"]
    for account in frappe.get_all("User", {"name": ("in", list(holders)), "enabled": 1}, fields, limit=0):
        yield account, holders[account.name]


def _row(account: Any, held: list[str], roles: Mapping[str, list[str]], now: datetime) -> dict[str, Any]:
    has_power = account.name == ADMINISTRATOR or bool(set(held) & set(roles))
    is_judged = has_power and not account.api_key and account.name != ADMINISTRATOR
    return {
        "user": account.name,
        "roles": held,
        "power": has_power,
        "made": str(account.creation)[:19],
        "last_login": str(account.last_login or "")[:19],
        "last_active": str(account.last_active or "")[:19],
        "api_key": bool(account.api_key),
        "dormant": bool(is_judged and account.last_active and account.last_active < ago(now, days=DORMANT)),
        "never_used": bool(
            is_judged and not account.last_active and account.creation < ago(now, days=NEVER_USED)
        ),
    }


def _ask_second_factor(found: list[dict[str, Any]]) -> None:
    """Whether a role of theirs asks for a second factor; None for Administrator, whom Frappe never asks."""
    asking = set()
    if cint(frappe.db.get_single_value("System Settings", "enable_two_factor_auth")):
        asking = set(frappe.get_all("Role", {"two_factor_auth": 1}, pluck="name"))
    names = [row["user"] for row in found]
    filters = {"parenttype": "User", "parent": ("in", names), "role": ("in", list(asking) or [""])}
    asked = set(frappe.get_all("Has Role", filters, pluck="parent", limit=0))
    for row in found:
        is_asked = "All" in asking or row["user"] in asked
        row["second_factor"] = None if row["user"] == ADMINISTRATOR else is_asked
