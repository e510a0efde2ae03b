"""What a figure of the association usually is: a range from its own history, and how far off today's is.

The level is the middle of the last two weeks and follows the trend from week to week. Weekdays add what they
usually differ by from the days around them. The width is what the figure of the last four weeks deviated from
all that (median absolute deviation), each day judged without its own help. A few odd days change none of it,
and a new level is usual after a week or so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

FEWEST_DAYS = 14
SPREAD_DAYS = 28
MOST_DAYS = 84
AROUND = 3
WEEKDAY_NEEDS = 2
WIDTH = 3.5
NORMAL = 1.4826
LEAST_SHARE = 0.01
LEAST = 1.0

Days = Mapping[date, float]


@dataclass(frozen=True)
class Usual:
    """What is expected of a day, and the usual deviation from it (never nought)."""

    expected: float
    deviation: float
    days: int

    @property
    def low(self) -> float:
        return self.expected - WIDTH * self.deviation

    @property
    def high(self) -> float:
        return self.expected + WIDTH * self.deviation

    def deviations(self, value: float) -> float:
        """How many usual deviations a value is off, without its sign."""
        return abs(value - self.expected) / self.deviation


def learning_until(history: Days, today: date) -> date | None:
    """The day from which there is enough history to judge; None where there is."""
    days = len(_recent(history, today))
    return today + timedelta(days=FEWEST_DAYS - days) if days < FEWEST_DAYS else None


def usual(history: Days, today: date) -> Usual:
    """What a day's figure usually is, from the figures of up to twelve weeks before it, one a day.

    Raises ValueError with less than two weeks of them.
    """
    days = _recent(history, today)
    if len(days) < FEWEST_DAYS:
        raise ValueError(f"{len(days)} days of history, and {FEWEST_DAYS} are needed")
    slope, latest = _slope(days), sorted(days)
    flat = {day: value + slope * (today - day).days for day, value in days.items()}
    apart = {day: value - _around(flat, day) for day, value in flat.items()}
    plain = {day: value - _weekday(apart, day) for day, value in flat.items()}
    expected = median(plain[day] for day in latest[-FEWEST_DAYS:]) + _weekday(apart, today)
    spread = NORMAL * median(_left_over(flat, apart, plain, day) for day in latest[-SPREAD_DAYS:])
    least = max(LEAST, LEAST_SHARE * abs(expected)) / WIDTH
    return Usual(expected, max(spread, least), len(days))


def _recent(history: Days, today: date) -> dict[date, float]:
    first = today - timedelta(days=MOST_DAYS)
    return {day: value for day, value in history.items() if first <= day < today}


def _around(days: Days, day: date, itself: bool = True) -> float:
    """The middle of the days around one, which are a week with it; its own figure where it stands alone."""
    near = (day + timedelta(days=each) for each in range(-AROUND, AROUND + 1) if each or itself)
    return median([days[each] for each in near if each in days] or [days[day]])


def _weekday(apart: Days, day: date, itself: bool = True) -> float:
    """What a weekday usually adds to the days around it; nothing before it was there often enough to say."""
    found = [
        value for each, value in apart.items() if each.weekday() == day.weekday() and (itself or each != day)
    ]
    return median(found) if len(found) >= WEEKDAY_NEEDS - (not itself) else 0.0


def _left_over(days: Days, apart: Days, plain: Days, day: date) -> float:
    """How far a day is from what the others let expect of it, without the sign."""
    return abs(days[day] - _around(plain, day, itself=False) - _weekday(apart, day, itself=False))


def _slope(days: Days) -> float:
    """The change a day: what a week usually changes. A new level changes it not, and weekdays neither."""
    week = timedelta(days=7)
    changes = [(value - days[day - week]) / week.days for day, value in days.items() if day - week in days]
    return median(changes) if changes else 0.0
