"""What became of a forecast: how many of its days came as expected, and how far off it was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

WEEK = timedelta(days=7)
SLACK = 1e-8
LARGEST = 9e11  # about what a column keeps


@dataclass(frozen=True)
class Hindsight:
    """Of the days that came: how many lay within the intervals; the mean errors, None without any day.

    `naive_error` is that of “as in the week before”, of the same days. An error beyond LARGEST is LARGEST.
    """

    compared: int
    within_80: int
    within_95: int
    error: float | None
    naive_error: float | None


def hindsight(expected: Iterable[Mapping[str, Any]], came: Mapping[date, float]) -> Hindsight:
    """Compares days that were forecast with what came; `came` has the week before them too.

    A day is compared where it and that of the week before are known.
    """
    days = [(date.fromisoformat(each["day"]), each) for each in expected]
    known = [(day, each) for day, each in days if day in came and day - WEEK in came]
    errors = [abs(came[day] - each["expected"]) for day, each in known]
    naive = [abs(came[day] - came[day - WEEK]) for day, _each in known]
    return Hindsight(
        compared=len(known),
        within_80=sum(_within(each["within_80"], came[day]) for day, each in known),
        within_95=sum(_within(each["within_95"], came[day]) for day, each in known),
        error=_mean(errors),
        naive_error=_mean(naive),
    )


def _mean(errors: Sequence[float]) -> float | None:
    return min(sum(errors) / len(errors), LARGEST) if errors else None


def _within(ends: Sequence[float], value: float) -> bool:
    """Within what a database and a text keep of a number."""
    slack = SLACK * max(abs(value), 1.0)
    return ends[0] - slack <= value <= ends[1] + slack
