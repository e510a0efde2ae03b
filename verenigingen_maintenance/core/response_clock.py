"""How long somebody has to answer: one time in business hours, another outside them.

A clock that runs at two speeds. Each minute of business hours uses up one part of the time in hours, each
other minute one part of the time after hours; the deadline is where all is used up. So what opens a minute
before the doors close has hardly less time than what opens a minute later. Whatever was entered, it ends: a
deadline that cannot be told would keep what broke from being told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from .calendar import BusinessCalendar

LONGEST = timedelta(days=30)


@dataclass(frozen=True)
class ResponseTime:
    """The time to answer in business hours and outside them. Raises ValueError for a negative one."""

    in_hours: timedelta
    after_hours: timedelta

    def __post_init__(self) -> None:
        if min(self.in_hours, self.after_hours) < timedelta():
            raise ValueError("A response time is not negative: 0 minutes means “at once”.")

    def of(self, is_open: bool) -> timedelta:
        return self.in_hours if is_open else self.after_hours


def deadline(since: datetime, response: ResponseTime, calendar: BusinessCalendar) -> datetime:
    """The instant (UTC) at which the time that began `since` (aware) is used up; after `LONGEST` it is."""
    moment, left = since.astimezone(timezone.utc), 1.0
    latest = moment + LONGEST
    while moment < latest:
        whole, change = response.of(calendar.is_open(moment)), calendar.next_change(moment)
        ends = moment + min(whole * left, LONGEST)
        if ends <= change:
            return min(ends, latest)
        left -= (change - moment) / whole
        moment = change
    return latest
