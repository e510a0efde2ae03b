"""Clustering in time: the busiest stretch of a given width."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Cluster:
    """How many events fell into one stretch, and when that stretch began."""

    count: int
    begins: datetime | None


def busiest(moments: Iterable[datetime], width: timedelta) -> Cluster:
    """The stretch of less than `width` that holds the most moments; the earliest of equals."""
    ordered = sorted(moments)
    best, tail = Cluster(0, None), 0
    for head, moment in enumerate(ordered):
        while moment - ordered[tail] >= width:
            tail += 1
        if head - tail + 1 > best.count:
            best = Cluster(head - tail + 1, ordered[tail])
    return best
