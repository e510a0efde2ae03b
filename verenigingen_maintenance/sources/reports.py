"""The deliverables of the reviews: reports of the last period that is over, and whether they are approved."""

from __future__ import annotations

from datetime import datetime

import frappe

from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.core.report_periods import Period, completed_before
from verenigingen_maintenance.core.slots import Cadence
from verenigingen_maintenance.core.wording import some
from verenigingen_maintenance.sources import clock, error_patterns, source
from verenigingen_maintenance.sources.stored import DAY

REPORT, KIND, SETTINGS = "Maintenance Report", "Maintenance Report Kind", "Maintenance Settings"
APPROVED = "Approved"


@source
def weekly_not_approved(now: datetime) -> Reading | Unknown:
    """Reports of the last week that are switched on, and not approved."""
    return _not_approved(Cadence.WEEKLY, now)


@source
def monthly_not_approved(now: datetime) -> Reading | Unknown:
    """Those of the last month."""
    return _not_approved(Cadence.MONTHLY, now)


@source
def quarterly_not_approved(now: datetime) -> Reading | Unknown:
    """Those of the last quarter."""
    return _not_approved(Cadence.QUARTERLY, now)


def measured_since() -> datetime | None:
    """When the first thing of all was measured, as it is stored; None where nothing was."""
    first = frappe.db.sql(f"select min(begins) from `tab{DAY}`")[0][0]
    return min(filter(None, (first, error_patterns.counted_since())), default=None)


def _not_approved(cadence: Cadence, now: datetime) -> Reading | Unknown:
    period = completed_before(cadence, clock.stored(now).date())
    since = measured_since()
    if since is None or period.ends <= since.date():
        return Unknown(f"nothing was measured in {period.label}", now, REPORT, learning=True)
    statuses = _statuses(cadence, period)
    waiting = [f"{name}: {status}" for name, status in statuses.items() if status != APPROVED]
    detail = some(waiting) or f"all {len(statuses)} of {period.label} are approved"
    evidence = {"period": period.label, **statuses}
    return Reading(len(waiting), "reports", now, REPORT, evidence, detail=detail)


def _statuses(cadence: Cadence, period: Period) -> dict[str, str]:
    """Of each report that is switched on."""
    kinds = frappe.get_all(KIND, {"parent": SETTINGS, "enabled": 1}, pluck="kind", order_by="idx", limit=0)
    names = [f"{kind}-{period.label}" for kind in kinds if kind.startswith(cadence.value.upper())]
    rows = frappe.get_all(REPORT, {"name": ("in", names or [""])}, ["name", "status"], as_list=True, limit=0)
    return {name: dict(rows).get(name, "not drafted") for name in names}
