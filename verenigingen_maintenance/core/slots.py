"""Due slots: when each occurrence of a procedure is due, what it is called, and when it has lapsed.

A procedure has one slot in each of its periods: a business day, an ISO week, a month, a quarter. The slot's
window opens on its due day; the slot lapses when the period is over, and is then missed if no run was opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import Enum

from .calendar import BusinessCalendar, CalendarError, at

FURTHEST_AHEAD = timedelta(days=200)


class Cadence(str, Enum):
    """How often a procedure is due. An emergency is a trigger: it has no slots."""

    DAILY = "Daily"
    WEEKLY = "Weekly"
    MONTHLY = "Monthly"
    QUARTERLY = "Quarterly"
    EMERGENCY = "Emergency"


@dataclass(frozen=True)
class Schedule:
    """A cadence and its window, by the clock of the site.

    `weekday` (0 is Monday) and `nth` choose the due day: weekly the weekday, monthly and quarterly its nth
    in the (first) month. `agreed` are the days that people agreed on, by the slot's name: they come before
    the rule. Raises CalendarError for a window that ends before it begins.
    """

    cadence: Cadence
    starts: time
    ends: time
    weekday: int = 0
    nth: int = 1
    agreed: Mapping[str, date] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        if self.cadence is not Cadence.EMERGENCY and self.starts >= self.ends:
            raise CalendarError(
                f"The window ends at {self.ends:%H:%M}, before it begins at {self.starts:%H:%M}."
            )
        if not (0 <= self.weekday <= 6 and 1 <= self.nth <= 4):
            raise CalendarError("A due day is the first to fourth of a weekday in its month.")


@dataclass(frozen=True)
class Slot:
    """One due occurrence. All times are instants in UTC."""

    name: str
    opens_at: datetime
    due_from: datetime
    due_until: datetime
    lapses_at: datetime


def slots(schedule: Schedule, calendar: BusinessCalendar, first: date, last: date) -> Iterator[Slot]:
    """The slots of every period that touches `first` to `last`, oldest first."""
    if schedule.cadence is Cadence.EMERGENCY:
        return
    start = _period_start(schedule.cadence, first)
    while start <= last:
        following = _next_period(schedule.cadence, start)
        if due := schedule.agreed.get(_name(schedule.cadence, start)) or _due_day(schedule, calendar, start):
            yield _slot(schedule, calendar, start, due, following)
        start = following


def open_slot(schedule: Schedule, calendar: BusinessCalendar, now: datetime) -> Slot | None:
    """The slot that a run started at `now` belongs to: its due day has begun and it has not lapsed."""
    today = now.astimezone(calendar.zone).date()
    candidates = slots(schedule, calendar, today - timedelta(days=7), today)
    return next((slot for slot in candidates if slot.opens_at <= now < slot.lapses_at), None)


def next_slot(schedule: Schedule, calendar: BusinessCalendar, now: datetime) -> Slot | None:
    """The slot whose window begins next after `now`."""
    today = now.astimezone(calendar.zone).date()
    ahead = slots(schedule, calendar, today - timedelta(days=7), today + FURTHEST_AHEAD)
    return next((slot for slot in ahead if slot.due_from > now), None)


def default_day(schedule: Schedule, calendar: BusinessCalendar, slot: str) -> date | None:
    """The day on which a slot is due where nobody agreed on another; None for a name that is no slot."""
    start = _start_of(schedule.cadence, slot)
    return _due_day(schedule, calendar, start) if start else None


def is_within(schedule: Schedule, slot: str, day: date) -> bool:
    """Whether a day is in the period of a slot."""
    return _name(schedule.cadence, _period_start(schedule.cadence, day)) == slot


def _start_of(cadence: Cadence, slot: str) -> date | None:
    """The first day of a quarter's slot, such as QUARTERLY-2026-Q1. Only these have days to agree on."""
    found = re.fullmatch(r"QUARTERLY-(\d{4})-Q([1-4])", slot)
    if cadence is not Cadence.QUARTERLY or not found:
        return None
    return date(int(found[1]), 3 * int(found[2]) - 2, 1)


def lapsed_slots(
    schedule: Schedule, calendar: BusinessCalendar, since: datetime, now: datetime
) -> Iterator[Slot]:
    """The slots whose window began after `since` and that have lapsed by `now`."""
    first, last = (moment.astimezone(calendar.zone).date() for moment in (since, now))
    for slot in slots(schedule, calendar, first, last):
        if slot.due_from >= since and slot.lapses_at <= now:
            yield slot


def _slot(schedule: Schedule, calendar: BusinessCalendar, start: date, due: date, following: date) -> Slot:
    zone = calendar.zone
    return Slot(
        name=_name(schedule.cadence, start),
        opens_at=at(due, time(), zone),
        due_from=at(due, schedule.starts, zone),
        due_until=at(due, schedule.ends, zone),
        lapses_at=at(max(following, due + timedelta(days=1)), time(), zone),
    )


def _period_start(cadence: Cadence, day: date) -> date:
    if cadence is Cadence.WEEKLY:
        return day - timedelta(days=day.weekday())
    if cadence is Cadence.MONTHLY:
        return day.replace(day=1)
    if cadence is Cadence.QUARTERLY:
        return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    return day


def _next_period(cadence: Cadence, start: date) -> date:
    """Steps far enough to land in the next period, then back to its first day."""
    step = {Cadence.DAILY: 1, Cadence.WEEKLY: 7, Cadence.MONTHLY: 31, Cadence.QUARTERLY: 93}[cadence]
    return _period_start(cadence, start + timedelta(days=step))


def _due_day(schedule: Schedule, calendar: BusinessCalendar, start: date) -> date | None:
    if schedule.cadence is Cadence.DAILY:
        return start if calendar.is_business_day(start) else None
    first = start + timedelta(days=(schedule.weekday - start.weekday()) % 7)
    weeks = schedule.nth - 1 if schedule.cadence is not Cadence.WEEKLY else 0
    return calendar.next_business_day(first + timedelta(weeks=weeks))


def _name(cadence: Cadence, start: date) -> str:
    year, week, _ = start.isocalendar()
    label = {
        Cadence.DAILY: f"{start:%Y-%m-%d}",
        Cadence.WEEKLY: f"{year}-W{week:02}",
        Cadence.MONTHLY: f"{start:%Y-%m}",
        Cadence.QUARTERLY: f"{start.year}-Q{(start.month + 2) // 3}",
    }[cadence]
    return f"{cadence.value.upper()}-{label}"
