"""How long people worked on a run, from when they answered its rows; beside what the procedure estimates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

BREAK = timedelta(minutes=15)
MOST_MINUTES = 1_440


@dataclass(frozen=True)
class Stamp:
    """Somebody answered a row, or decided on a finding, of a group of tasks."""

    who: str
    at: datetime
    group: str


def spent(stamps: Iterable[Stamp]) -> dict[str, timedelta]:
    """The time that was worked on each group: that between the stamps of one person, who need not be alone.

    The time between two stamps belongs to the later one's group. More than 15 minutes are a break, and count
    for nothing; nor does what was before a person's first stamp: it is not known. A group of which nothing is
    known, because all was saved at once, is not there.
    """
    by_person: dict[str, list[Stamp]] = defaultdict(list)
    for stamp in sorted(stamps, key=lambda each: each.at):
        by_person[stamp.who].append(stamp)
    found: dict[str, timedelta] = defaultdict(timedelta)
    for own in by_person.values():
        for former, later in pairwise(own):
            passed = later.at - former.at
            if passed <= BREAK:
                found[later.group] += passed
    return {group: time for group, time in found.items() if time}


def minutes_of(time: timedelta) -> int:
    """Whole minutes, rounded."""
    return round(time / timedelta(minutes=1))
