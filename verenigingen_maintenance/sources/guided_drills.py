"""How long ago people last carried out a drill that was good, and signed it."""

from __future__ import annotations

from datetime import datetime, timedelta

from frappe.model.document import Document

from verenigingen_maintenance.core.drill_seal import is_intact
from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.sources import clock, source
from verenigingen_maintenance.sources.recovery import DRILL, PASSED, signed

FAILOVER, EMERGENCY_ACCESS = "Failover", "Emergency Access"
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
    last = next(signed(kind), None)
    good = next(filter(is_intact, signed(kind, PASSED)), None)
    if good is None:
        worse = f"{_told(last)}: " if last else ""
        return Unknown(f"{worse}none was good and signed yet: {what_to_do}", now, DRILL)
    days = round((now - clock.instant_before(good.ended_at, now)) / DAY, 2)
    evidence = {
        **{"drill": good.name, "verdict": good.verdict, "ended": str(good.ended_at)},
        **{"signed by": good.signed_by, "lessons": good.lessons or ""},
    }
    if last and last.name != good.name:
        evidence["worse since"] = _told(last)
    return Reading(max(days, 0), "days", now, DRILL, evidence, detail=good.name)


def _told(drill: Document) -> str:
    changed = "" if is_intact(drill) else ", and changed after it was signed"
    return f"{drill.name} was {drill.verdict}{changed}"
