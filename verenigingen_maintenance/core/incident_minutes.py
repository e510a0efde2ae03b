"""Whether the minutes of a procedure held: when the rows of its run were answered, beside its task groups.

The clock runs from when somebody took command, because these are the minutes of working through it; how long
nobody did is the time to acknowledge. Minutes since the incident was opened stand beside. A time is that at
which a row was answered: who answers all at the end has worked earlier than is known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

NO_MINUTES = "no minutes given"
NO_RUN = "no run is linked: nobody answered its rows here"
MOST_NAMED = 10


@dataclass(frozen=True)
class Answer:
    """A row of the run: answered by a person or measured at an instant; None where it was not."""

    title: str
    group: str
    at: datetime | None


@dataclass(frozen=True)
class Window:
    """A task group and the minutes it may take, counted from the beginning; None where none are given."""

    group: str
    begins: int | None
    ends: int | None


def windows(groups: Iterable[tuple[str, int]]) -> list[Window]:
    """Groups follow one another: 5 and 25 minutes are 0 to 5, and 5 to 30."""
    found, passed = [], 0
    for title, minutes in groups:
        given = minutes > 0
        found.append(Window(title, passed, passed + minutes) if given else Window(title, None, None))
        passed += max(minutes, 0)
    return found


def held(
    groups: Iterable[tuple[str, int]], answers: Sequence[Answer], began: datetime, opened: datetime
) -> list[dict[str, Any]]:
    """Of each group: group, window (begins and ends in minutes), rows, answered, in_time, last (minutes from
    `began`), last_from_opened, held (None: not known), why, late (title and minutes)."""
    return [
        _of(window, [each for each in answers if each.group == window.group], began, opened)
        for window in windows(groups)
    ]


def _of(window: Window, answers: Sequence[Answer], began: datetime, opened: datetime) -> dict[str, Any]:
    taken = [(each.title, _minutes(began, each.at)) for each in answers if each.at]
    late = [] if window.ends is None else [each for each in taken if each[1] > window.ends]
    last = max((each.at for each in answers if each.at), default=None)
    is_held, why = _verdict(window, len(answers), len(taken), late)
    return {
        **{"group": window.group, "begins": window.begins, "ends": window.ends},
        **{"rows": len(answers), "answered": len(taken), "held": is_held, "why": why},
        "in_time": None if window.ends is None else len(taken) - len(late),
        "last": _minutes(began, last) if last else None,
        "last_from_opened": _minutes(opened, last) if last else None,
        "late": [{"title": title, "minutes": minutes} for title, minutes in late[:MOST_NAMED]],
    }


def _verdict(window: Window, rows: int, answered: int, late: Sequence[object]) -> tuple[bool | None, str]:
    if window.ends is None:
        return None, NO_MINUTES
    if late:
        return False, f"{len(late)} of {rows} rows were answered after minute {window.ends}"
    if not rows:
        return None, "the run has no rows of it"
    if answered < rows:
        return None, f"{rows - answered} of {rows} rows were never answered: when they were done is not known"
    return True, ""


def _minutes(begins: datetime, ends: datetime) -> float:
    """What was measured before somebody took command was there from minute nought on."""
    return max(round((ends - begins).total_seconds() / 60, 1), 0.0)
