"""Times that somebody typed, by the site's clock."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import NoReturn

from frappe import _
from frappe.utils import get_datetime

from verenigingen_maintenance.operations.refusals import TIME_OF_DAY, refuse
from verenigingen_maintenance.sources import clock

WITH_DATE = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d?:\d\d(:\d\d(\.\d+)?)?")
A_MINUTE, A_DAY, A_YEAR = timedelta(minutes=1), timedelta(days=1), timedelta(days=366)


def past_instant(text: str, now: datetime) -> datetime:
    """The instant of 2026-11-28 03:15, or of 03:15 when it was that last; one that is to come is for the
    caller to refuse. Raises frappe.ValidationError for what is no time, or over a year ago."""
    text = text.strip()
    is_time = bool(TIME_OF_DAY.fullmatch(text))
    if not (is_time or WITH_DATE.fullmatch(text)):
        _refuse(text)
    today = now.astimezone(clock.zone()).date()
    try:
        found = get_datetime(f"{today} {text}" if is_time else text)
        moment = clock.instant_before(found, now)
    except (ValueError, AttributeError, OverflowError):  # for Frappe the years 0 and 1 are none
        _refuse(text)
    if is_time and moment > now + A_MINUTE:
        return clock.instant_before(found - A_DAY, now)
    if moment < now - A_YEAR:
        refuse(_("{0} is over a year ago."), text)
    return moment


def _refuse(text: str) -> NoReturn:
    refuse(_("“{0}” is no time. Write it as 03:15, or 2026-11-28 03:15."), text)
