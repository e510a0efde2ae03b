"""Which metrics became better or worse from one period to the next."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from .wording import number

NOTEWORTHY = 5.0


@dataclass(frozen=True)
class Mean:
    """A metric's mean of a period and of the one before; None where there are no samples."""

    title: str
    unit: str
    now: float | None
    before: float | None
    higher_is_worse: bool

    @property
    def change(self) -> float | None:
        """In percent, which is endless from nought; None where there is nothing to compare with."""
        if self.now is None or self.before is None:
            return None
        moved = self.now - self.before
        if not self.before:
            return math.copysign(math.inf, moved) if moved else 0.0
        return 100 * moved / abs(self.before)


def improvements(means: Sequence[Mean], period: str) -> list[str]:
    """What became better, then worse, each the most changed first; what is not known at the end."""
    compared = [(each, change) for each in means if (change := each.change) is not None]
    moved = [(each, change) for each, change in compared if abs(change) >= NOTEWORTHY]
    ranked = sorted(moved, key=lambda pair: (not _is_better(*pair), -abs(pair[1])))
    told = [_told(each, change, period) for each, change in ranked]
    unknown = [each.title for each in means if each.change is None]
    steady = [each.title for each, change in compared if abs(change) < NOTEWORTHY]
    more = [f"About the same as in the {period} before: {', '.join(steady)}"] if steady else []
    not_known = [f"Nothing to compare with in the {period} before: {', '.join(unknown)}"] if unknown else []
    return [*told, *more, *not_known]


def _is_better(mean: Mean, change: float) -> bool:
    return (change < 0) is mean.higher_is_worse


def _told(mean: Mean, change: float, period: str) -> str:
    word = "Better" if _is_better(mean, change) else "Worse"
    figures = f"{number(mean.now)} {mean.unit} on average, {number(mean.before)} in the {period} before"
    percent = f" ({change:+.0f} %)" if math.isfinite(change) else ""
    return f"{word}: {mean.title} {figures}{percent}"
