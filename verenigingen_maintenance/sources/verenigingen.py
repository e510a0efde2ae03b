"""Documents of the app verenigingen, counted where their DocType is on this site.

Each DocType is looked for by itself: an app that is half there answers for the half that is. A measurement's
own time-out ends a count that takes too long.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import frappe
from frappe.query_builder.functions import Count

from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.core.usual import MOST_DAYS, learning_until, usual
from verenigingen_maintenance.sources import clock, source, stored

SALES, PAYMENT = "Sales Invoice", "Payment Entry"


@source
def active_members(now: datetime) -> Reading | Unknown:
    """Members whose status is Active."""
    return _members("Active", now)


@source
def pending_members(now: datetime) -> Reading | Unknown:
    """Members whose status is Pending."""
    return _members("Pending", now)


@source
def suspended_members(now: datetime) -> Reading | Unknown:
    """Members whose status is Suspended."""
    return _members("Suspended", now)


@source
def ended_members(now: datetime) -> Reading | Unknown:
    """Members who are none any more, whatever their status says of why."""
    return _counted("Member", {"status": ("Terminated", "Expired", "Deceased", "Banned")}, "members", now)


@source
def active_mandates(now: datetime) -> Reading | Unknown:
    """SEPA mandates whose status is Active."""
    return _counted("SEPA Mandate", {"status": ("Active",)}, "mandates", now)


@source
def overdue_invoices(now: datetime) -> Reading | Unknown:
    """Sales invoices that are submitted and overdue."""
    return _counted(SALES, {"status": ("Overdue",), "docstatus": (1,)}, "invoices", now)


@source
def invoices_of_yesterday(now: datetime) -> Reading | Unknown:
    """Sales invoices that were submitted for yesterday."""
    return _counted(SALES, {"posting_date": (_yesterday(now),), "docstatus": (1,)}, "invoices", now)


@source
def payments_of_yesterday(now: datetime) -> Reading | Unknown:
    """Payment entries that were submitted for yesterday."""
    return _counted(PAYMENT, {"posting_date": (_yesterday(now),), "docstatus": (1,)}, "payments", now)


@source
def members_off_usual(now: datetime) -> Reading | Unknown:
    """How far the number of active members is from what it usually is, in usual deviations."""
    return _off_usual(active_members(now), "verenigingen.active_members", now)


@source
def mandates_off_usual(now: datetime) -> Reading | Unknown:
    """How far the number of active mandates is from what it usually is, in usual deviations."""
    return _off_usual(active_mandates(now), "verenigingen.active_mandates", now)


@source
def invoices_off_usual(now: datetime) -> Reading | Unknown:
    """How far the number of overdue invoices is from what it usually is, in usual deviations."""
    return _off_usual(overdue_invoices(now), "verenigingen.overdue_invoices", now)


@source
def payments_off_usual(now: datetime) -> Reading | Unknown:
    """How far the payments of yesterday are from what is usual on that weekday, in usual deviations."""
    return _off_usual(payments_of_yesterday(now), "verenigingen.payments_of_yesterday", now)


@source
def critical_alerts(now: datetime) -> Reading | Unknown:
    """System Alerts that are CRITICAL and Active."""
    filters = {"severity": ("CRITICAL",), "status": ("Active",)}
    return _counted("System Alert", filters, "alerts", now)


def why_not(doctype: str, *columns: str) -> str:
    """Why a DocType cannot be counted: it, its table or a column is not there. Empty where it can be."""
    if not frappe.db.exists("DocType", doctype):
        return f"this site has no DocType {doctype}"
    if not frappe.db.table_exists(doctype):
        return f"the DocType {doctype} has no table"
    missing = [column for column in columns if not frappe.db.has_column(doctype, column)]
    return f"the DocType {doctype} has no field {', '.join(missing)}" if missing else ""


def _members(status: str, now: datetime) -> Reading | Unknown:
    return _counted("Member", {"status": (status,)}, "members", now)


def _counted(doctype: str, fields: Mapping[str, Sequence], unit: str, now: datetime) -> Reading | Unknown:
    """How many documents have one of the given values in each field."""
    told = ", ".join(f"{field} {' or '.join(map(str, values))}" for field, values in fields.items())
    origin = f"{doctype}, {told}"
    if reason := why_not(doctype, *fields):
        return Unknown(reason, now, origin)
    table = frappe.qb.DocType(doctype)
    query = frappe.qb.from_(table).select(Count("*"))
    for field, values in fields.items():
        query = query.where(table[field].isin(values))
    return Reading(query.run()[0][0], unit, now, origin)


def _yesterday(now: datetime) -> date:
    return clock.stored(now).date() - timedelta(days=1)


def _off_usual(counted: Reading | Unknown, metric: str, now: datetime) -> Reading | Unknown:
    if isinstance(counted, Unknown):
        return counted
    today = clock.stored(now).date()
    history = stored.daily(metric, today - timedelta(days=MOST_DAYS))
    if learned := learning_until(history, today):
        reason = f"{counted.value:g} {counted.unit}; what is usual is known from {learned}"
        return Unknown(reason, now, counted.source, learning=True)
    range_ = usual(history, today)
    told = f"{counted.value:g} {counted.unit}, usual are {_whole(range_.low)} to {_whole(range_.high)}"
    evidence = {
        "now": counted.value,
        "usual from": _whole(range_.low),
        "usual to": _whole(range_.high),
        "expected": round(range_.expected, 1),
        "days of history": range_.days,
    }
    off = round(range_.deviations(counted.value), 2)
    origin = f"{counted.source}, and its stored days"
    return Reading(off, "usual deviations", now, origin, evidence, detail=told)


def _whole(bound: float) -> int:
    return max(round(bound), 0)
