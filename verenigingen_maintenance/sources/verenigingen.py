"""Documents of the app verenigingen, counted where their DocType is on this site.

Each DocType is looked for by itself: an app that is half there answers for the half that is. A measurement's
own time-out ends a count that takes too long.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import frappe
from frappe.query_builder.functions import Count

from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.sources import clock, source

MEMBERS = "members_active"
DAY = timedelta(days=1)
KEPT = timedelta(days=14)


@source
def active_members(now: datetime) -> Reading | Unknown:
    """Members whose status is Active."""
    if reason := why_not("Member", "status"):
        return Unknown(reason, now, "Member")
    return Reading(_count("Member", {"status": "Active"}), "members", now, "Member, status Active")


@source
def active_members_change(now: datetime) -> Reading | Unknown:
    """The change of active members since the stored count of a day ago, in percent, without its sign."""
    counted = active_members(now)
    if isinstance(counted, Unknown):
        return counted
    earlier = _stored(now)
    if earlier is None:
        reason = f"{counted.value:g} members now, and no count is stored that is a day old"
        return Unknown(reason, now, counted.source, learning=True)
    then, moment = earlier
    evidence = {"now": counted.value, "then": then, "counted at": clock.shown(moment)}
    if not then:
        return Unknown(f"{counted.value:g} members now, and none {clock.shown(moment)}", now, counted.source)
    percent = round(100 * abs(counted.value - then) / then, 2)
    detail = f"{counted.value:g} members, {then:g} on {clock.stored(moment):%Y-%m-%d %H:%M}"
    return Reading(percent, "%", now, "Member, status Active, and its stored counts", evidence, detail=detail)


@source
def critical_alerts(now: datetime) -> Reading | Unknown:
    """System Alerts that are CRITICAL and Active."""
    if reason := why_not("System Alert", "status", "severity"):
        return Unknown(reason, now, "System Alert")
    filters = {"status": "Active", "severity": "CRITICAL"}
    return Reading(_count("System Alert", filters), "alerts", now, "System Alert, CRITICAL and Active")


def why_not(doctype: str, *columns: str) -> str:
    """Why a DocType cannot be counted: it, its table or a column is not there. Empty where it can be."""
    if not frappe.db.exists("DocType", doctype):
        return f"this site has no DocType {doctype}"
    if not frappe.db.table_exists(doctype):
        return f"the DocType {doctype} has no table"
    missing = [column for column in columns if not frappe.db.has_column(doctype, column)]
    return f"the DocType {doctype} has no field {', '.join(missing)}" if missing else ""


def _count(doctype: str, filters: dict[str, str]) -> int:
    table = frappe.qb.DocType(doctype)
    query = frappe.qb.from_(table).select(Count("*"))
    for field, value in filters.items():
        query = query.where(table[field] == value)
    return query.run()[0][0]


def _stored(now: datetime) -> tuple[float, datetime] | None:
    """The latest stored count that is a day old, with its time."""
    rows: Sequence = frappe.get_all(
        "Metric Sample",
        filters={
            "metric": MEMBERS,
            "observed_at": ("between", (clock.stored(now - KEPT), clock.stored(now - DAY))),
        },
        fields=["value", "observed_at"],
        order_by="observed_at desc",
        limit=1,
    )
    return (rows[0].value, clock.instant(rows[0].observed_at)) if rows else None
