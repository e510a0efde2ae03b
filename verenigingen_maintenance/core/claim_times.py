"""Times in a foreign answer: when it says to be of, and the days its figures have for keys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from .encoding import walk

NAMES = frozenset(
    [
        "last_updated",
        "generated_at",
        "timestamp",
        "last_checked",
        "last_assessment",
        "assessment_date",
        "end_date",
    ]
)
OLDEST = timedelta(hours=6)
AHEAD = timedelta(minutes=5)
HOUR = timedelta(hours=1)
NEARLY = timedelta(minutes=2)
NEWEST_DAY = timedelta(days=1)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def doubt(text: object, now: datetime) -> str:
    """Why a time cannot be that of a fresh answer; empty where it can. Without a zone it is `now`'s."""
    moment = _moment(text, now)
    if moment is None:
        return f"“{str(text)[:40]}” is no time"
    age = now - moment
    off = abs(age)
    hours = round(off / HOUR)
    if hours and abs(off - hours * HOUR) < NEARLY:
        return f"its time is {hours} h {'behind' if age > timedelta() else 'ahead'}: it is of another clock"
    if age < -AHEAD:
        return f"its time is {_told(off)} in the future"
    return f"its data are {_told(age)} old" if age > OLDEST else ""


def times(answer: object) -> Iterator[tuple[tuple[str, ...], object]]:
    """Where an answer says of when it is: the mapping, and that text. Rows of lists have their own times."""
    for path, value in walk(answer):
        if path and path[-1] in NAMES and not any(key.isdigit() for key in path):
            yield path[:-1], value


def doubt_of_days(value: object, now: datetime) -> str:
    """Why figures by day are not those of now: the latest day is past, or to come."""
    latest = max(_days(value), default=None)
    if latest is None:
        return ""
    if latest > now.date():
        return f"it has figures of {latest}, which is to come"
    return f"its latest day is {latest}" if latest < now.date() - NEWEST_DAY else ""


def _days(value: object) -> Iterator[date]:
    """Days that are keys, or the date of a row."""
    for path, inner in walk(value):
        name = inner if path and path[-1] == "date" else (path[-1] if path else "")
        if isinstance(name, str) and _DAY.match(name) and (day := _day(name[:10])):
            yield day


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _moment(text: object, now: datetime) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00")) if isinstance(text, str) else None
    except ValueError:
        return None
    if moment and moment.tzinfo is None:
        moment = moment.replace(tzinfo=now.tzinfo)
    return moment


def _told(length: timedelta) -> str:
    minutes = round(length.total_seconds() / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.1f} h"


def concerns(where: tuple[str, ...], path: tuple[str, ...]) -> bool:
    """Whether a time that stands in one mapping is that of a part: one is in the other."""
    shorter = min(len(where), len(path))
    return where[:shorter] == path[:shorter]


def all_of(answer: Mapping[str, object], now: datetime) -> list[tuple[tuple[str, ...], str]]:
    """Each mapping whose time cannot be believed, and why."""
    found = [(where, doubt(text, now)) for where, text in times(answer)]
    return [(where, why) for where, why in found if why]
