"""Maintenance Settings as the rules want them, and the Dutch holidays that fill them in."""

from __future__ import annotations

from datetime import date, time, timedelta

import frappe
import holidays
from frappe.model.document import Document
from frappe.utils import cint, get_time, getdate

from verenigingen_maintenance.core.calendar import BusinessCalendar, CalendarError
from verenigingen_maintenance.operations import records
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.sources import clock

SETTINGS = "Maintenance Settings"


def calendar() -> BusinessCalendar:
    """Business days and hours of this site. Raises frappe.ValidationError where they cannot be meant."""
    settings = frappe.get_cached_doc(SETTINGS)
    opens, closes = business_hours(settings)
    days = frozenset(getdate(row.day) for row in settings.holidays)
    try:
        return BusinessCalendar(clock.zone(), days, opens, closes)
    except CalendarError as error:
        refuse("{0}", error)


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


def _time(value: object, default: time) -> time:
    return get_time(value) if value is not None else default
