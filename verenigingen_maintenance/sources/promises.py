"""What became of a promise so far this month, as its record has it."""

from __future__ import annotations

from datetime import datetime

import frappe

from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.sources import clock, source

RECORD = "Monthly Service Level"


@source
def availability(now: datetime) -> Reading | Unknown:
    """How much of this month's measured time the dashboard was available, around the clock, in percent."""
    name = f"{clock.stored(now):%Y-%m}"
    row = frappe.db.get_value(RECORD, name, ["availability", "computed_at"], as_dict=True)
    if row is None:
        return Unknown("no record of this month yet; a job makes it each hour", now, RECORD, learning=True)
    percent, _space, unit = (row.availability or "").partition(" ")
    if unit != "%":
        return Unknown("not measured this month", now, RECORD)
    evidence = {"record": name, "computed at": clock.shown(clock.instant(row.computed_at))}
    return Reading(float(percent), "%", now, RECORD, evidence)
