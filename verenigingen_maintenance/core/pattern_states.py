"""The state of an error pattern: from what was counted and what a person decided."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean, pvariance

NEW, ONGOING, ESCALATING = "New", "Ongoing", "Escalating"
RESOLVED, REGRESSED, IGNORED = "Resolved", "Regressed", "Ignored"
DECIDED = (RESOLVED, REGRESSED, IGNORED)
SETTLED = (RESOLVED, IGNORED)
NEW_FOR = timedelta(days=1)
HISTORY_DAYS = 7
FEW = 5


@dataclass(frozen=True)
class Standing:
    """What is known of a pattern; times are of one clock. `ceiling` is None without seven days of history."""

    state: str
    first_seen: datetime
    last_seen: datetime
    total: int
    last_24_hours: int
    ceiling: float | None = None
    resolved_at: datetime | None = None
    ignored_until: datetime | None = None
    ignored_to_total: int | None = None


def state_of(pattern: Standing, now: datetime) -> str:
    """The state it has now. What a person resolved comes back as Regressed with its next error, and what is
    ignored when its time or its number is over."""
    if pattern.state == IGNORED and not _is_over(pattern, now):
        return IGNORED
    if pattern.state in (RESOLVED, REGRESSED) and pattern.resolved_at:
        return REGRESSED if pattern.last_seen > pattern.resolved_at else RESOLVED
    if now - pattern.first_seen < NEW_FOR:
        return NEW
    is_above = pattern.ceiling is not None and pattern.last_24_hours > pattern.ceiling
    return ESCALATING if is_above else ONGOING


def _is_over(pattern: Standing, now: datetime) -> bool:
    """An Ignored without an end lasts."""
    until, total = pattern.ignored_until, pattern.ignored_to_total
    return bool((until and now >= until) or (total and pattern.total >= total))


def ceiling(days: Sequence[int]) -> float | None:
    """More in 24 hours than this is escalating: from the counts of the seven days before, quiet ones as 0.

    Three standard deviations above their mean, taken as at least those of a Poisson process, and never under
    five errors. None where the days are not seven: there is no history to compare with.
    """
    if len(days) != HISTORY_DAYS:
        return None
    mean = fmean(days)
    return max(FEW, mean + 3 * math.sqrt(max(pvariance(days), mean)))
