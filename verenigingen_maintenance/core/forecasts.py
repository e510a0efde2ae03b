"""Forecasts that know how good they are: chosen among simple models by what each would have said before.

At some moments of the past (origins) each model forecasts what is known since. The best three go on together
where that is better than the best alone; seasonal-naive is always a model. Of equally good ones the middle
goes on: one odd day in a flat series says nothing against any of them, and is not to come again.
Intervals are made of the errors of those forecasts, wider and more even where few of them are independent.
`benchmarks/forecasts.py` shows how that does against others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from verenigingen_maintenance.core.forecast_models import SEASONAL_NAIVE, Model, Values, pool

MOST_ORIGINS, FEWEST_ORIGINS = 12, 4
MOST_SEASONS = 13
BEST = 3
FADING = 0.9  # what an origin counts for, of the one after it
FREEDOM = 0.35  # degrees of freedom for each independent error, found with the tuning seed of the benchmark
SIDES = 4.0  # with so many independent errors, each side counts as much as both together; found with it, too
NOTHING = 1e-12


class TooShort(ValueError):
    """A history that nothing can be forecast from yet; `needed` values would do."""

    def __init__(self, needed: int) -> None:
        super().__init__(f"at least {needed} values are needed")
        self.needed = needed


@dataclass(frozen=True)
class Forecast:
    """What is expected in each step to come, and how far off that was in the past.

    `errors` has the shape (origins, steps): what came less what had been forecast. `naive_error` is the mean
    size of those of seasonal-naive forecasts of the same steps. `independent` is how many origins there would
    be if their steps did not overlap.
    """

    models: tuple[str, ...]
    point: Values
    errors: Values
    naive_error: float
    independent: float
    least: float = -np.inf
    most: float = np.inf

    @property
    def mase(self) -> float | None:
        """The mean size of the errors over that of seasonal-naive; None where that was never wrong."""
        return float(np.abs(self.errors).mean() / self.naive_error) if self.naive_error else None

    def range(self, level: float) -> tuple[Values, Values]:
        """The lower and the upper end of the interval of `level` percent, one for each step."""
        low, high = _edges(self.errors, self.independent, level)
        return (self.point + low).clip(self.least, self.most), (self.point + high).clip(self.least, self.most)

    def coverage(self, level: float) -> float:
        """How much of what came in the past, in percent, lay within the interval that other origins make."""
        inside = []
        for origin, came in enumerate(self.errors):
            others = np.delete(self.errors, origin, axis=0)
            low, high = _edges(others, self.independent, level)
            inside.append(np.mean((low - NOTHING <= came) & (came <= high + NOTHING)))
        return float(100 * np.mean(inside))


def forecast(
    history: Values,
    steps: int,
    periods: Sequence[int],
    least: float = -np.inf,
    most: float = np.inf,
) -> Forecast:
    """What comes in the next `steps` after a history without gaps, which may repeat itself after `periods`.

    Nothing below `least` or above `most` is expected. Raises TooShort, or ValueError for what is no number.
    """
    if not np.isfinite(history).all():
        raise ValueError("a history has values that are no numbers")
    known = history[-max(MOST_SEASONS * periods[-1], 5 * steps) :]
    origins = _origins(len(known), steps, periods)
    models = pool(periods, int(origins[0]))
    past = {name: _backtest(model, known, steps, origins) for name, model in models.items()}
    actual = np.array([known[origin : origin + steps] for origin in origins])
    chosen = _chosen(past, actual)
    point = np.mean([models[name](known, steps) for name in chosen], axis=0).clip(least, most)
    errors = actual - _together(past, chosen)
    naive = _error(past[SEASONAL_NAIVE], actual)
    independent = float(1 + (origins[-1] - origins[0]) / steps)
    return Forecast(chosen, point, errors, naive, independent, least, most)


def needed(steps: int, periods: Sequence[int]) -> int:
    """The shortest history of which so many steps can be forecast."""
    return 2 * periods[0] + steps + FEWEST_ORIGINS - 1


def _origins(length: int, steps: int, periods: Sequence[int]) -> NDArray[np.int64]:
    """Where in the history to stand and forecast: evenly spread over what is left for it."""
    if length < needed(steps, periods):
        raise TooShort(needed(steps, periods))
    is_long = length >= 2 * periods[-1] + 2 * steps
    first = 2 * (periods[-1] if is_long else periods[0])
    return np.unique(np.linspace(first, length - steps, MOST_ORIGINS).astype(np.int64))


def _backtest(model: Model, known: Values, steps: int, origins: NDArray[np.int64]) -> Values:
    return np.array([model(known[:origin], steps) for origin in origins])


def _chosen(past: Mapping[str, Values], actual: Values) -> tuple[str, ...]:
    """The best three where that is better than the best alone; of equally good ones the first."""
    sizes = {name: _size(each, actual) for name, each in past.items()}
    least = min(sizes.values()) + _slack(actual)
    ranked = sorted(sizes, key=lambda name: max(sizes[name], least))
    best, first = tuple(ranked[:BEST]), tuple(ranked[:1])
    together = _size(_together(past, best), actual)
    return best if together + _slack(actual) < sizes[first[0]] else first


def _together(past: Mapping[str, Values], names: Sequence[str]) -> Values:
    return np.array(np.mean([past[name] for name in names], axis=0))


def _error(forecasts: Values, actual: Values) -> float:
    """Its mean size; what only the last digits of a float make is none."""
    size = float(np.abs(forecasts - actual).mean())
    return size if size > _slack(actual) else 0.0


def _slack(actual: Values) -> float:
    return NOTHING * float(np.abs(actual).max())


def _size(forecasts: Values, actual: Values) -> float:
    """The mean size of errors; the latest origins count for more."""
    weights = FADING ** np.arange(len(actual))[::-1]
    return float(np.average(np.abs(forecasts - actual).mean(axis=1), weights=weights))


def _edges(errors: Values, independent: float, level: float) -> tuple[Values, Values]:
    """How far below and above what is forecast an interval reaches, for each step."""
    growth = _growth(np.abs(errors))
    relative = errors / growth
    number = _number(relative, independent)
    low, high = _tails(relative, number, level)
    wider = _wider(number, level)
    return min(low * wider, 0) * growth, max(high * wider, 0) * growth


def _growth(sizes: Values) -> Values:
    """How large errors are so many steps ahead, with those around."""
    steps = sizes.shape[1]
    around = max(steps // 8, 1)
    means = [sizes[:, max(0, step - around) : step + around + 1].mean() for step in range(steps)]
    return np.maximum(means, NOTHING)


def _number(relative: Values, independent: float) -> float:
    """How many errors are independent: those of one origin that are alike, all above or below, are one."""
    total = np.square(relative).mean()
    alike = min(np.square(relative.mean(axis=1)).mean() / total, 1.0) if total > NOTHING else 0.0
    return float(1 / (alike / independent + (1 - alike) / (independent * relative.shape[1])))


def _tails(relative: Values, number: float, level: float) -> tuple[float, float]:
    """The quantile of each side, drawn towards that of the size alone where few errors are independent.

    On which side of the forecast a few fell is chance, so both sides are taken together there, as conformal
    intervals of absolute errors do. The weight n / (n + k) is that of credibility theory (Bühlmann, 1967).
    Returns how far below, as a negative number, and how far above, in units of the growth.
    """
    low, high = np.quantile(relative, [0.5 - level / 200, 0.5 + level / 200])
    size = np.quantile(np.abs(relative), level / 100)
    own = number / (number + SIDES)
    return float(own * low - (1 - own) * size), float(own * high + (1 - own) * size)


def _wider(number: float, level: float) -> float:
    """Student's t over the normal deviate for `number` of errors."""
    return students(max(FREEDOM * number, 1.5), level) / _normal(level)


def students(freedom: float, level: float) -> float:
    """Student's t, up to which an interval of `level` percent reaches; by the first terms of its series."""
    z = _normal(level)
    first, second = (z**3 + z) / 4, (5 * z**5 + 16 * z**3 + 3 * z) / 96
    return float(z + first / freedom + second / freedom**2)


def _normal(level: float) -> float:
    return NormalDist().inv_cdf(0.5 + level / 200)
