"""Days of errors, hour by hour, by pattern and by user: rolled up from the ledger.

A day is counted anew from the ledger whenever rows of it arrive, so that it may be repeated at will. When the
ledger forgets a day, what was counted becomes `kept`, and what still arrives is added to that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

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
Group = tuple[str, str, int]


@dataclass
class Cell:
    """Errors of one pattern, of one user or of all on a day."""

    day: date
    pattern: str = ""
    user: str = ""
    hours: list[int] = field(default_factory=lambda: [0] * HOURS)
    who: list[set[str]] = field(default_factory=lambda: [set() for _hour in range(HOURS)])
    first_at: datetime = datetime.max
    last_at: datetime = datetime.min

    def add(self, user: str, hour: int, seen: Seen) -> None:
        self.who[hour].add(user)
        self.hours[hour] += seen.errors
        self.first_at, self.last_at = min(self.first_at, seen.first_at), max(self.last_at, seen.last_at)

    @property
    def name(self) -> str:
        return f"D{self.day:%Y%m%d}{self.pattern}{'@' * bool(self.user)}{self.user}"[:140]

    def values(self, kept: Kept) -> tuple:
        key = (self.name, "Day", self.day, self.pattern, self.user)
        hours = [old + new for old, new in zip(kept.hours, self.hours, strict=True)]
        users = max(kept.users, len(set().union(*self.who)))
        hourly = [max(old, len(new)) for old, new in zip(kept.hourly_users, self.who, strict=True)]
        counts = (sum(hours), users, _text(hours), _text(hourly))
        return (*key, *counts, self.first_at, self.last_at)


class Ever(dict[tuple[str, str], "Seen"]):
    """Who ever met a pattern: (pattern, user), with the first and the last time."""

    def add(self, groups: Mapping[Group, Seen]) -> None:
        for (pattern, user, _hour), seen in groups.items():
            known = self.setdefault((pattern, user or NOBODY), Seen(0, seen.first_at, seen.last_at))
            known.first_at = min(known.first_at, seen.first_at)
            known.last_at = max(known.last_at, seen.last_at)

    def rows(self) -> list[tuple]:
        key = ("Ever", None)
        return [
            (f"E{pattern}@{user}"[:140], *key, pattern, user, 0, 1, None, None, seen.first_at, seen.last_at)
            for (pattern, user), seen in self.items()
        ]


@dataclass(frozen=True)
class Kept:
    """What was counted of a day before the ledger forgot it."""

    users: int = 0
    hours: list[int] = field(default_factory=lambda: [0] * HOURS)
    hourly_users: list[int] = field(default_factory=lambda: [0] * HOURS)


@dataclass(slots=True)
class Seen:
    """So many errors, the first and the last of them when."""

    errors: int
    first_at: datetime
    last_at: datetime


class Tally:
    """What one process itself entered, by day: where the ledger has no other rows, it need not be read.

    A day of which a row was there already is spoilt: somebody else counts it too.
    """

    def __init__(self) -> None:
        self._groups: dict[date, dict[Group, Seen]] = {}
        self._spoilt: set[date] = set()

    def add(self, rows: Sequence[Row], patterns: Sequence[str], new: int) -> None:
        if new != len(rows):
            self._spoilt |= {row.creation.date() for row in rows}
            return
        for row, pattern in zip(rows, patterns, strict=True):
            moment = row.creation
            groups = self._groups.setdefault(moment.date(), {})
            key = (pattern, row.owner or "", moment.hour)
            if seen := groups.get(key):
                seen.errors += 1
                seen.first_at, seen.last_at = min(seen.first_at, moment), max(seen.last_at, moment)
            else:
                groups[key] = Seen(1, moment, moment)

    def of(self, day: date) -> Mapping[Group, Seen] | None:
        """Errors by pattern, user and hour of a day; None where the ledger has to be asked."""
        return None if day in self._spoilt else self._groups.get(day)


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


def _roll_up(day: date, tally: Tally | None = None) -> Mapping[Group, Seen]:
    known = tally.of(day) if tally else None
    if known is None or sum(seen.errors for seen in known.values()) != _entered(day):
        known = _groups(day)
    none, kept = Kept(), _kept(day)
    _write([cell.values(kept.get(cell.name, none)) for cell in _cells(day, known)])
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


def _cells(day: date, groups: Mapping[Group, Seen]) -> list[Cell]:
    cells: dict[tuple, Cell] = {}
    for (pattern, user, hour), seen in groups.items():
        user = user or NOBODY
        for key in ((day, pattern, ""), (day, "", ""), (day, "", user)):
            cell = cells.get(key) or cells.setdefault(key, Cell(*key))
            cell.add(user, hour, seen)
    return list(cells.values())


def _groups(day: date) -> dict[Group, Seen]:
    rows = frappe.db.sql(
        "select pattern, owner, hour(creation) at, count(*), cast(min(creation) as char), "
        f"cast(max(creation) as char) from `tab{LEDGER}` where creation >= %s and creation < %s "
        "group by pattern, owner, at",
        _period(day),
    )
    parsed = datetime.fromisoformat
    return {
        (pattern, user, hour): Seen(errors, parsed(first), parsed(last))
        for pattern, user, hour, errors, first, last in rows
    }


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
