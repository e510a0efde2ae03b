"""A manager moves the date of a quarterly run: everybody is told, and its event moves with it."""

from __future__ import annotations

from datetime import datetime

import frappe

from verenigingen_maintenance.operations import agreed_dates, run_notices


def agree(procedure: str, day: object, reason: str, now: datetime) -> dict:
    """Moves it and tells those who were told, or would have been. Answers the slot with its date.

    Raises frappe.ValidationError for a day that cannot be agreed on.
    """
    found = agreed_dates.agree(procedure, day, reason, now)
    run_notices.announce(frappe.get_doc(agreed_dates.PROCEDURE, procedure), found, now)
    return {"slot": found.slot.name, "day": str(found.day)}
