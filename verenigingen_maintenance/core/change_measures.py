"""Whether a change made it better: two sets of values of one thing, before and after.

Two medians always differ. A difference counts where it is large enough to be noticed, and where the values
of one side are mostly above those of the other (Cliff's delta).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from statistics import median

from .rollups import percentile

LEAST_CHANGE = 0.10
LEAST_DELTA = 0.33
WEEK = timedelta(days=7)
# How many values a side needs: a count is exact; the same query is timed alike; all else varies with the day.
NEEDED = {"count": 1, "query": 3, "path": 20, "metric": 24}


class Verdict(str, Enum):
    """What became of what was measured."""

    BETTER = "Better"
    SAME = "Same"
    WORSE = "Worse"
    NOT_ENOUGH = "Not Enough Data"


@dataclass(frozen=True)
class Compared:
    """The verdict on one thing; `percent` is how much its median changed, None where that has no meaning."""

    verdict: Verdict
    percent: float | None = None
    delta: float | None = None


def compare(
    before: Sequence[float], after: Sequence[float], kind: str, lower_is_better: bool = True
) -> Compared:
    """Judges values after against those before; `kind` says how many are needed (NEEDED)."""
    if min(len(before), len(after)) < NEEDED[kind]:
        return Compared(Verdict.NOT_ENOUGH)
    was, now, delta = median(before), median(after), _delta(before, after)
    percent = 100 * (now - was) / abs(was) if was else None
    is_large = now != was if percent is None else abs(percent) >= 100 * LEAST_CHANGE
    rounded = None if percent is None else round(percent, 1)
    if not is_large or abs(delta) < LEAST_DELTA:
        return Compared(Verdict.SAME, rounded, round(delta, 2))
    is_better = (now < was) == lower_is_better
    return Compared(Verdict.BETTER if is_better else Verdict.WORSE, rounded, round(delta, 2))


def _delta(before: Sequence[float], after: Sequence[float]) -> float:
    """How much more often a value after is above one before than below: -1 (always below) to 1."""
    ordered = sorted(before)
    above = sum(bisect_left(ordered, each) for each in after)
    below = sum(len(ordered) - bisect_right(ordered, each) for each in after)
    return (above - below) / (len(before) * len(after))


def overall(found: Sequence[Verdict]) -> Verdict:
    """Of several things: one that is worse decides, then one that is better; what was not measured does
    not."""
    for verdict in (Verdict.WORSE, Verdict.BETTER, Verdict.SAME):
        if verdict in found:
            return verdict
    return Verdict.NOT_ENOUGH


def figures(values: Sequence[float]) -> tuple[int, float | None, float | None]:
    """How many values, their median, and the value that 95 % are under."""
    if not values:
        return 0, None, None
    return len(values), round(median(values), 3), round(percentile(sorted(values), 95), 3)


def windows(
    applied: datetime, now: datetime, days: int
) -> tuple[tuple[datetime, datetime], tuple[datetime, datetime]]:
    """Two windows of one length over the same hours of the week: before and after a change was `applied`.

    The later one ends `days` after the change, or now; the earlier one is whole weeks before it.
    """
    ends = min(now, applied + timedelta(days=days))
    back = WEEK * -((applied - ends) // WEEK)  # rounded up
    back = max(back, WEEK)
    return (applied - back, ends - back), (applied, ends)
