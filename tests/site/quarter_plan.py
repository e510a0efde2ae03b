"""The simulated quarter: thirteen whole ISO weeks before a moment, the thirteen before them, what is planted.

Plain data, without a site. Each week is the same in whatever year it lies. Times are naive, by the site's
clock. Week 1 is the first of the quarter, week 13 the last; 0 to -12 are of the quarter before, from 14 on it
is over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

WEEKS, BEFORE, PRESENT = 13, 13, 14
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = range(5)
OPERATOR, MANAGER = "operator@example.com", "manager@example.com"


@dataclass(frozen=True)
class Fact:
    """What was planted: in which week, what it is about, the words or the number that tell it."""

    week: int
    kind: str
    text: str = ""
    number: float | None = None


SEPA = "SepaBatchRefused"
RETURNED = "ExpenseClaimError"
HOTSPOT = "verenigingen: Member"
USUAL_ERRORS, REGRESSION = 50, 150
FACTS = (
    Fact(4, "missed run", "Thursday's daily run", 1),
    Fact(5, "downtime", "The web server did not answer: its disk was full", 3 * 3600),
    Fact(6, "level 3", "Backup incomplete: 2 of 4 files are missing"),
    Fact(7, "errors", "three times those of a usual week", REGRESSION),
    Fact(7, "new critical pattern", SEPA, 60),
    Fact(7, "api p95", "traffic.p95_time", 640.0),
    Fact(8, "resolved", SEPA),
    Fact(9, "api p95", "traffic.p95_time", 250.0),
    Fact(9, "planned downtime", "An index is added to Error Log", 3600),
    Fact(9, "change that helped", "Index on Error Log (creation, seen)", 250.0),
    Fact(10, "compliance lost", "access", 6.0),
    Fact(10, "training", "", 2),
    Fact(11, "came back", RETURNED, 12),
    Fact(11, "missed run", "Friday's daily run", 1),
    Fact(11, "change that hurt", "Keep more of the cache in memory", 340.0),
    Fact(12, "new power", "it@example.com got System Manager"),
    Fact(12, "compliance won", "access", 6.0),
    Fact(12, "flapping", "Cache hit rate", 5),
    Fact(13, "hotspot", HOTSPOT),
    Fact(13, "limit to be met", "storage.database", 150),
    Fact(13, "opportunity", "Keep Access Log for 90 days"),
    Fact(13, "overdue action", "Ask the bank for the mandates that are missing"),
    Fact(13, "false positives", "host_load", 8),
    Fact(13, "threshold too strict", "host_load", 4),
)


def fact(kind: str, week: int | None = None) -> Fact:
    """The one of a kind (and week). Raises ValueError unless there is exactly one."""
    (found,) = (each for each in FACTS if each.kind == kind and week in (None, each.week))
    return found


@dataclass(frozen=True)
class Plan:
    """The calendar of the quarter that is over at `now`; or that is over before the week of a day `after` it,
    and of the weeks since, in which nothing is planted."""

    now: datetime
    after: date | None = None

    @classmethod
    def of_calendar(cls, now: datetime) -> Plan:
        """The one whose weeks 2 to 13 lie in the last whole quarter of the calendar."""
        day = now.date()
        return cls(now, date(day.year, 3 * ((day.month - 1) // 3) + 1, 1))

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def begins(self) -> date:
        """The first day of week 1."""
        return self.monday(1)

    @property
    def first(self) -> date:
        """The first day of all: of the quarter before."""
        return self.monday(1 - BEFORE)

    @property
    def present(self) -> int:
        """The week of today: 14, or a later one."""
        return self.week_of(self.today)

    def monday(self, week: int) -> date:
        day = self.after or self.today
        return day - timedelta(days=day.weekday()) + timedelta(weeks=week - PRESENT)

    def day(self, week: int, weekday: int) -> date:
        return self.monday(week) + timedelta(days=weekday)

    def at(self, week: int, weekday: int, hour: int = 0, minute: int = 0) -> datetime:
        return datetime.combine(self.day(week, weekday), time(hour, minute))

    def label(self, week: int) -> str:
        """As reports name a week: 2026-W48."""
        year, number, _day = self.monday(week).isocalendar()
        return f"{year}-W{number:02}"

    def week_of(self, day: date) -> int:
        return (day - self.monday(0)).days // 7

    def days(self, first: date | None = None) -> Iterator[date]:
        """The days from the first one (of the quarter before) up to yesterday."""
        day = first or self.first
        while day < self.today:
            yield day
            day += timedelta(days=1)

    def random(self, what: str, number: int = 0) -> Random:
        """Its own chance for each thing, so that what is added to one changes no other."""
        return Random(f"{what} {number}")
