"""Many values of a series as a few: what an hour or a day keeps of its samples."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

PERCENTILE = 95


@dataclass(frozen=True)
class Summary:
    """How many values there were, and how they lie; `p95` is the smallest that 95 % do not exceed."""

    samples: int
    minimum: float
    median: float
    p95: float
    maximum: float
    total: float

    @property
    def mean(self) -> float:
        return self.total / self.samples


def summarised(values: Iterable[float]) -> Summary | None:
    """The summary of some values; None of none: a gap stays a gap."""
    ordered = sorted(values)
    if not ordered:
        return None
    return Summary(
        len(ordered),
        ordered[0],
        median(ordered),
        percentile(ordered, PERCENTILE),
        ordered[-1],
        math.fsum(ordered),
    )


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile of values in ascending order: one of them, none that was never measured."""
    return ordered[max(math.ceil(len(ordered) * percent / 100), 1) - 1]
