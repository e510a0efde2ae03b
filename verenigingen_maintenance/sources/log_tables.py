"""Logs: DocTypes that know how to delete what is old of them, how large they are, and who tells them to."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe.model.base_document import get_controller
from frappe.utils import cint

from verenigingen_maintenance.core.database_opportunities import LOG_MB, LOG_ROWS, RETENTION_DAYS
from verenigingen_maintenance.core.opportunities import Facts
from verenigingen_maintenance.sources import clock, tables

WEEK = timedelta(days=7)
MOST_TABLES = 40
LOG_SETTINGS = "Log Settings"


def without_retention(now: datetime) -> Facts:
    """The large tables of log DocTypes, with how long each is kept (None: for ever)."""
    kept, large = retention(), tables.at_least(LOG_ROWS // 2, LOG_MB // 2, MOST_TABLES)
    names = {row["table"].removeprefix("tab"): row for row in large}
    doctypes = frappe.get_all(
        "DocType", {"name": ("in", [*names, ""]), "is_virtual": 0}, pluck="name", limit=0
    )
    logs = [each for each in doctypes if supports_clearing(each)]
    return Facts({"tables": [_described(each, names[each], kept.get(each), now) for each in logs]})


def retention() -> dict[str, int]:
    """The days that Log Settings keeps each log for."""
    rows = frappe.get_all("Logs To Clear", {"parent": LOG_SETTINGS}, ["ref_doctype", "days"], limit=0)
    return {row.ref_doctype: cint(row.days) for row in rows}


def defaults() -> dict[str, int]:
    """The days that apps give: Frappe adds them to Log Settings by itself."""
    hooks = frappe.get_hooks("default_log_clearing_doctypes", {})
    return {doctype: cint(days[-1]) for doctype, days in hooks.items()}


def supports_clearing(doctype: str) -> bool:
    """Whether its controller can delete what is old. One that cannot be imported cannot."""
    try:
        controller = get_controller(doctype)
    except (ImportError, AttributeError, frappe.DoesNotExistError):
        return False
    return callable(getattr(controller, "clear_old_logs", None))


def rows_older(doctype: str, days: int, now: datetime) -> int:
    """How many rows were last changed longer ago than that; `modified` has an index."""
    return frappe.db.count(doctype, {"modified": ("<", clock.stored(now - timedelta(days=days)))})


def _described(doctype: str, table: dict[str, Any], days: int | None, now: datetime) -> dict[str, Any]:
    rows = frappe.db.count(doctype)
    recent = rows - rows_older(doctype, WEEK.days, now)
    return {
        **{"doctype": doctype, "rows": rows, "mb": table["mb"], "days": days or defaults().get(doctype)},
        **{"older": rows_older(doctype, RETENTION_DAYS, now), "per_day": round(recent / WEEK.days, 1)},
        "is_supported": True,
    }
