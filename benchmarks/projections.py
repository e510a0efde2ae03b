"""How often a limit that is months away is met within the interval of 80 % that is told.

    python benchmarks/projections.py [SEED]

Random walks with drift, 60 a day, so many days from their limit: the share of those of which a day is told,
that share within the interval, and its width in the middle. Needs numpy, no site; about a minute. The
widening for short histories was chosen with seed 1000.
"""

from __future__ import annotations

import sys
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from statistics import mean, median

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from verenigingen_maintenance.core.projections import projected
from verenigingen_maintenance.core.thresholds import Limit

FIRST, GROWTH, FULL = date(2026, 11, 24), 60.0, 50_000.0
HISTORIES, SCATTERS, LEFT, SERIES = (90, 120, 182), (30.0, 60.0, 90.0), (100, 180), 250


def main() -> None:
    first = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    print("days known  scatter  days left  told  within 80 %  days wide")
    for days, scatter, left in product(HISTORIES, SCATTERS, LEFT):
        told = [each for seed in range(SERIES) if (each := one(days, scatter, left, first + seed))]
        within, wide = mean(each[0] for each in told), median(each[1] for each in told)
        print(f"{days:10}  {scatter:7g}  {left:9}  {len(told) / SERIES:4.0%}  {within:11.1%}  {wide:9g}")


def one(days: int, scatter: float, left: int, seed: int) -> tuple[bool, int] | None:
    """Whether it is full within the interval, and how many days that has; None where no day is told."""
    grown = np.cumsum(np.random.default_rng(seed).normal(GROWTH, scatter, days + 900))
    path = FULL - left * GROWTH + grown - grown[days - 1]
    found = projected(path[:days], Limit.parse(f"> {FULL:g}"), FIRST)
    if found is None or found.expected is None or found.earliest is None:
        return None
    full = FIRST + timedelta(days=int(np.argmax(path[days:] > FULL)))
    latest = found.latest or date.max
    return found.earliest <= full <= latest, ((found.latest or found.until) - found.earliest).days


if __name__ == "__main__":
    main()
