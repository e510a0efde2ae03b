"""Business days and business hours of one place, in its own time zone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

_FURTHEST = 366


class CalendarError(ValueError):
    """A calendar or window that cannot be meant; the message says what to change."""


@dataclass(frozen=True)
class BusinessCalendar:
    """Monday to Friday, less the holidays, `opens` to `closes`, in `zone`."""

    zone: ZoneInfo
    holidays: frozenset[date] = frozenset()
    opens: time = time(9)
    closes: time = time(17)
    weekdays: frozenset[int] = field(default=frozenset(range(5)))

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise CalendarError(
                f"The business day ends at {self.closes:%H:%M}, before it begins at {self.opens:%H:%M}."
            )

    def is_business_day(self, day: date) -> bool:
        return day.weekday() in self.weekdays and day not in self.holidays

    def next_business_day(self, day: date) -> date:
        """The first business day on or after `day`. Raises CalendarError when a year holds none."""
        for ahead in range(_FURTHEST):
            if self.is_business_day(candidate := day + timedelta(days=ahead)):
                return candidate
        raise CalendarError(f"The calendar has no business day in the year after {day}. Check the holidays.")

    def is_open(self, moment: datetime) -> bool:
        """Whether an aware `moment` falls into business hours."""
        local = moment.astimezone(self.zone)
        return self.is_business_day(local.date()) and self.opens <= local.time() < self.closes

    def next_change(self, moment: datetime) -> datetime:
        """The first instant after an aware `moment` at which business hours begin or end."""
        local = moment.astimezone(self.zone)
        if self.is_open(moment):
            return at(local.date(), self.closes, self.zone)
        is_before = self.is_business_day(local.date()) and local.time() < self.opens
        day = local.date() if is_before else self.next_business_day(local.date() + timedelta(days=1))
        return at(day, self.opens, self.zone)


def at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The instant (UTC) a clock in `zone` shows `clock`; an hour that DST skips is the one after it."""
    return datetime.combine(day, clock, tzinfo=zone).astimezone(timezone.utc)
