"""Maintenance Settings as the rules want them, and the Dutch holidays that fill them in."""

from __future__ import annotations

from datetime import date, time, timedelta

import frappe
import holidays
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, get_time, getdate

from verenigingen_maintenance.core.calendar import BusinessCalendar, CalendarError
from verenigingen_maintenance.operations import records
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.sources import clock, holiday_lists

SETTINGS = "Maintenance Settings"


def calendar() -> BusinessCalendar:
    """Business days and hours of this site. Raises frappe.ValidationError where they cannot be meant."""
    settings = frappe.get_cached_doc(SETTINGS)
    opens, closes = business_hours(settings)
    try:
        return BusinessCalendar(clock.zone(), _days_off(settings), opens, closes)
    except CalendarError as error:
        refuse("{0}", error)


def gap_of_holidays() -> str:
    """What is wrong with the holiday list that is named in the settings; empty where nothing is."""
    name = (frappe.get_cached_doc(SETTINGS).holiday_list or "").strip()
    if not name or holiday_lists.find(name):
        return ""
    return _("the Holiday List {0} is not there any more, or says not which days it covers").format(name)


def refuse_missing_list(document: Document) -> None:
    """A holiday list that is named, and is not there. One that went later keeps nobody from saving."""
    name, before = (document.holiday_list or "").strip(), document.get_doc_before_save()
    if not name or (before and name == (before.holiday_list or "").strip()):
        return
    if why := holiday_lists.why_none():
        refuse(_("{0}. Leave Holiday List empty, and enter the holidays in the table."), _sentence(why))
    if not holiday_lists.find(name):
        refuse(
            _(
                "There is no Holiday List “{0}” that says which days it covers. Choose one of ERPNext's "
                "lists, or leave this empty: the default company's is used then."
            ),
            name,
        )


def business_hours(settings: Document) -> tuple[time, time]:
    """When the business day starts and ends."""
    return _time(settings.business_day_starts, time(9)), _time(settings.business_day_ends, time(17))


def sampling_interval() -> timedelta:
    """The time between two rounds of samples; none where sampling is off."""
    return timedelta(minutes=cint(frappe.db.get_single_value(SETTINGS, "sample_minutes")))


def fill_in_holidays() -> None:
    """Adds the Dutch public holidays of this year and the next; what somebody removed stays removed."""
    settings, this_year = frappe.get_doc(SETTINGS), date.today().year
    first = max(this_year, cint(settings.holidays_until) + 1)
    if first > this_year + 1:
        return
    there = {getdate(row.day) for row in settings.holidays}
    for day, title in sorted(holidays.country_holidays("NL", years=range(first, this_year + 2)).items()):
        if day not in there:
            settings.append("holidays", {"day": day, "title": title})
    settings.holidays_until = this_year + 1
    records.write(settings)


def forget() -> None:
    """Removes what was ever saved in the settings page."""
    frappe.db.delete("Singles", {"doctype": SETTINGS})
    frappe.db.delete("__Auth", {"doctype": SETTINGS})


def _days_off(settings: Document) -> frozenset[date]:
    """The holidays of ERPNext's list for the days that it covers, and the site's own for all others."""
    own = {getdate(row.day) for row in settings.holidays}
    name = (settings.holiday_list or "").strip() or holiday_lists.of_default_company()
    found = holiday_lists.find(name) if name else None
    return frozenset({day for day in own if not found.covers(day)} | found.days if found else own)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _time(value: object, default: time) -> time:
    return get_time(value) if value is not None else default
