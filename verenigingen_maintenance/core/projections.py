"""When a limit is met beyond what is forecast day by day: by the trend of half a year.

The middle of the last week goes on by the trend of the days. How sure that is follows from how weeks, and
four weeks, differ from it, as in a random walk with drift: the interval widens with the way ahead, and with
its square, as the trend itself is known from some weeks only. It is rather too wide than too narrow.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from .capacity import LEVEL, Crossing, first_breach, moves_towards
from .forecast_models import Values
from .forecasts import students
from .series import FEWEST_DAYS, WEEK, trend
from .thresholds import Limit

FEWEST_WEEKS, MOST_DAYS = 12, 182
TIMES_THE_PAST, FURTHEST = 2, 240
SUPPORTED = 0.25
SLOPE = 1.2  # the variance of a line through a random walk, over that of its two ends
SPANS = (1, 4)  # weeks over which the differences are looked at


def projected(history: Values, limit: Limit, first: date) -> Crossing | None:
    """When a limit is met by the trend, `first` being the day after the history; or until when it is not.

    As far ahead as twice what is known of the past, 240 days at most. A day is told only where the trend
    comes further by then than the interval reaches to one side; else nothing is until that meets the limit.
    None where twelve weeks are not known, and where the trend is not that of both halves and of the end.
    """
    known = history[-MOST_DAYS:]
    slope = _slope(known, limit) if len(known) >= FEWEST_WEEKS * WEEK else None
    if slope is None:
        return None
    days = np.arange(1, min(TIMES_THE_PAST * len(known), FURTHEST) + 1)
    grown, reach = slope * (days + WEEK // 2), _reach(known, slope, days / WEEK)
    middle = float(np.median(known[-WEEK:])) + grown
    early, late = (reach, -reach) if limit.higher_is_worse else (-reach, reach)
    expected, earliest, latest = (
        first_breach(middle + each, limit, first) for each in (0 * reach, early, late)
    )
    if expected is None or reach[at := (expected - first).days] > abs(grown[at]):
        ends = first + timedelta(days=len(days))
        return Crossing((earliest or ends) - timedelta(days=1), trend_days=len(known))
    return Crossing(first + timedelta(days=len(days) - 1), expected, earliest, latest, len(known))


def _slope(known: Values, limit: Limit) -> float | None:
    """How much it is a day more, 0 where it does not move for sure; None where its parts tell otherwise."""
    whole, end = trend(known), trend(known[-FEWEST_DAYS:])
    if whole is None or end is None:
        return None
    if not whole.is_sure:
        return None if moves_towards(end, limit, float(np.median(known[-WEEK:]))) else 0.0
    parts = (*(trend(half) for half in np.array_split(known, 2)), end)
    is_supported = all(part and part.slope / whole.slope >= SUPPORTED for part in parts)
    return whole.slope if is_supported else None


def _reach(known: Values, slope: float, ahead: Values) -> Values:
    """How far the interval reaches to each side so many weeks ahead."""
    weeks = len(known) // WEEK
    levels = np.median(known[-weeks * WEEK :].reshape(weeks, WEEK), axis=1)
    a_week = max(_scatter(levels, slope * WEEK, span) for span in SPANS)
    a_week *= MOST_DAYS / len(known)  # of few weeks, those tell a trend that had one by chance
    independent = weeks - 1
    return students(independent, LEVEL) * np.sqrt(a_week * (ahead + SLOPE * ahead**2 / independent))


def _scatter(levels: Values, slope: float, span: int) -> float:
    """The variance of a week's step, as steps of so many weeks have it."""
    apart = levels[span:] - levels[:-span] - span * slope
    return float(np.square(apart).sum() / (len(apart) - 1) / span)


__all__ = ["projected"]
