"""How long ago people last carried out a drill that was good, and signed it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import frappe
from frappe.model.document import Document

from verenigingen_maintenance.core.drill_seal import fingerprint
from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.sources import clock, source

DRILL = "Recovery Drill"
FAILOVER, EMERGENCY_ACCESS = "Failover", "Emergency Access"
GOOD = ("OK", "WARNING")
DAY = timedelta(days=1)
MOST = 20


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
    last, good = next(_signed(kind), None), next(_signed(kind, GOOD), None)
    if good is None:
        worse = f"{last.name} was {last.verdict}: " if last else ""
        return Unknown(f"{worse}none was good and signed yet: {what_to_do}", now, DRILL)
    days = round((now - clock.instant_before(good.ended_at, now)) / DAY, 2)
    evidence = {
        **{"drill": good.name, "verdict": good.verdict, "ended": str(good.ended_at)},
        **{"signed by": good.signed_by, "lessons": good.lessons or ""},
    }
    if last and last.name != good.name:
        evidence["worse since"] = f"{last.name}: {last.verdict}"
    return Reading(max(days, 0), "days", now, DRILL, evidence, detail=good.name)


def _signed(kind: str, verdicts: Sequence[str] = ()) -> Iterator[Document]:
    """The latest first; one that was changed after it was signed is no proof, and left out."""
    filters = {"kind": kind, "status": "Signed", **({"verdict": ("in", verdicts)} if verdicts else {})}
    for name in frappe.get_all(DRILL, filters, pluck="name", order_by="ended_at desc", limit=MOST):
        drill = frappe.get_doc(DRILL, name)
        if drill.sha256 == fingerprint(drill, drill.steps):
            yield drill
