"""The periods that reports are about: ISO weeks, months and quarters, each with the one before it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from .slots import Cadence

DAY, WEEK = timedelta(days=1), timedelta(days=7)
FIRST_YEAR = 2000
FORMS = {
    Cadence.WEEKLY: (re.compile(r"(\d{4})-W(\d{2})"), "2026-W47"),
    Cadence.MONTHLY: (re.compile(r"(\d{4})-(\d{2})"), "2026-10"),
    Cadence.QUARTERLY: (re.compile(r"(\d{4})-Q([1-4])"), "2026-Q3"),
}


class PeriodError(ValueError):
    """A period that cannot be meant; the message says what to write instead."""


@dataclass(frozen=True)
class Period:
    """Whole days by the site's clock, from `begins` until before `ends`."""

    cadence: Cadence
    label: str
    begins: date
    ends: date

    @property
    def days(self) -> int:
        return (self.ends - self.begins).days

    @property
    def last(self) -> date:
        return self.ends - DAY

    @property
    def before(self) -> Period:
        return period_with(self.cadence, self.begins - DAY)

    @property
    def mondays(self) -> list[date]:
        """Of each ISO week that has days of it."""
        return list(_mondays(self.begins, self.ends))

    def days_until(self, today: date) -> int:
        """How many of its days are over."""
        return min(max((today - self.begins).days, 0), self.days)


def period_with(cadence: Cadence, day: date) -> Period:
    """The period that a day lies in. Raises PeriodError for a cadence without reports."""
    if cadence is Cadence.WEEKLY:
        begins = day - timedelta(days=day.weekday())
        return Period(cadence, week_label(begins), begins, begins + WEEK)
    if cadence is Cadence.MONTHLY:
        begins = day.replace(day=1)
        return Period(cadence, f"{begins:%Y-%m}", begins, _first_of_month(begins, 1))
    if cadence is Cadence.QUARTERLY:
        begins = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
        quarter = f"{begins.year}-Q{(begins.month + 2) // 3}"
        return Period(cadence, quarter, begins, _first_of_month(begins, 3))
    raise PeriodError(f"There are no reports of the cadence {cadence.value}.")


def completed_before(cadence: Cadence, today: date) -> Period:
    """The last period that is over on a day."""
    return period_with(cadence, today).before


def quarters_until(period: Period, count: int) -> list[Period]:
    """The quarter in which a period ends, and those before it: so many, the earliest first."""
    found = [period_with(Cadence.QUARTERLY, period.last)]
    while len(found) < count:
        found.insert(0, found[0].before)
    return found


def parse(cadence: Cadence, label: str) -> Period:
    """The period of a label such as 2026-W47, 2026-10 or 2026-Q3. Raises PeriodError."""
    form, example = FORMS[cadence]
    found = form.fullmatch(label.strip().upper())
    if not found or int(found[1]) < FIRST_YEAR:
        raise PeriodError(
            f"“{label}” is no period of a {cadence.value.lower()} report: write one such as {example}."
        )
    try:
        return period_with(cadence, _day_in(cadence, int(found[1]), int(found[2])))
    except (ValueError, OverflowError):
        raise PeriodError(f"There is no “{label}” in the calendar: write one such as {example}.") from None


def week_label(monday: date) -> str:
    year, week, _day = monday.isocalendar()
    return f"{year}-W{week:02}"


def _day_in(cadence: Cadence, year: int, number: int) -> date:
    if cadence is Cadence.WEEKLY:
        return date.fromisocalendar(year, number, 1)
    return date(year, number if cadence is Cadence.MONTHLY else 3 * number, 1)


def _first_of_month(day: date, ahead: int) -> date:
    month = day.month - 1 + ahead
    return date(day.year + month // 12, month % 12 + 1, 1)


def _mondays(begins: date, ends: date) -> Iterator[date]:
    monday = begins - timedelta(days=begins.weekday())
    while monday < ends:
        yield monday
        monday += WEEK
