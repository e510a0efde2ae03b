"""The daily job that judges changes once as much time is over as they are compared with."""

from __future__ import annotations

from datetime import datetime

import frappe

from verenigingen_maintenance.operations import measure_change
from verenigingen_maintenance.operations.transactions import commit


def measure_due(now: datetime) -> list[str]:
    """Measures each change that is due, in a transaction of its own; returns their names.

    Raises the last failure after the others had their turn.
    """
    failed: Exception | None = None
    names = measure_change.due(now)
    for name in names:
        try:
            measure_change.measure_now(name, now)
            commit()
        except Exception as error:  # noqa: BLE001 - it is raised below
            frappe.db.rollback()
            failed = error
    if failed:
        raise failed
    return names
