"""Days of errors, hour by hour, by pattern and by user: rolled up from the ledger.

A day is counted anew from the ledger whenever rows of it arrive, so that it may be repeated at will. When the
ledger forgets a day, what was counted becomes `kept`, and what still arrives is added to that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_

import frappe

from verenigingen_maintenance.operations import error_patterns, error_states
from verenigingen_maintenance.operations.transactions import commit, lock
from verenigingen_maintenance.sources import clock
from verenigingen_maintenance.sources.error_patterns import COUNT, LEDGER, hours_of
from verenigingen_maintenance.sources.error_rows import Row

FIELDS = (
    "name",
    "span",
    "day",
    "pattern",
    "user",
    "errors",
    "users",
    "hours",
    "hourly_users",
    "first_at",
    "last_at",
)
AT_ONCE = 1_000
PATIENCE = 60
HOURS = 24
NOBODY = "(nobody)"


@dataclass
class Cell:
    """Errors of one pattern, of one user or of all on a day: how many in each hour, whose, and when."""

    day: date
    pattern: str = ""
    user: str = ""
    hours: list[int] = field(default_factory=lambda: [0] * HOURS)
    who: list[int] = field(default_factory=lambda: [0] * HOURS)  # the users of each hour, a bit for each
    first_at: datetime = datetime.max
    last_at: datetime = datetime.min

    def add(self, who: int, hour: int, errors: int, first_at: datetime, last_at: datetime) -> None:
        self.hours[hour] += errors
        self.who[hour] |= who
        if first_at < self.first_at:
            self.first_at = first_at
        if last_at > self.last_at:
            self.last_at = last_at

    @property
    def name(self) -> str:
        return f"D{self.day:%Y%m%d}{self.pattern}{'@' * bool(self.user)}{self.user}"[:140]

    def values(self, kept: Kept) -> tuple:
        key = (self.name, "Day", self.day, self.pattern, self.user)
        hours = [old + new for old, new in zip(kept.hours, self.hours, strict=True)]
        users = max(kept.users, reduce(or_, self.who).bit_count())
        hourly = [max(old, new.bit_count()) for old, new in zip(kept.hourly_users, self.who, strict=True)]
        counts = (sum(hours), users, _text(hours), _text(hourly))
        return (*key, *counts, self.first_at, self.last_at)


class Day(dict[tuple[str, str], Cell]):
    """The cells of a day by pattern and user: of each pattern and of each user."""

    def __init__(self, day: date) -> None:
        self.day = day
        self.bits: dict[str, int] = {}
        self.ever: dict[tuple[str, str], tuple[datetime, datetime]] = {}

    def __missing__(self, key: tuple[str, str]) -> Cell:
        cell = self[key] = Cell(self.day, *key)
        return cell

    def add(
        self, pattern: str, user: str | None, hour: int, errors: int, first_at: datetime, last_at: datetime
    ) -> None:
        user = user or NOBODY
        who = self.bits.get(user) or self.bits.setdefault(user, 1 << len(self.bits))
        self[pattern, ""].add(who, hour, errors, first_at, last_at)
        self["", user].add(who, hour, errors, first_at, last_at)
        known = self.ever.get((pattern, user), (first_at, last_at))
        self.ever[pattern, user] = min(known[0], first_at), max(known[1], last_at)

    @property
    def errors(self) -> int:
        return sum(sum(cell.hours) for cell in self.values() if cell.user)

    def cells(self) -> list[Cell]:
        """Those, and the one of all: what its users come to."""
        users = [cell for cell in self.values() if cell.user]
        if not users:
            return []
        of_all = Cell(self.day, first_at=min(each.first_at for each in users))
        of_all.last_at = max(each.last_at for each in users)
        of_all.hours = [sum(hours) for hours in zip(*(each.hours for each in users), strict=True)]
        of_all.who = [reduce(or_, who) for who in zip(*(each.who for each in users), strict=True)]
        return [of_all, *self.values()]


class Ever(dict[tuple[str, str], tuple[datetime, datetime]]):
    """Who ever met a pattern: (pattern, user), with the first and the last time."""

    def add(self, day: Day) -> None:
        for key, (first, last) in day.ever.items():
            known = self.get(key, (first, last))
            self[key] = min(known[0], first), max(known[1], last)

    def rows(self) -> list[tuple]:
        return [
            (f"E{pattern}@{user}"[:140], "Ever", None, pattern, user, 0, 1, None, None, first, last)
            for (pattern, user), (first, last) in self.items()
        ]


@dataclass(frozen=True)
class Kept:
    """What was counted of a day before the ledger forgot it."""

    users: int = 0
    hours: list[int] = field(default_factory=lambda: [0] * HOURS)
    hourly_users: list[int] = field(default_factory=lambda: [0] * HOURS)


class Tally:
    """What one process itself entered, by day: where the ledger has no other rows, it need not be read.

    A day of which a row was there already is spoilt: somebody else counts it too.
    """

    def __init__(self) -> None:
        self._days: dict[date, Day] = {}
        self._spoilt: set[date] = set()

    def add(self, rows: Sequence[Row], patterns: Sequence[str], new: int) -> None:
        if new != len(rows):
            self._spoilt |= {row.creation.date() for row in rows}
            return
        for row, pattern in zip(rows, patterns, strict=True):
            moment = row.creation
            day = moment.date()
            if day not in self._days:
                self._days[day] = Day(day)
            self._days[day].add(pattern, row.owner, moment.hour, 1, moment, moment)

    def of(self, day: date) -> Day | None:
        """What was entered of a day; None where the ledger has to be asked."""
        return None if day in self._spoilt else self._days.get(day)


def mark_stale(days: Iterable[date]) -> tuple[str, list]:
    """The statement, for the transaction that enters rows, by which their days are to be counted anew."""
    values = [(Cell(day).name, "Day", day, "", "", 1) for day in sorted(days)]
    marks = ", ".join(["%s"] * len(values))
    return (
        f"insert into `tab{COUNT}` (name, span, day, pattern, user, stale) values {marks} "
        "on duplicate key update stale = stale + 1"
    ), values


def roll_up_stale(tally: Tally) -> None:
    """Count anew every day of which rows arrived, also those that another connection entered just now."""
    commit()
    stale = frappe.get_all(COUNT, filters={"stale": (">", 0)}, pluck="day", order_by="day")
    roll_up(stale, tally)


def roll_up(days: Iterable[date], tally: Tally | None = None) -> None:
    """Count days anew, and renew their patterns. What arrives meanwhile leaves its day stale."""
    marks, ever = {}, Ever()
    for day in days:
        with lock(f"error counts {day}", PATIENCE) as mine:
            if mine:
                commit()
                marks[day] = frappe.db.get_value(COUNT, Cell(day).name, "stale") or 0
                ever.add(_roll_up(day, tally))
                commit()
    _write(ever.rows())
    patterns = {pattern for pattern, _user in ever}
    error_states.renew_states(error_patterns.renew(patterns), clock.now())
    for day, mark in marks.items():
        frappe.db.sql(
            f"update `tab{COUNT}` set stale = 0 where name = %s and stale = %s", (Cell(day).name, mark)
        )
    commit()


def _roll_up(day: date, tally: Tally | None = None) -> Day:
    known = tally.of(day) if tally else None
    if known is None or known.errors != _entered(day):
        known = _day(day)
    none, kept = Kept(), _kept(day)
    _write([cell.values(kept.get(cell.name, none)) for cell in known.cells()])
    return known


def days_before(day: date) -> list[date]:
    """The days before `day` of which the ledger has rows, and none of a log that was written since."""
    return frappe.db.sql(
        f"select date(creation) at from `tab{LEDGER}` where creation < %s group by at "
        "having max(modified) < %s order by at",
        (day, day),
        pluck=True,
    )


def close(day: date) -> None:
    """Drop the ledger's rows of a day in one transaction: what was counted stays, and is added to later."""
    roll_up([day])
    with lock(f"error counts {day}", PATIENCE) as mine:
        if not mine:
            return
        commit()
        _roll_up(day)
        frappe.db.sql(
            f"update `tab{COUNT}` set kept = errors, kept_users = users, kept_hours = hours where day = %s",
            day,
        )
        frappe.db.sql(f"delete from `tab{LEDGER}` where creation >= %s and creation < %s", _period(day))
        commit()


