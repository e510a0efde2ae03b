"""Series to forecast: five sets that are made from a seed, and public ones of real machines.

TUNING is the seed that models may be looked at with; SET_ASIDE is the one whose figures count. It was written
down before the intervals were changed for short histories. The one before, 73310429, was written down before
the first model; its figures have been seen. A set is fifty series, which take the kinds of the set in turn.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

TUNING, SET_ASIDE = 20261126, 62416320
SERIES = 50
DAY, WEEK = 24, 168
HOURS, DAYS = 9 * WEEK, 30 * 7
# The Numenta Anomaly Benchmark (github.com/numenta/NAB): figures of real servers, roads, taxis and tweets.
PUBLIC = ("realAWSCloudwatch", "realTraffic", "realKnownCause", "realTweets")
FEWEST_DAYS = 12

Random = np.random.Generator
Make = Callable[[Random], np.ndarray]


@dataclass(frozen=True)
class Case:
    """A history, what came after it, and the periods that a forecaster may look for (in steps).

    `fails` says whether people have labelled a failure in what came after it; made series have no labels.
    """

    name: str
    history: np.ndarray
    future: np.ndarray
    periods: tuple[int, ...]
    fails: bool = False


@dataclass(frozen=True)
class Plan:
    """How a set is made: `horizon` steps to come, after `fewest` to `most` steps, or all there are.

    A short history is cut from anywhere in a series, so that what happens in it may happen in either part.
    """

    kinds: tuple[Make, ...]
    periods: tuple[int, ...]
    horizon: int
    fewest: int = 0
    most: int = 0

    def cut(self, values: np.ndarray, random: Random) -> np.ndarray:
        if not self.most:
            return values
        length = int(random.integers(self.fewest, self.most + 1)) + self.horizon
        begin = int(random.integers(0, len(values) - length + 1))
        return values[begin : begin + length]


def made(name: str, seed: int, series: int = SERIES) -> Iterator[Case]:
    """The cases of a set. Its place in the order of names is part of the seed: a new one must come last."""
    plan = SETS[name]
    for index in range(series):
        random = np.random.default_rng([seed, index, sorted(SETS).index(name)])
        kind = plan.kinds[index % len(plan.kinds)]
        values = plan.cut(kind(random), random)
        past, future = values[: -plan.horizon], values[-plan.horizon :]
        yield Case(f"{name} {index} {kind.__name__}", past, future, plan.periods)


def public(folder: Path) -> Iterator[Case]:
    """Hourly means of the public series, the last fifth to come: a week at most, whole days at least."""
    labels = json.loads((folder / "labels" / "combined_windows.json").read_text(encoding="utf-8"))
    for group in PUBLIC:
        for file in sorted((folder / "data" / group).glob("*.csv")):
            first, values = hourly(file)
            if len(values) >= FEWEST_DAYS * DAY:
                horizon = min(WEEK, len(values) // (5 * DAY) * DAY)
                periods = (DAY, WEEK) if len(values) > 5 * WEEK else (DAY,)
                begins = first + timedelta(hours=len(values) - horizon)
                windows = labels[f"{group}/{file.name}"]
                fails = any(datetime.fromisoformat(end) >= begins for _, end in windows)
                yield Case(f"{group}/{file.stem}", values[:-horizon], values[-horizon:], periods, fails)


def hourly(file: Path) -> tuple[datetime, np.ndarray]:
    """The first hour, and the mean of each; one without values has that of the hour before."""
    hours: dict[datetime, list[float]] = {}
    with file.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            moment = datetime.fromisoformat(row["timestamp"]).replace(minute=0, second=0, microsecond=0)
            hours.setdefault(moment, []).append(float(row["value"]))
    first, last = min(hours), max(hours)
    values: list[float] = []
    for index in range(int((last - first) / timedelta(hours=1)) + 1):
        found = hours.get(first + timedelta(hours=index))
        values.append(float(np.mean(found)) if found else values[-1])
    return first, np.array(values)


# --- hours


def office(random: Random) -> np.ndarray:
    """Work by day, less at the weekend, around a level."""
    return _level(random) * (1 + _days(random) + _weekend(random)) + _noise(random, 0.08)


def batch(random: Random) -> np.ndarray:
    """A job of each night above a flat level."""
    hours = np.arange(HOURS)
    spike = (hours % DAY == random.integers(0, DAY)) * random.uniform(0.5, 2)
    return _level(random) * (1 + spike) + _noise(random, 0.05)


def growing(random: Random) -> np.ndarray:
    """The office with a trend."""
    slope = random.uniform(-0.3, 0.8) * np.arange(HOURS) / HOURS
    return _level(random) * (1 + _days(random) + _weekend(random) + slope) + _noise(random, 0.08)


def sluggish(random: Random) -> np.ndarray:
    """Days, and a slow wandering around a level."""
    return _level(random) * (1 + _days(random)) + _noise(random, 0.15, 0.95)


def response(random: Random) -> np.ndarray:
    """Times: skewed, wider where they are longer."""
    shape = np.maximum(1 + _days(random) + _weekend(random), 0.1)
    return _level(random) * shape * random.lognormal(0, random.uniform(0.1, 0.4), HOURS)


def shifted(random: Random) -> np.ndarray:
    """The office, whose level changed once or twice, the last time five days before the end or earlier."""
    values = office(random)
    for moment in random.integers(2 * WEEK, HOURS - WEEK - 5 * DAY, random.integers(1, 3)):
        values[moment:] *= random.uniform(0.5, 1.8)
    return values


def spiky(random: Random) -> np.ndarray:
    """The office with outliers, some for hours."""
    values = office(random)
    for moment in random.integers(0, HOURS, 12):
        values[moment : moment + random.integers(1, 6)] *= random.uniform(2, 8)
    return values


def counts(random: Random) -> np.ndarray:
    """Errors: few, by day more than by night."""
    rate = random.uniform(0.3, 6) * np.maximum(1 + _days(random) + _weekend(random), 0.05)
    return random.poisson(rate).astype(float)


def wandering(random: Random) -> np.ndarray:
    """A level that walks, with a little of the day in it."""
    walk = np.cumsum(random.normal(0, 0.01, HOURS))
    return _level(random) * (1.5 + 0.3 * _days(random) + walk)


def sawtooth(random: Random) -> np.ndarray:
    """Memory that grows until something restarts."""
    length = int(random.integers(40, 400))
    return 30 + 40 * (np.arange(HOURS) % length) / length + random.normal(0, 1, HOURS)


# --- days


def weekly(random: Random) -> np.ndarray:
    """Users or requests of a day."""
    return _level(random) * (1 + _weekdays(random)) + _noise(random, 0.1, 0.3, DAYS)


def storage(random: Random) -> np.ndarray:
    """What only grows, now and then by a step."""
    growth = random.gamma(2, random.uniform(0.2, 2), DAYS) * (1 + 0.5 * _weekdays(random))
    growth[random.integers(0, DAYS, 2)] += random.uniform(0, 40, 2)
    return 500 + np.cumsum(np.maximum(growth, 0))


def errors(random: Random) -> np.ndarray:
    """Errors of a day."""
    rate = random.uniform(1, 40) * np.maximum(1 + _weekdays(random), 0.05)
    return random.poisson(random.gamma(5, 1 / 5, DAYS) * rate).astype(float)


def drifting(random: Random) -> np.ndarray:
    """A slow random walk."""
    return _level(random) * (2 + np.cumsum(random.normal(0, 0.03, DAYS))) + _noise(random, 0.05, 0.0, DAYS)


def released(random: Random) -> np.ndarray:
    """Weekdays, and a release after which the level was another."""
    values = weekly(random)
    values[random.integers(60, DAYS - 45) :] *= random.uniform(0.4, 1.7)
    return values


def trending(random: Random) -> np.ndarray:
    """Weekdays on a straight line."""
    slope = random.uniform(-0.5, 1.5) * np.arange(DAYS) / DAYS
    return _level(random) * (1 + _weekdays(random) + slope) + _noise(random, 0.1, 0.3, DAYS)


# --- what they are made of


def _level(random: Random) -> float:
    return float(random.uniform(20, 400))


def _days(random: Random) -> np.ndarray:
    """Two harmonics of a day."""
    angle = 2 * np.pi * (np.arange(HOURS) / DAY + random.uniform())
    return random.uniform(0.1, 0.5) * np.sin(angle) + random.uniform(0, 0.2) * np.sin(2 * angle)


def _weekend(random: Random) -> np.ndarray:
    day = np.arange(HOURS) // DAY % 7
    return -random.uniform(0, 0.4) * (day >= 5)


def _weekdays(random: Random) -> np.ndarray:
    return random.normal(0, random.uniform(0.05, 0.3), 7)[np.arange(DAYS) % 7]


def _noise(random: Random, size: float, memory: float | None = None, length: int = HOURS) -> np.ndarray:
    """Noise that remembers (AR of order one), whose deviation is `size` of a level of 100."""
    kept = random.uniform(0, 0.8) if memory is None else memory
    steps = random.normal(0, 100 * size * np.sqrt(1 - kept**2), length)
    for index in range(1, length):
        steps[index] += kept * steps[index - 1]
    return steps


REGULAR = (office, batch, growing, sluggish, response)
EVENTFUL = (shifted, spiky, counts, wandering, sawtooth)
DAILY = (weekly, storage, errors, drifting, released, trending)
SETS = {
    "regular": Plan(REGULAR, (DAY, WEEK), WEEK),
    "eventful": Plan(EVENTFUL, (DAY, WEEK), WEEK),
    "daily": Plan(DAILY, (7,), 28),
    "short": Plan(REGULAR + EVENTFUL, (DAY,), 2 * DAY, 12 * DAY, 14 * DAY),
    "short_daily": Plan(DAILY, (7,), 7, 24, 40),
}
