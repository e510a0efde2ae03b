"""Clusters in time: hours in which a pattern had more errors than it has at that hour otherwise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from .rates import poisson_tail

FEWEST = 5
TIMES = 3
LEAST_LEVEL = 0.5
BY_CHANCE = 1e-4
FULL_PROFILE_DAYS = 7


@dataclass(frozen=True)
class Burst:
    """An hour of a pattern, its errors, and how many are usual at that hour."""

    pattern: str
    begins: datetime
    errors: int
    usual: float


def bursts(
    hours: Mapping[tuple[str, datetime], int],
    profiles: Mapping[str, Mapping[int, int]],
    days: int,
) -> list[Burst]:
    """The hours, (pattern, begin): errors, that are far above their pattern's own level; the worst first.

    `profiles` has each pattern's errors by hour of the day (0-23), summed over the `days` before. An hour's
    level is its own mean; where there is less than a week of history, the mean of all hours. A burst has
    five errors or more, three times its level, and would come by chance once in ten thousand hours.
    """
    found = [
        Burst(pattern, begins, errors, level(profiles.get(pattern, {}), begins.hour, days))
        for (pattern, begins), errors in hours.items()
    ]
    return sorted(filter(_is_burst, found), key=lambda burst: (-burst.errors, burst.begins, burst.pattern))


def level(profile: Mapping[int, int], hour: int, days: int) -> float:
    """How many errors are usual at an hour of the day."""
    if days <= 0:
        return 0.0
    own = profile.get(hour, 0) / days
    return own if days >= FULL_PROFILE_DAYS else sum(profile.values()) / (24 * days)


def _is_burst(burst: Burst) -> bool:
    usual = max(burst.usual, LEAST_LEVEL)
    is_much = burst.errors >= FEWEST and burst.errors >= TIMES * usual
    return is_much and poisson_tail(burst.errors, usual) < BY_CHANCE


def profiles(rows: Iterable[tuple[str, int, int]]) -> dict[str, dict[int, int]]:
    """From rows of (pattern, hour of the day, errors)."""
    found: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for pattern, hour, errors in rows:
        found[pattern][hour] += errors
    return {pattern: dict(hours) for pattern, hours in found.items()}