def forget_days(before: str) -> None:
    """Drop the days before a date. How many errors of a pattern they had, and since when, stays known."""
    frappe.db.sql(
        f"insert into `tab{COUNT}` (name, span, pattern, user, errors, first_at, last_at) "
        f"select concat('E', pattern), 'Ever', pattern, '', sum(errors), min(first_at), max(last_at) "
        f"from `tab{COUNT}` where span = 'Day' and user = '' and pattern != '' and day < %s group by pattern "
        "on duplicate key update errors = errors + values(errors), "
        "first_at = least(first_at, values(first_at)), last_at = greatest(last_at, values(last_at))",
        before,
    )
    frappe.db.sql(f"delete from `tab{COUNT}` where span = 'Day' and day < %s", before)
    frappe.db.sql(f"delete from `tab{COUNT}` where span = 'Ever' and user != '' and last_at < %s", before)


def _period(day: date) -> tuple[datetime, datetime]:
    begin = datetime.combine(day, time.min)
    return begin, begin + timedelta(days=1)


def _kept(day: date) -> dict[str, Kept]:
    """What was counted before the day was closed; the users of its hours stay where they are."""
    rows = frappe.db.sql(
        f"select name, kept_users, kept_hours, hourly_users from `tab{COUNT}` "
        "where span = 'Day' and day = %s and kept > 0",
        day,
    )
    return {name: Kept(users, hours_of(hours), hours_of(hourly)) for name, users, hours, hourly in rows}


def _entered(day: date) -> int:
    period = _period(day)
    return frappe.db.sql(
        f"select count(*) from `tab{LEDGER}` where creation >= %s and creation < %s", period
    )[0][0]


def _day(day: date) -> Day:
    rows = frappe.db.sql(
        "select pattern, owner, hour(creation) at, count(*), cast(min(creation) as char), "
        f"cast(max(creation) as char) from `tab{LEDGER}` where creation >= %s and creation < %s "
        "group by pattern, owner, at",
        _period(day),
    )
    found, parsed = Day(day), datetime.fromisoformat
    for pattern, user, hour, errors, first, last in rows:
        found.add(pattern, user, hour, errors, parsed(first), parsed(last))
    return found


def _write(rows: Iterable[tuple]) -> None:
    """In the order of their names, so that two processes cannot lock one another out."""
    values = sorted(rows)
    for first in range(0, len(values), AT_ONCE):
        some = values[first : first + AT_ONCE]
        frappe.db.sql(
            f"insert into `tab{COUNT}` ({', '.join(FIELDS)}) values {', '.join(['%s'] * len(some))} "
            "on duplicate key update errors = values(errors), users = values(users), hours = values(hours), "
            "hourly_users = values(hourly_users), "
            "first_at = least(ifnull(first_at, values(first_at)), values(first_at)), "
            "last_at = greatest(ifnull(last_at, values(last_at)), values(last_at))",
            some,
        )


def _text(numbers: list[int]) -> str:
    return " ".join(map(str, numbers))
