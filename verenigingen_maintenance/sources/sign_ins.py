"""Who signed in to Desk, as Frappe's Activity Log has it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import frappe

from verenigingen_maintenance.core.emergency_access import SignIn
from verenigingen_maintenance.sources import clock

MOST = 2_000


def first_since(users: Sequence[str], since: datetime) -> dict[str, SignIn]:
    """The first sign-in of each user after an instant; who did not sign in is not in it.

    The range is over the indexed column: a row of the log is never changed.
    """
    filters = [
        ["modified", ">=", clock.stored(since)],
        ["operation", "=", "Login"],
        ["status", "=", "Success"],
        ["user", "in", list(users) or [""]],
    ]
    fields = ["user", "creation", "ip_address"]
    rows = frappe.get_all("Activity Log", filters, fields, order_by="modified asc", limit=MOST)
    found: dict[str, SignIn] = {}
    for row in rows:
        at = clock.instant_after(row.creation, since)
        found.setdefault(row.user, SignIn(at, row.ip_address or ""))
    return found
