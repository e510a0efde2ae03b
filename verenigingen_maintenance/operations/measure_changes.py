"""The daily job that judges changes once as much time is over as they are compared with."""

from __future__ import annotations

from datetime import datetime

import frappe

from verenigingen_maintenance.operations import change_records, measure_change
from verenigingen_maintenance.operations.transactions import commit


def measure_due(now: datetime) -> list[str]:
    """Measures each change that is due and that no worker is at, in a transaction of its own; returns their
    names.

    Raises the last failure after the others had their turn.
    """
    failed: Exception | None = None
    names = []
    for name in measure_change.due(now):
        try:
            names += _measured(name, now)
        except Exception as error:  # noqa: BLE001 - it is raised below
            frappe.db.rollback()
            failed = error
    if failed:
        raise failed
    return names


def _measured(name: str, now: datetime) -> list[str]:
    with change_records.worked_on(name) as is_free:
        if not is_free:
            return []
        measure_change.measure_now(name, now)
        commit()
        return [name]
