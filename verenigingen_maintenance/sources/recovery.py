"""Recovery drills that were signed: how long ago a backup was restored for real."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import frappe
from frappe.model.document import Document

from verenigingen_maintenance.core.drill_seal import is_intact
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
    drill = next(filter(is_intact, signed(RESTORE, PASSED)), None)
    if drill is None:
        return None
    return {
        **{"drill": drill.name, "ended_at": drill.ended_at, "verdict": drill.verdict},
        **{"backup": drill.backup, "recovery (min)": round(drill.recovery_minutes, 2)},
        **{"signed by": drill.signed_by, "sha256": drill.sha256},
    }


def signed(kind: str, verdicts: Sequence[str] = ()) -> Iterator[Document]:
    """Signed drills of a kind, and with one of `verdicts` where there are some, the latest first."""
    filters = {"kind": kind, "status": "Signed", **({"verdict": ("in", verdicts)} if verdicts else {})}
    order = "ended_at desc, name desc"
    for name in frappe.get_all(DRILL, filters, pluck="name", order_by=order, limit=MOST):
        yield frappe.get_doc(DRILL, name)
