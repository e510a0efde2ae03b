"""Whether a number of errors really changed, or only as chance would have it."""

from __future__ import annotations

import math
from dataclasses import dataclass

FEWEST_MORE = 10
SIGNIFICANT = 0.05
MOST_EXACT = 2_000
ALL_NEW = 100.0


@dataclass(frozen=True)
class Change:
    """Errors of one period against those of the one before, of equal length.

    `percent` is None where there were none before: that is "new", not infinitely more. `p` is the probability
    of so many more by chance.
    """

    before: int
    after: int
    percent: float | None
    p: float

    @property
    def is_rise(self) -> bool:
        """At least ten more, and not by chance (p < .05)."""
        return self.after - self.before >= FEWEST_MORE and self.p < SIGNIFICANT

    @property
    def rise(self) -> float:
        """By how many percent it really rose; 0 where it did not, 100 where there were none before."""
        if not self.is_rise:
            return 0.0
        return ALL_NEW if self.percent is None else self.percent


def change(before: int, after: int) -> Change:
    """Compares the counts of two periods of equal length."""
    percent = 100 * (after - before) / before if before else (None if after else 0.0)
    return Change(before, after, percent, more_by_chance(before, after))


def more_by_chance(before: int, after: int) -> float:
    """The probability that, at one rate throughout, the second of two counts is at least `after`.

    Given their sum, it is binomial with p = 1/2 (the conditional test of two Poisson rates): exact up to a
    sum of 2,000, by the normal approximation beyond.
    """
    total = before + after
    if total > MOST_EXACT:
        return math.erfc((after - 0.5 - total / 2) / math.sqrt(total / 2)) / 2
    return float(sum(math.comb(total, k) for k in range(after, total + 1)) / 2**total)


def poisson_tail(count: int, expected: float) -> float:
    """The probability of `count` or more where `expected` are expected."""
    if count <= 0:
        return 1.0
    if expected <= 0:
        return 0.0
    if expected > MOST_EXACT:
        return math.erfc((count - 0.5 - expected) / math.sqrt(2 * expected)) / 2
    fewer = math.fsum(math.exp(k * math.log(expected) - expected - math.lgamma(k + 1)) for k in range(count))
    return max(0.0, 1.0 - fewer)
