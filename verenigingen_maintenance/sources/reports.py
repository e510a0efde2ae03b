"""The deliverables of the reviews: reports of the last period that is over, and whether they are approved."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import frappe

from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.core.report_periods import Period, completed_before
from verenigingen_maintenance.core.slots import Cadence
from verenigingen_maintenance.core.wording import some
from verenigingen_maintenance.sources import clock, error_patterns, source
from verenigingen_maintenance.sources.stored import DAY

REPORT, KIND, SETTINGS = "Maintenance Report", "Maintenance Report Kind", "Maintenance Settings"
APPROVED, NOT_DRAFTED = "Approved", "not drafted"
MOST = 100


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


def measured_days(period: Period) -> int:
    """The days of a period that have any metric."""
    statement = f"select count(distinct date(begins)) from `tab{DAY}` where begins >= %s and begins < %s"
    return int(frappe.db.sql(statement, (period.begins, period.ends))[0][0])


def waiting(cadence: Cadence, now: datetime) -> list[Any]:
    """Reports of periods that are over which nobody approved, the latest first, `MOST` at most."""
    filters = {"cadence": cadence.value, "status": ("!=", APPROVED)}
    filters["period_until"] = ("<", clock.stored(now).date())
    fields = ["name", "title", "status", "failure", "drafted_at"]
    return frappe.get_all(REPORT, filters, fields, order_by="period_from desc, name asc", limit=MOST)


def not_drafted(cadence: Cadence, now: datetime) -> list[str] | Unknown:
    """The names of those of the last period that are switched on and not there."""
    period = completed_before(cadence, clock.stored(now).date())
    if not _is_measured(period):
        return _nothing_measured(period, now)
    return [name for name, status in _statuses(cadence, period).items() if status == NOT_DRAFTED]


def not_there(names: Iterable[str]) -> list[str]:
    """Of some names of reports those that are switched on and that nobody drafted."""
    begins = tuple(f"{kind}-" for kind in _switched_on())
    wanted = [name for name in names if name.startswith(begins)]
    there = frappe.get_all(REPORT, {"name": ("in", wanted or [""])}, pluck="name", limit=0)
    return sorted(set(wanted) - set(there))


def _not_approved(cadence: Cadence, now: datetime) -> Reading | Unknown:
    period = completed_before(cadence, clock.stored(now).date())
    if not _is_measured(period):
        return _nothing_measured(period, now)
    statuses = _statuses(cadence, period)
    waiting = [f"{name}: {status}" for name, status in statuses.items() if status != APPROVED]
    detail = some(waiting) or f"all {len(statuses)} of {period.label} are approved"
    if not statuses:
        detail = f"no report of {period.label} is switched on in Maintenance Settings"
    evidence = {"period": period.label, **statuses}
    return Reading(len(waiting), "reports", now, REPORT, evidence, detail=detail)


def _is_measured(period: Period) -> bool:
    since = measured_since()
    return since is not None and period.ends > since.date()


def _nothing_measured(period: Period, now: datetime) -> Unknown:
    return Unknown(f"nothing was measured in {period.label}", now, REPORT, learning=True)


def _switched_on() -> list[str]:
    return frappe.get_all(KIND, {"parent": SETTINGS, "enabled": 1}, pluck="kind", order_by="idx", limit=0)


def _statuses(cadence: Cadence, period: Period) -> dict[str, str]:
    """Of each report that is switched on."""
    names = [f"{kind}-{period.label}" for kind in _switched_on() if kind.startswith(cadence.value.upper())]
    rows = frappe.get_all(REPORT, {"name": ("in", names or [""])}, ["name", "status"], as_list=True, limit=0)
    return {name: dict(rows).get(name, NOT_DRAFTED) for name in names}
