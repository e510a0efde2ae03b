"""Who changed since a moment what decides over access: roles given, permissions, profiles, scripts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

import frappe

from verenigingen_maintenance.core.security import Part
from verenigingen_maintenance.sources import clock
from verenigingen_maintenance.sources.security_users import EVERYBODY, OWN, powerful_roles, writers_of_gates

Row = dict[str, Any]
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
    for what, (rows, is_cut) in (
        ("accounts with power made", _accounts_made(begins)),
        *((doctype, _changed(doctype, begins)) for doctype in CHANGED),
        ("versions", _versions(begins)),
    ):
        found += rows
        more += [what] if is_cut else []
    found.sort(key=lambda row: row["at"], reverse=True)
    open_rows = list(_open())
    figures = {"since": clock.shown(since), "changes": len(found), "open to everybody": len(open_rows)}
    at_least = f"more than {MOST} since then: {', '.join(more)}" if more else ""
    return Part([*open_rows, *found], figures, at_least=at_least)


def _latest(query: str, *values: object, told: Callable[..., Iterable[Row]]) -> tuple[list[Row], bool]:
    """What the first rows of a query tell, and whether it has more: one may tell nothing, or much."""
    rows = frappe.db.sql(f"{query} limit %s", (*values, MOST + 1))
    return [each for row in rows[:MOST] for each in told(*row)], len(rows) > MOST


def _open() -> Iterator[Row]:
    for doctype, writers in writers_of_gates().items():
        for role in sorted(set(writers) & set(EVERYBODY)):
            yield {"kind": "open to everybody", "role": role, "doctype": doctype}


def _accounts_made(begins: datetime) -> tuple[list[Row], bool]:
    """New accounts that have power.

    When an older one got a role only Version tells: a new row of Has Role has the creation of its account.
    """
    query = (
        "select u.creation, u.name, group_concat(r.role order by r.role separator ', '), u.owner "
        "from tabUser u join `tabHas Role` r on r.parent = u.name and r.parenttype = 'User' and r.role in %s "
        "where u.creation >= %s group by u.name order by u.creation desc"
    )

    def told(at: datetime, user: str, held: str, by: str) -> Iterator[Row]:
        yield {"kind": "account with power made", "at": _at(at), "user": user, "what": held, "by": by}

    return _latest(query, [*powerful_roles(), *OWN], begins, told=told)


def _changed(doctype: str, begins: datetime) -> tuple[list[Row], bool]:
    query = (
        f"select creation, modified, {CHANGED[doctype]}, modified_by from `tab{doctype}` "
        "where modified >= %s order by modified desc"
    )

    def told(made: datetime, at: datetime, what: str, by: str) -> Iterator[Row]:
        kind = "made" if made >= begins else "changed"
        yield {"kind": f"{doctype} {kind}", "at": _at(at), "what": what, "by": by}

    return _latest(query, begins, told=told)


def _versions(begins: datetime) -> tuple[list[Row], bool]:
    """Roles that were given and taken, and which fields of these were changed, by whom."""
    query = (
        "select creation, ref_doctype, docname, data, owner from tabVersion where modified >= %s "
        "and ref_doctype in %s order by modified desc"
    )

    def told(at: datetime, doctype: str, name: str, data: str, by: str) -> Iterator[Row]:
        row = {"at": _at(at), "user" if doctype == "User" else "name": name, "by": by}
        yield from ({**row, **each} for each in _told(doctype, data))

    return _latest(query, begins, VERSIONED, told=told)


def _told(doctype: str, data: str) -> Iterator[dict[str, str]]:
    """What a Version tells: roles by their names, and of all else which fields or tables."""
    try:
        kept = json.loads(data or "{}")
    except ValueError:
        yield {"kind": f"{doctype} changed", "what": "what changed cannot be read"}
        return
    for key, kind in (("added", "role given"), ("removed", "role taken")):
        rows = [row for table, row in kept.get(key, []) if doctype == "User" and table == "roles"]
        if rows:
            yield {"kind": kind, "what": ", ".join(sorted(str(row.get("role")) for row in rows))}
    tables = [each[0] for key in ("added", "removed", "row_changed") for each in kept.get(key, [])]
    fields = {*tables, *(each[0] for each in kept.get("changed", []))} - (
        {"roles"} if doctype == "User" else set()
    )
    if fields:
        yield {"kind": f"{doctype} changed", "what": ", ".join(sorted(map(str, fields)))}


def _at(moment: datetime) -> str:
    return str(moment)[:19]
