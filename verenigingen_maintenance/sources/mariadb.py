"""MariaDB, through the connection that a measurement has for itself."""

from __future__ import annotations

import time
from datetime import datetime
from statistics import median

import frappe

from verenigingen_maintenance.core.readings import Reading
from verenigingen_maintenance.sources import source

PINGS = 5


@source
def response_time(now: datetime) -> Reading:
    """The median time of five `SELECT 1`, in milliseconds."""
    times = [_ping() for _ in range(PINGS)]
    evidence = {"each (ms)": [round(each, 3) for each in times]}
    return Reading(round(median(times), 3), "ms", now, f"median of {PINGS} times SELECT 1", evidence)


def _ping() -> float:
    started = time.perf_counter()
    frappe.db.sql("select 1")
    return (time.perf_counter() - started) * 1000
