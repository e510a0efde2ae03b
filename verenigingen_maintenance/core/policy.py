"""The rules an escalation runs by, as they were when it opened: levels, their times, business hours.

It is copied into the escalation, so that a change of the settings changes no clock that runs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from .calendar import BusinessCalendar
from .response_clock import ResponseTime, deadline


@dataclass(frozen=True)
class PolicyLevel:
    """A level: how long its people have before the next one is told (minutes, the grace included)."""

    name: str
    level: int
    title: str
    in_hours: int
    after_hours: int

    @property
    def response(self) -> ResponseTime:
        return ResponseTime(timedelta(minutes=self.in_hours), timedelta(minutes=self.after_hours))


@dataclass(frozen=True)
class Policy:
    """Levels, lowest first; business hours; minutes between reminders (0: none).

    `drill_minutes` is set for a drill: each level then has so many, at any hour, and `last_level` ends it.
    """

    levels: tuple[PolicyLevel, ...]
    calendar: BusinessCalendar
    remind_minutes: int = 0
    drill_minutes: int = 0
    last_level: int = 0

    def level(self, name: str) -> PolicyLevel | None:
        return next((each for each in self.levels if each.name == name), None)

    def at_least(self, level: int) -> PolicyLevel | None:
        """The lowest level that is not below `level`; the highest where none is."""
        above = [each for each in self.levels if each.level >= level]
        return above[0] if above else (self.levels[-1] if self.levels else None)

    def next_above(self, name: str) -> PolicyLevel | None:
        """The level after one; None after the last, and after one that is not there."""
        present = self.level(name)
        above = [each for each in self.levels if present and each.level > present.level]
        if self.drill_minutes and self.last_level:
            above = [each for each in above if each.level <= self.last_level]
        return above[0] if above else None

    def ends(self, name: str, since: datetime) -> datetime | None:
        """When the time of a level is over that was told at `since`; None where none comes after it."""
        present = self.level(name)
        if present is None or (self.next_above(name) is None and not self.drill_minutes):
            return None
        if self.drill_minutes:
            return since.astimezone(timezone.utc) + timedelta(minutes=self.drill_minutes)
        return deadline(since, present.response, self.calendar)

    def as_json(self) -> str:
        """Holidays as days, times as the clock shows them."""
        calendar = self.calendar
        hours = {
            "zone": str(calendar.zone),
            "opens": calendar.opens.isoformat(),
            "closes": calendar.closes.isoformat(),
            "holidays": sorted(day.isoformat() for day in calendar.holidays),
        }
        levels = [vars(each) for each in self.levels]
        rest = {"remind_minutes": self.remind_minutes, "drill_minutes": self.drill_minutes}
        return json.dumps({"levels": levels, "hours": hours, **rest, "last_level": self.last_level}, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Policy:
        data = json.loads(text)
        hours = data["hours"]
        calendar = BusinessCalendar(
            ZoneInfo(hours["zone"]),
            frozenset(date.fromisoformat(day) for day in hours["holidays"]),
            time.fromisoformat(hours["opens"]),
            time.fromisoformat(hours["closes"]),
        )
        levels = in_order(PolicyLevel(**each) for each in data["levels"])
        return cls(levels, calendar, data["remind_minutes"], data["drill_minutes"], data["last_level"])


def in_order(levels: Iterable[PolicyLevel]) -> tuple[PolicyLevel, ...]:
    return tuple(sorted(levels, key=lambda each: each.level))
