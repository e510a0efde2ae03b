"""Recovery drills that were signed: how long ago a backup was restored for real."""

from __future__ import annotations

from datetime import datetime

import frappe

from verenigingen_maintenance.core.drill_seal import fingerprint
from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.sources import clock, source

DRILL = "Recovery Drill"
RESTORE, PASSED = "Restore", ("OK", "WARNING")
DAY = 86_400
MOST = 20


@source
def restore_drill_days(now: datetime) -> Reading | Unknown:
    """How long ago a restore drill ended that was signed, and whose verdict was OK or WARNING."""
    last = last_restore()
    if last is None:
        reason = "no restore drill was signed that is OK or WARNING: begin one in Recovery Drill"
        return Unknown(reason, now, DRILL)
    days = (now - clock.instant_before(last["ended_at"], now)).total_seconds() / DAY
    evidence = {**last, "ended_at": str(last["ended_at"])}
    return Reading(round(max(days, 0), 2), "days", now, f"{DRILL}, signed", evidence, detail=last["drill"])


def last_restore() -> dict | None:
    """The signed restore that ended last and passed; one that was changed after it was signed is no proof."""
    filters = {"kind": RESTORE, "status": "Signed", "verdict": ("in", PASSED)}
    for name in frappe.get_all(DRILL, filters, pluck="name", order_by="ended_at desc, name desc", limit=MOST):
        drill = frappe.get_doc(DRILL, name)
        if drill.sha256 == fingerprint(drill, drill.steps):
            return {
                **{"drill": name, "ended_at": drill.ended_at, "verdict": drill.verdict},
                **{"backup": drill.backup, "recovery (min)": round(drill.recovery_minutes, 2)},
                **{"signed by": drill.signed_by, "sha256": drill.sha256},
            }
    return None
