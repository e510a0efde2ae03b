"""How long ago people last carried out a drill that was good, and signed it."""

from __future__ import annotations

from datetime import datetime, timedelta

import frappe

from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.sources import clock, source

DRILL = "Recovery Drill"
FAILOVER, EMERGENCY_ACCESS = "Failover", "Emergency Access"
GOOD = ("OK", "WARNING")
DAY = timedelta(days=1)


@source
def failover_days(now: datetime) -> Reading | Unknown:
    """Since a monitor outside saw this site die, and a person was told."""
    return _days(FAILOVER, now, "press Begin a Failover Drill in the list of Recovery Drill")


@source
def emergency_access_days(now: datetime) -> Reading | Unknown:
    """Since each account that an emergency needs signed in, and was kept or removed."""
    return _days(EMERGENCY_ACCESS, now, "press Begin an Access Drill in the list of Recovery Drill")


def _days(kind: str, now: datetime, what_to_do: str) -> Reading | Unknown:
    """Since the last one that was signed and neither CRITICAL nor UNKNOWN; one that was worse since is
    named."""
    fields = ["name", "verdict", "ended_at", "signed_by", "lessons"]
    filters = {"kind": kind, "status": "Signed"}
    last = frappe.get_all(DRILL, filters, fields, order_by="ended_at desc", limit=1)
    good = frappe.get_all(
        DRILL, {**filters, "verdict": ("in", GOOD)}, fields, order_by="ended_at desc", limit=1
    )
    if not good:
        worse = f"{last[0].name} was {last[0].verdict}: " if last else ""
        return Unknown(f"{worse}none was good and signed yet: {what_to_do}", now, DRILL)
    days = round((now - clock.instant_before(good[0].ended_at, now)) / DAY, 2)
    evidence = {
        **{"drill": good[0].name, "verdict": good[0].verdict, "ended": str(good[0].ended_at)},
        **{"signed by": good[0].signed_by, "lessons": good[0].lessons or ""},
    }
    if last[0].name != good[0].name:
        evidence["worse since"] = f"{last[0].name}: {last[0].verdict}"
    return Reading(max(days, 0), "days", now, DRILL, evidence, detail=good[0].name)
