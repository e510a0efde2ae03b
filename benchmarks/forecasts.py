"""How good the forecasts are, against those of statsmodels and against seasonal-naive.

    python benchmarks/forecasts.py [--set-aside] [--series 50] [--sets daily,...] [--public NAB]
                                   [--only ours,...]

Prints for each set and each forecaster: MASE (the mean absolute error over that of seasonal-naive within the
history; mean and median of the series), how much of what came lay within the intervals of 80 and 95 %, and
the median time for a series. Without --set-aside it makes the sets of the tuning seed. NAB is a clone of
github.com/numenta/NAB: of those series, the ones whose part to come has a labelled failure, and the others,
are scored alone too. Needs numpy, and statsmodels for the peers, in an environment of its own.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

from forecast_series import SERIES, SET_ASIDE, SETS, TUNING, Case, made, public  # noqa: E402

from verenigingen_maintenance.core.forecasts import forecast  # noqa: E402

LEVELS = (80, 95)
Range = tuple[np.ndarray, np.ndarray]
Answer = tuple[np.ndarray, dict[int, Range]]


@dataclass
class Score:
    """Of one forecaster in one set."""

    mase: list[float] = field(default_factory=list)
    within: dict[int, list[float]] = field(default_factory=lambda: {level: [] for level in LEVELS})
    seconds: list[float] = field(default_factory=list)

    def add(self, case: Case, answer: Answer, seconds: float) -> None:
        point, ranges = answer
        scale = np.mean(np.abs(case.history[case.periods[0] :] - case.history[: -case.periods[0]]))
        self.mase.append(float(np.mean(np.abs(case.future - point)) / max(scale, 1e-9)))
        for level, (low, high) in ranges.items():
            self.within[level].append(float(np.mean((case.future >= low) & (case.future <= high))))
        self.seconds.append(seconds)

    def line(self) -> str:
        within = [f"{100 * np.mean(values):5.1f} %" for values in self.within.values()]
        spent = f"{1000 * np.median(self.seconds):7.1f} ms"
        return f"{np.mean(self.mase):6.3f} {np.median(self.mase):6.3f}  {'  '.join(within)}  {spent}"


def main() -> None:
    wanted = arguments()
    seed = SET_ASIDE if wanted.set_aside else TUNING
    sets = {name: list(made(name, seed, wanted.series)) for name in wanted.sets}
    if wanted.public:
        sets |= split(list(public(wanted.public)))
    print(f"seed {seed}\n{'':31}  MASE median   80 %     95 %    a series")
    overall: dict[str, list[float]] = {}
    for name, cases in sets.items():
        for peer, score in scores(cases, wanted.only).items():
            print(f"{name:11} {peer:19} {score.line()}", flush=True)
            if name in SETS:
                overall.setdefault(peer, []).append(float(np.mean(score.mase)))
    for peer, means in overall.items():
        print(f"{'mean':11} {peer:19} {np.mean(means):6.3f}")


def split(cases: list[Case]) -> dict[str, list[Case]]:
    """The public series: all, those that fail in the part to come, and those that do not."""
    return {
        "public": cases,
        "- failing": [case for case in cases if case.fails],
        "- others": [case for case in cases if not case.fails],
    }


def listed(names: str) -> list[str]:
    return names.split(",")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--set-aside", action="store_true")
    parser.add_argument("--series", type=int, default=SERIES)
    parser.add_argument("--sets", type=listed, default=list(SETS))
    parser.add_argument("--public", type=Path)
    parser.add_argument("--only", type=listed, default=list(FORECASTERS))
    return parser.parse_args()


def scores(cases: Iterable[Case], peers: Iterable[str]) -> dict[str, Score]:
    found: dict[str, Score] = {peer: Score() for peer in peers}
    for case in cases:
        for peer, score in found.items():
            started = time.perf_counter()
            answer = FORECASTERS[peer](case)
            score.add(case, answer, time.perf_counter() - started)
    return found


# --- forecasters


def ours(case: Case) -> Answer:
    found = forecast(case.history, len(case.future), case.periods)
    return found.point, {level: found.range(level) for level in LEVELS}


def seasonal_naive(case: Case) -> Answer:
    """Of the shortest period; its intervals are of its errors within the history, wider season by season."""
    period = case.periods[0]
    steps = np.arange(len(case.future))
    deviation = np.std(case.history[period:] - case.history[:-period]) * np.sqrt(steps // period + 1)
    point = case.history[-period:][steps % period]
    return point, {level: (point - z * deviation, point + z * deviation) for level, z in NORMAL.items()}


def longest_seasonal_naive(case: Case) -> Answer:
    """The same of the longest period: last week, hour by hour."""
    return seasonal_naive(Case(case.name, case.history, case.future, case.periods[-1:]))


def holt_winters(case: Case) -> Answer:
    """Damped trend and additive season; intervals from 500 simulated paths."""
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    model = ExponentialSmoothing(
        case.history, trend="add", damped_trend=True, seasonal="add", seasonal_periods=case.periods[0]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = model.fit()
        paths = fitted.simulate(len(case.future), repetitions=500, error="add", random_state=1)
    edges = {level: (50 - level / 2, 50 + level / 2) for level in LEVELS}
    ranges = {level: tuple(np.percentile(paths, ends, axis=1)) for level, ends in edges.items()}
    return fitted.forecast(len(case.future)), ranges


def ets(case: Case) -> Answer:
    """Additive error, damped trend and season, with the model's own intervals."""
    import pandas
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    model = ETSModel(
        pandas.Series(case.history),
        error="add",
        trend="add",
        damped_trend=True,
        seasonal="add",
        seasonal_periods=case.periods[0],
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = model.fit(disp=False)
        prediction = fitted.get_prediction(
            start=len(case.history), end=len(case.history) + len(case.future) - 1
        )
        ranges = {level: tuple(prediction.pred_int(1 - level / 100).to_numpy().T) for level in LEVELS}
    return np.asarray(prediction.predicted_mean), ranges


NORMAL = {80: 1.2816, 95: 1.96}
FORECASTERS: dict[str, Callable[[Case], Answer]] = {
    "ours": ours,
    "seasonal-naive": seasonal_naive,
    "longest seasonal": longest_seasonal_naive,
    "Holt-Winters": holt_winters,
    "ETS": ets,
}

if __name__ == "__main__":
    main()
