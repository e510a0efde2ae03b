"""Who changed since a moment what decides over access: roles given, permissions, profiles, scripts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import frappe

from verenigingen_maintenance.core.security import Part
from verenigingen_maintenance.sources import clock
from verenigingen_maintenance.sources.security_users import EVERYBODY, OWN, powerful_roles, writers_of_gates

MOST = 200
# What was made or changed since, by its own times; of Custom DocPerm, parent is the DocType it is about.
CHANGED = {
    "Custom DocPerm": "concat(ifnull(role, ''), ' on ', ifnull(parent, ''))",
    "Role": "name",
    "Role Profile": "name",
    "User Permission": "concat(ifnull(`allow`, ''), ' ', ifnull(for_value, ''))",
    "Server Script": "name",
    "OAuth Client": "app_name",
}
# What Version says of a field is not stored: a value may be a secret. Which fields changed is enough.
VERSIONED = ("User", "Role", "Role Profile", "System Settings", "Server Script")


def changes(now: datetime, since: datetime) -> Part:
    """What was changed since, the latest first; and what everybody may write that decides over access."""
    begins = clock.stored(since)
    found, more = [], []
    for what, rows in (
        ("roles given", _roles_given(begins)),
        *((doctype, _changed(doctype, begins)) for doctype in CHANGED),
        ("versions", _versions(begins)),
    ):
        kept = list(rows)
        found += kept[:MOST]
        if len(kept) > MOST:
            more.append(what)
    found.sort(key=lambda row: row["at"], reverse=True)
    open_rows = list(_open())
    figures = {"since": clock.shown(since), "changes": len(found), "open to everybody": len(open_rows)}
    at_least = f"more than {MOST} since then: {', '.join(more)}" if more else ""
    return Part([*open_rows, *found], figures, at_least=at_least)


def _open() -> Iterator[dict[str, Any]]:
    for doctype, writers in writers_of_gates().items():
        for role in sorted(set(writers) & set(EVERYBODY)):
            yield {"kind": "open to everybody", "role": role, "doctype": doctype}


def _roles_given(begins: datetime) -> Iterator[dict[str, Any]]:
    roles = [*powerful_roles(), *OWN]
    query = (
        "select r.creation, r.parent, r.role, r.owner from `tabHas Role` r where r.parenttype = 'User' "
        "and r.role in %s and r.creation >= %s order by r.creation desc limit %s"
    )
    for at, user, role, by in frappe.db.sql(query, (roles, begins, MOST + 1)):
        yield {"kind": "role given", "at": _at(at), "user": user, "what": role, "by": by}


def _changed(doctype: str, begins: datetime) -> Iterator[dict[str, Any]]:
    query = (
        f"select creation, modified, {CHANGED[doctype]}, modified_by from `tab{doctype}` "
        "where modified >= %s order by modified desc limit %s"
    )
    for made, at, what, by in frappe.db.sql(query, (begins, MOST + 1)):
        kind = "made" if made >= begins else "changed"
        yield {"kind": f"{doctype} {kind}", "at": _at(at), "what": what, "by": by}


def _versions(begins: datetime) -> Iterator[dict[str, Any]]:
    """Which fields of these were changed, by whom."""
    query = (
        "select creation, ref_doctype, docname, data, owner from tabVersion where modified >= %s "
        "and ref_doctype in %s order by modified desc limit %s"
    )
    for at, doctype, name, data, by in frappe.db.sql(query, (begins, VERSIONED, MOST + 1)):
        row = {"kind": f"{doctype} changed", "at": _at(at), "what": ", ".join(_fields(data)), "by": by}
        yield {**row, "user" if doctype == "User" else "name": name}


def _fields(data: str) -> Iterable[str]:
    """The fields that a Version names, those of tables as table.field."""
    try:
        kept = json.loads(data or "{}")
    except ValueError:
        return ["what changed cannot be read"]
    rows = [*kept.get("added", []), *kept.get("removed", []), *kept.get("row_changed", [])]
    return sorted({str(each[0]) for each in [*kept.get("changed", []), *rows] if each})


def _at(moment: datetime) -> str:
    return str(moment)[:19]
