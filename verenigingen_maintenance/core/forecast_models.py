"""Simple ways to go on with a series: what repeats (a profile), and where the rest of it goes (a course).

Each is a function of a history and a number of steps. None knows how good it is: `forecasts` finds out, by
letting all of them forecast what is known already.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Model = Callable[[Values, int], Values]
Profile = Callable[[Values, int], tuple[Values, Values]]
Course = Callable[[Values, int], Values]

SEASONAL_NAIVE = "as in the season before"
DAMPING = 0.98
SEASONS = 8


def pool(periods: Sequence[int], length: int) -> dict[str, Model]:
    """The models for a history of `length` values that may repeat itself after each of `periods`.

    Those that an odd day moves least come first.
    """
    usable = [period for period in periods if length >= 2 * period] or list(periods[:1])
    naive: dict[str, Model] = {SEASONAL_NAIVE: partial(seasonal_naive, period=usable[0])}
    for period in usable[1:]:
        naive[f"as {period} steps before"] = partial(seasonal_naive, period=period)
    composed: dict[str, Model] = {
        f"{course}, {profile}": partial(_composed, profile=take_out, course=go_on)
        for profile, take_out in _profiles(usable).items()
        for course, go_on in COURSES.items()
    }
    return composed | naive


def seasonal_naive(history: Values, steps: int, period: int) -> Values:
    """Each step is what it was one period before."""
    last = history[-period:]
    return np.resize(last, steps)


def _composed(history: Values, steps: int, profile: Profile, course: Course) -> Values:
    rest, to_come = profile(history, steps)
    return course(rest, steps) + to_come


# --- profiles: the history without what repeats, and what repeats in the steps to come


def _profiles(periods: Sequence[int]) -> dict[str, Profile]:
    found: dict[str, Profile] = {"nothing repeats": _no_profile}
    for period in periods:
        found[f"{period} steps repeat"] = partial(_one_profile, period=period)
    if len(periods) > 1:
        found["each period repeats"] = partial(_nested_profile, periods=periods)
    return found


def _no_profile(history: Values, steps: int) -> tuple[Values, Values]:
    return history, np.zeros(steps)


def _one_profile(history: Values, steps: int, period: int) -> tuple[Values, Values]:
    shape = _shape(history - _level(history, period), period)
    positions = np.arange(len(history) + steps) % period
    repeated = shape[positions]
    return history - repeated[: len(history)], repeated[len(history) :]


def _nested_profile(history: Values, steps: int, periods: Sequence[int]) -> tuple[Values, Values]:
    """The shortest period first; then what the longer one adds to each of its short ones as a whole."""
    short, long = periods[0], periods[-1]
    rest, to_come = _one_profile(history, steps, short)
    around = rest - _level(rest, long)
    blocks = np.arange(len(history) + steps) % long // short
    added = np.array([np.median(around[blocks[: len(history)] == each]) for each in range(long // short)])
    added -= added.mean()
    return rest - added[blocks[: len(history)]], to_come + added[blocks[len(history) :]]


def _level(history: Values, period: int) -> Values:
    """The mean of the period around each value; at both ends that of the outermost whole one."""
    sums = np.cumsum(np.concatenate(([0.0], history)))
    means = (sums[period:] - sums[:-period]) / period
    before = period // 2
    return np.concatenate(
        (np.full(before, means[0]), means, np.full(len(history) - before - len(means), means[-1]))
    )


def _shape(around: Values, period: int) -> Values:
    """The middle of each position in the latest periods, which add up to nought."""
    latest = around[-min(len(around) // period, SEASONS) * period :]
    shape: Values = np.roll(np.median(latest.reshape(-1, period), axis=0), len(around) % period)
    return np.array(shape - shape.mean())


# --- courses: where the rest goes


def _smoothed(rest: Values, steps: int, weight: float) -> Values:
    """Exponential smoothing: the latest value has `weight`, the ones before ever less."""
    weights = weight * (1 - weight) ** np.arange(len(rest))[::-1]
    return np.full(steps, np.sum(rest * weights) / np.sum(weights))


def _middle(rest: Values, steps: int, share: float = 1.0) -> Values:
    return np.full(steps, np.median(rest[-max(int(len(rest) * share), 1) :]))


def _returning(rest: Values, steps: int) -> Values:
    """From the latest value back to the mean, as fast as it did (autoregression of order one)."""
    mean = float(rest.mean())
    around = rest - mean
    spread = float(np.dot(around, around))
    memory = min(max(float(np.dot(around[1:], around[:-1])) / spread, 0.0), 1.0) if spread else 0.0
    return np.array(mean + around[-1] * memory ** np.arange(1, steps + 1))


def _line(rest: Values, steps: int, share: float = 1.0) -> Values:
    """A straight line through the latest part; it begins where the latest values are."""
    latest = rest[-max(int(len(rest) * share), 2) :]
    slope = _slope(latest)
    start = float(np.mean(latest - slope * (np.arange(len(latest)) - len(latest) + 1)))
    return np.array(start + slope * np.arange(1, steps + 1))


def _damped(rest: Values, steps: int) -> Values:
    """Smoothed, and on with a slope that fades."""
    slope = _slope(rest[-max(len(rest) // 4, 2) :])
    return _smoothed(rest, steps, 0.2) + slope * np.cumsum(DAMPING ** np.arange(1, steps + 1))


def _drifting(rest: Values, steps: int) -> Values:
    """From the latest value on, as far each step as it went on the whole."""
    slope = float(rest[-1] - rest[0]) / max(len(rest) - 1, 1)
    return np.array(rest[-1] + slope * np.arange(1, steps + 1))


def _slope(values: Values) -> float:
    """Of a straight line, by least squares."""
    steps = np.arange(len(values)) - (len(values) - 1) / 2
    return float(np.dot(steps, values) / np.dot(steps, steps))


COURSES: dict[str, Course] = {
    "in the middle": _middle,
    "in the middle of late": partial(_middle, share=0.25),
    "stays": partial(_smoothed, weight=1.0),
    "stays, smoothed by .3": partial(_smoothed, weight=0.3),
    "stays, smoothed by .1": partial(_smoothed, weight=0.1),
    "stays, smoothed by .02": partial(_smoothed, weight=0.02),
    "returns to the mean": _returning,
    "on a line": _line,
    "on a late line": partial(_line, share=0.33),
    "fading slope": _damped,
    "drifts": _drifting,
}
