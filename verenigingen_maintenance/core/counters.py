"""Rates from counters that only ever grow, until their server restarts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Counters:
    """Cumulative cache hits and misses of one server process (`server` changes when it restarts)."""

    hits: int
    misses: int
    server: str
    observed_at: datetime


@dataclass(frozen=True)
class HitRate:
    """Hits among `lookups`, in percent, since an earlier sample."""

    percent: float
    lookups: int
    since: datetime


def hit_rate(now: Counters, earlier: Sequence[Counters], minimum: int) -> HitRate | None:
    """The hit rate since the latest earlier sample that is at least `minimum` lookups ago.

    None where no such sample exists: none was kept, the server restarted since, or too little was looked up.
    """
    for sample in sorted(earlier, key=lambda sample: sample.observed_at, reverse=True):
        hits, misses = now.hits - sample.hits, now.misses - sample.misses
        if sample.server != now.server or hits < 0 or misses < 0:
            return None
        if hits + misses >= max(minimum, 1):
            return HitRate(100 * hits / (hits + misses), hits + misses, sample.observed_at)
    return None
