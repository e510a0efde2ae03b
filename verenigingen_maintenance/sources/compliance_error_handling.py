"""Error handling: whether failures leave a log, whether somebody looks, and what visitors see of them."""

from __future__ import annotations

from datetime import datetime, timedelta

import frappe
from frappe.utils import cint

from verenigingen_maintenance.core.compliance import Found, Unmeasured
from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.sources import error_patterns, failed_requests
from verenigingen_maintenance.sources.controls import ago

PATIENCE, BEHIND = 7, timedelta(hours=1)
OPEN = ("New", "Ongoing", "Escalating", "Regressed")


def unlogged_failures(now: datetime) -> Found | Unmeasured:
    """Requests of 24 hours that were answered with 500 and over, and left no Error Log."""
    reading = failed_requests.without_error_log(now)
    if isinstance(reading, Unknown):
        return Unmeasured(reading.reason)
    if reading.at_least and not reading.value:
        return Unmeasured(reading.at_least)
    count, failed = int(reading.value), reading.evidence["failed requests"]
    told = f"{count} of {failed} failed requests of 24 hours left no Error Log"
    return Found(count, told, None, reading.evidence)


def critical_errors_seen_to(now: datetime) -> Found | Unmeasured:
    """Critical error patterns that were met again in a week, are a week old, and that nobody decided on.

    Where Error Log is not counted, none was met, and that tells nothing.
    """
    filters = {
        "severity": "Critical",
        "state": ("in", OPEN),
        "continues_in": ("is", "not set"),
        "first_at": ("<", ago(now, days=PATIENCE)),
        "last_at": (">=", ago(now, days=PATIENCE)),
    }
    count = frappe.db.count("Error Pattern", filters)
    if not count and error_patterns.is_behind(now - BEHIND):
        return Unmeasured("Error Log has rows that are not counted for an hour and more")
    told = f"{count} critical error patterns are open for more than {PATIENCE} days and still met"
    return Found(count, told)


def tracebacks_hidden(now: datetime) -> Found:
    """Whether a visitor is shown the code that failed."""
    shown = cint(frappe.db.get_single_value("System Settings", "allow_error_traceback"))
    return Found(int(bool(shown)), f"tracebacks are {'shown to' if shown else 'hidden from'} visitors")
