"""What the areas of compliance are read with: controls by name, columns as a site has them, bounded counts.

A control's function takes `now` and answers Found, Unmeasured or NotHere. What it raises makes it UNKNOWN
alone.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from datetime import datetime, timedelta

import frappe

from verenigingen_maintenance.core.compliance import Found, NotHere, Unmeasured
from verenigingen_maintenance.sources import clock

Answer = Found | Unmeasured | NotHere
MOST = 100_000


class MissingColumn(LookupError):
    """A DocType is there without a column that is needed; the message says which."""


class TooMany(ValueError):
    """More rows than are compared; a part of them would tell nothing."""


def find(key: str) -> Callable[[datetime], Answer]:
    """The function of a control: of “access.two_factor”, `two_factor` in sources/compliance_access.py."""
    area, name = key.split(".")
    module = importlib.import_module(f"{__package__}.compliance_{area}")
    return getattr(module, name)


def absent(*doctypes: str) -> NotHere | None:
    """Where this site has not all of some DocTypes: the first that is missing."""
    missing = next((each for each in doctypes if not frappe.db.exists("DocType", each)), None)
    return NotHere(f"this site has no DocType {missing}") if missing else None


def column(doctype: str, name: str) -> str:
    """A field's column, or that of a custom field of that name. Raises MissingColumn."""
    if not frappe.db.table_exists(doctype):
        raise MissingColumn(f"the DocType {doctype} has no table")
    there = frappe.db.get_table_columns(doctype)
    for each in (name, f"custom_{name}"):
        if each in there:
            return each
    raise MissingColumn(f"the DocType {doctype} has no field {name}")


def has(doctype: str, name: str) -> bool:
    """Whether `column` would find one."""
    try:
        return bool(column(doctype, name))
    except MissingColumn:
        return False


def names(query: str, *values: object) -> list[str]:
    """The first column of a query. Raises TooMany where it has more rows than can be compared."""
    rows = frappe.db.sql(f"{query} limit %s", (*values, MOST + 1))
    if len(rows) > MOST:
        raise TooMany(f"there are more than {MOST} rows to compare")
    return [str(row[0]) for row in rows]


def ago(now: datetime, **length: float) -> datetime:
    """A moment so long before now, as the database keeps times."""
    return clock.stored(now - timedelta(**length))


def oldest(doctype: str) -> datetime | None:
    """When the row was changed that was not changed for longest: the first of an index."""
    return frappe.db.sql(f"select min(modified) from `tab{doctype}`")[0][0]


def site_born() -> datetime:
    """When this site was made: its first user came with it."""
    return frappe.db.get_value("User", "Administrator", "creation")
