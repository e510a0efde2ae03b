"""What became of a promise so far this month, as its record has it."""

from __future__ import annotations

from datetime import datetime, timedelta

import frappe

from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.sources import clock, source

RECORD, STALE = "Monthly Service Level", timedelta(hours=3)


@source
def availability(now: datetime) -> Reading | Unknown:
    """How much of this month's measured time the dashboard was available, around the clock, in percent."""
    name = f"{clock.stored(now):%Y-%m}"
    row = frappe.db.get_value(RECORD, name, ["availability", "computed_at"], as_dict=True)
    if row is None:
        begun = clock.stored(now) - clock.stored(now).replace(day=1, hour=0, minute=0)
        is_young = begun < STALE or not frappe.db.count(RECORD)
        return Unknown("no record of this month; a job makes it each hour", now, RECORD, learning=is_young)
    if now - clock.instant(row.computed_at) > STALE:
        return Unknown(f"not computed since {row.computed_at:%Y-%m-%d %H:%M}", now, RECORD)
    percent, _space, unit = (row.availability or "").partition(" ")
    if unit != "%":
        return Unknown("not measured this month", now, RECORD)
    evidence = {"record": name, "computed at": clock.shown(clock.instant(row.computed_at))}
    return Reading(float(percent), "%", now, RECORD, evidence)
