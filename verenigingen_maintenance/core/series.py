"""Figures of days as a series: gaps filled, weekdays taken out, and whether it moves or stepped.

A trend is one only where chance hardly explains it and it is worth a word: neighbouring days are alike,
which makes chance look like a trend to simple tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import erfc, sqrt

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

WEEK = 7
LONGEST_GAP = 7
LEAST_MEASURED = 2 / 3
LARGEST = 1e11  # its forecast and its error are within what a column keeps
FEWEST_DAYS = 28
SIGNIFICANT = 0.01
LEAST_SHARE, LEAST_DEVIATIONS = 0.1, 1.5
STEP_DEVIATIONS, SHORTEST_STRETCH = 3.0, 7
NORMAL = 1.4826
MOST_ALIKE = 0.95


@dataclass(frozen=True)
class Series:
    """A value for each day from `first` on; `filled` of them were not measured."""

    first: date
    values: Values
    filled: int

    @property
    def last(self) -> date:
        return self.first + timedelta(days=len(self.values) - 1)

    @property
    def measured(self) -> int:
        return len(self.values) - self.filled

    def unfit(self, needed: int) -> str:
        """Why nothing can be forecast of it, though it is long enough; empty where something can."""
        days = len(self.values)
        if self.measured < max(needed, LEAST_MEASURED * days):
            return f"only {self.measured} of its {days} days were measured"
        return "it has values that are too large" if np.abs(self.values).max() > LARGEST else ""


@dataclass(frozen=True)
class Trend:
    """A straight line through the days without their weekdays.

    `change` is from the first day to the last, in the series' unit; `share` of its level, None where that is
    nought; `p` the probability of a line so steep by chance.
    """

    days: int
    slope: float
    change: float
    share: float | None
    deviations: float
    p: float

    @property
    def is_sure(self) -> bool:
        """Hardly by chance, and more than the days scatter."""
        return self.p < SIGNIFICANT and self.deviations >= LEAST_DEVIATIONS

    @property
    def is_one(self) -> bool:
        """Sure, and at least a tenth of the level."""
        return self.is_sure and (self.share is None or abs(self.share) >= LEAST_SHARE)

    @property
    def direction(self) -> str:
        if not self.is_one:
            return "stable"
        return "rising" if self.slope > 0 else "falling"


def series(days: Mapping[date, float]) -> Series | None:
    """The days since the last gap of over a week, others filled by the weekday before; None without any.

    Values that are no numbers are gaps.
    """
    known = {day: value for day, value in days.items() if np.isfinite(value)}
    if not known:
        return None
    first, last = _first_without_gap(sorted(known)), max(known)
    values: list[float] = []
    for index in range((last - first).days + 1):
        day = first + timedelta(days=index)
        values.append(known[day] if day in known else values[-min(WEEK, len(values))])
    filled = len(values) - sum(first <= day for day in known)
    return Series(first, np.array(values, dtype=np.float64), filled)


def _first_without_gap(days: list[date]) -> date:
    for earlier, later in zip(reversed(days[:-1]), reversed(days[1:]), strict=True):
        if (later - earlier).days - 1 > LONGEST_GAP:
            return later
    return days[0]


def trend(values: Values) -> Trend | None:
    """The trend of a value a day; None with less than four weeks of them."""
    if len(values) < FEWEST_DAYS:
        return None
    plain = without_weekdays(values)
    slope = _slope(plain)
    steps = np.arange(len(plain))
    rest = plain - slope * steps
    scatter = NORMAL * float(np.median(np.abs(rest - np.median(rest))))
    change = slope * (len(plain) - 1)
    level = abs(float(np.median(plain)))
    return Trend(
        days=len(plain),
        slope=slope,
        change=change,
        share=change / level if level else None,
        deviations=abs(change) / scatter if scatter else (float("inf") if change else 0.0),
        p=_chance(plain, rest),
    )


def without_weekdays(values: Values) -> Values:
    """The values less what their weekdays add to the days around them."""
    if len(values) < 2 * WEEK:
        return values
    around = np.convolve(values, np.full(WEEK, 1 / WEEK), mode="valid")
    edge = WEEK // 2
    apart = values[edge:-edge] - around
    positions = np.arange(edge, len(values) - edge) % WEEK
    shape = np.array([np.median(apart[positions == each]) for each in range(WEEK)])
    shape -= shape.mean()
    return np.array(values - shape[np.arange(len(values)) % WEEK])


def steps(values: Values) -> list[int]:
    """Where the level stepped to another: indexes of the first day on the new one.

    Each step is three times what days scatter, and each level lasts a week at least.
    """
    return sorted(_steps(without_weekdays(values), 0)) if len(values) >= FEWEST_DAYS else []


def _steps(values: Values, offset: int) -> list[int]:
    if len(values) < 2 * SHORTEST_STRETCH:
        return []
    at, size = _largest_step(values)
    if size < STEP_DEVIATIONS:
        return []
    return [offset + at, *_steps(values[:at], offset), *_steps(values[at:], offset + at)]


def _largest_step(values: Values) -> tuple[int, float]:
    """Where two parts differ most in their means, weighed by their lengths; how much, in deviations."""
    count = np.arange(1, len(values))
    sums = np.cumsum(values)[:-1]
    before, after = sums / count, (values.sum() - sums) / (len(values) - count)
    weight = np.sqrt(count * (len(values) - count) / len(values))
    inner = slice(SHORTEST_STRETCH - 1, len(values) - SHORTEST_STRETCH)
    at = int(np.argmax(np.abs(after - before)[inner] * weight[inner])) + SHORTEST_STRETCH
    parts = np.concatenate([values[:at] - np.median(values[:at]), values[at:] - np.median(values[at:])])
    scatter = NORMAL * float(np.median(np.abs(parts)))
    size = abs(float(np.median(values[at:]) - np.median(values[:at])))
    return at, size / scatter if scatter else (float("inf") if size else 0.0)


def _slope(values: Values) -> float:
    """The middle of the slopes of all pairs of days (Theil and Sen)."""
    first, second = np.triu_indices(len(values), 1)
    return float(np.median((values[second] - values[first]) / (second - first)))


def _chance(values: Values, rest: Values) -> float:
    """The probability of such an order by chance (Mann and Kendall), for as many days as are independent.

    The normal approximation; days that resemble the one before count as fewer.
    """
    days = len(values)
    first, second = np.triu_indices(days, 1)
    order = float(np.sign(values[second] - values[first]).sum())
    variance = days * (days - 1) * (2 * days + 5) / 18 * _inflation(rest)
    return erfc(max(abs(order) - 1, 0) / sqrt(variance) / sqrt(2))


def _inflation(rest: Values) -> float:
    """By what the likeness of neighbouring days multiplies the variance of a mean."""
    around = rest - rest.mean()
    spread = float(np.dot(around, around))
    alike = float(np.dot(around[1:], around[:-1])) / spread if spread else 0.0
    alike += (1 + 3 * max(alike, 0)) / len(rest)  # the estimate of a short series is too low by about that
    alike = min(max(alike, 0.0), MOST_ALIKE)
    return (1 + alike) / (1 - alike)
