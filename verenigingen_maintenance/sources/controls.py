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


# The types of columns that hold what is read as a text, or as a day.
TYPES = {
    "text": ("varchar", "char", "tinytext", "text", "mediumtext", "longtext"),
    "date": ("date", "datetime", "timestamp"),
}


class MissingColumn(LookupError):
    """A DocType is there without a column that is needed; the message says which."""


class WrongColumn(TypeError):
    """A column is there, and of another type: MariaDB would compare it all the same, and find nonsense."""


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


def column(doctype: str, name: str, kind: str = "text") -> str:
    """A field's column, or that of a custom field of that name. Raises MissingColumn and WrongColumn."""
    there = _columns(doctype)
    if not there:
        raise MissingColumn(f"the DocType {doctype} has no table")
    found = next((each for each in (name, f"custom_{name}") if each in there), None)
    if found is None:
        raise MissingColumn(f"the DocType {doctype} has no field {name}")
    if there[found] not in TYPES[kind]:
        raise WrongColumn(f"the field {found} of {doctype} is no {kind}: its column is {there[found]}")
    return found


def has(doctype: str, name: str, kind: str = "text") -> bool:
    """Whether `column` would find one. Raises WrongColumn."""
    try:
        return bool(column(doctype, name, kind))
    except MissingColumn:
        return False


def rows(query: str, *values: object, most: int | None = None) -> list[tuple]:
    """The rows of a query. Raises TooMany where it has more than can be compared."""
    most = most or MOST
    found = frappe.db.sql(f"{query} limit %s", (*values, most + 1))
    if len(found) > most:
        raise TooMany(f"there are more than {most} rows to compare")
    return list(found)


def names(query: str, *values: object) -> list[str]:
    """The first column of a query. Raises TooMany."""
    return [str(row[0]) for row in rows(query, *values)]


def ago(now: datetime, **length: float) -> datetime:
    """A moment so long before now, as the database keeps times."""
    return clock.stored(now - timedelta(**length))


def oldest(doctype: str) -> datetime | None:
    """When the row was changed that was not changed for longest: the first of an index."""
    return frappe.db.sql(f"select min(modified) from `tab{doctype}`")[0][0]


def site_born() -> datetime:
    """When this site was made: its first user came with it."""
    return frappe.db.get_value("User", "Administrator", "creation")


def _columns(doctype: str) -> dict[str, str]:
    """The columns of a DocType's table and their types, as the database has them now."""
    return dict(
        frappe.db.sql(
            "select column_name, data_type from information_schema.columns "
            "where table_schema = database() and table_name = %s",
            f"tab{doctype}",
        )
    )
