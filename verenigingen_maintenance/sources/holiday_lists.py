"""ERPNext's holiday lists, where this site has them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import frappe
from frappe.utils import getdate

from verenigingen_maintenance.sources.verenigingen import why_not

LIST, DAY, COMPANY = "Holiday List", "Holiday", "Company"


@dataclass(frozen=True)
class HolidayList:
    """The days off of a list, weekly ones included, among the days that it covers."""

    name: str
    first: date
    last: date
    days: frozenset[date]

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last


def why_none() -> str:
    """Why this site has no holiday lists; empty where it has them."""
    return why_not(LIST, "from_date", "to_date") or why_not(DAY, "holiday_date")


def find(name: str) -> HolidayList | None:
    """A list by name; None where it is not there, or does not say which days it covers."""
    if why_none():
        return None
    first, last = frappe.db.get_value(LIST, name, ["from_date", "to_date"]) or (None, None)
    if not (first and last):
        return None
    filters = {"parent": name, "parenttype": LIST, "holiday_date": ("between", (first, last))}
    days = frappe.get_all(DAY, filters, pluck="holiday_date", limit=0)
    return HolidayList(name, getdate(first), getdate(last), frozenset(map(getdate, days)))


def of_default_company() -> str | None:
    """The name of the list that the default company works by."""
    company = frappe.defaults.get_global_default("company")
    if not company or why_not(COMPANY, "default_holiday_list"):
        return None
    return frappe.db.get_value(COMPANY, company, "default_holiday_list")
