"""Facts about the errors of some days, read from their counts; Error Log is not read."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta

import frappe

from verenigingen_maintenance.core.error_facts import Facts, PatternFacts
from verenigingen_maintenance.sources import clock, error_patterns
from verenigingen_maintenance.sources.error_patterns import COUNT, hours_of

LONGEST = 400
GUEST = "Guest"


def facts(days: int, now: datetime) -> Facts:
    """The errors of the `days` days (1 to 400) before `now`, from a full hour on; that of `now` counts whole.

    Raises ValueError for another number.
    """
    if not 1 <= days <= LONGEST:
        raise ValueError(f"The days must be from 1 to {LONGEST}: {days} is not.")
    end = clock.stored(now)
    begin = (end - timedelta(days=days)).replace(minute=0, second=0, microsecond=0)
    by_user = _by_user(begin.date(), (end - datetime.resolution).date())
    users = by_user, _groups(list(by_user))
    since = error_patterns.counted_since() or end
    return Facts(days, begin, end, _by_day(begin, end), _patterns(begin, end), *users, since)


def weeks(now: datetime) -> list[tuple[date, int]] | None:
    """Mondays and errors of the last two complete ISO weeks; None where they were not counted as a whole."""
    today = clock.stored(now).date()
    monday = today - timedelta(days=today.weekday())
    begins = [monday - timedelta(days=14), monday - timedelta(days=7)]
    since = error_patterns.counted_since()
    if since is None or since > datetime.combine(begins[0], time.min):
        return None
    return [(begin, _errors(begin, begin + timedelta(days=7))) for begin in begins]


def _errors(begin: date, end: date) -> int:
    rows = frappe.db.sql(
        f"select sum(errors) from `tab{COUNT}` where span = 'Day' and day >= %s and day < %s "
        "and pattern = '' and user = ''",
        (begin, end),
    )
    return int(rows[0][0] or 0)


def _by_day(begin: datetime, end: datetime) -> dict[date, list[int]]:
    days = (begin.date() + timedelta(days=each) for each in range((end.date() - begin.date()).days + 1))
    rows = frappe.db.sql(
        f"select day, hours from `tab{COUNT}` where name in %s and hours is not null order by day",
        ([f"D{day:%Y%m%d}" for day in days],),
    )
    return {day: _within(begin, end, day, hours) for day, hours in rows}


def _within(begin: datetime, end: datetime, day: date, text: str | None) -> list[int]:
    """The hours of a day; those before the period begins, or that begin when it is over, are 0."""
    hours = hours_of(text)
    if day not in (begin.date(), end.date()):
        return hours
    begins = (datetime.combine(day, time(hour)) for hour in range(len(hours)))
    return [errors if begin <= at < end else 0 for at, errors in zip(begins, hours, strict=True)]


def _patterns(begin: datetime, end: datetime) -> tuple[PatternFacts, ...]:
    errors = _by_pattern(begin, end)
    known = error_patterns.patterns()
    return tuple(
        PatternFacts(**vars(known[name]), errors=count)
        for name, count in errors.items()
        if count and name in known
    )


def _by_pattern(begin: datetime, end: datetime) -> Counter[str]:
    """Errors by the pattern that goes on for theirs."""
    first, last = begin.date(), end.date()
    whole = frappe.db.sql(
        f"select pattern, sum(errors) from `tab{COUNT}` where span = 'Day' and day > %s and day < %s "
        "and user = '' and pattern != '' group by pattern",
        (first, last),
    )
    in_part = frappe.db.sql(
        f"select pattern, day, hours from `tab{COUNT}` where span = 'Day' and day in %s and user = '' "
        "and pattern != ''",
        ((first, last),),
    )
    survivors, found = error_patterns.survivors(), Counter[str]()
    for pattern, errors in whole:
        found[survivors.survivor(pattern)] += int(errors)
    for pattern, day, hours in in_part:
        found[survivors.survivor(pattern)] += sum(_within(begin, end, day, hours))
    return found


def _by_user(first: date, last: date) -> dict[str, int]:
    rows = frappe.db.sql(
        f"select user, sum(errors) from `tab{COUNT}` where span = 'Day' and day >= %s and day <= %s "
        "and pattern = '' and user != '' group by user",
        (first, last),
    )
    return {user: int(errors) for user, errors in rows}


def _groups(users: list[str]) -> dict[str, str]:
    """What each user is: Guest, the role profile, or the user type."""
    if not users:
        return {}
    fields = ["name", "user_type", "role_profile_name"]
    rows = frappe.get_all("User", filters={"name": ("in", users)}, fields=fields)
    kinds = {row.name: row.role_profile_name or row.user_type for row in rows}
    return {user: GUEST if user == GUEST else kinds.get(user, "Unknown") for user in users}
