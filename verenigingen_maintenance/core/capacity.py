"""When a figure meets its limit, with what certainty, and what to do about it in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from verenigingen_maintenance.core.forecast_models import Values
from verenigingen_maintenance.core.forecasts import Forecast
from verenigingen_maintenance.core.series import Trend
from verenigingen_maintenance.core.thresholds import Limit
from verenigingen_maintenance.core.wording import in_words

LEVEL = 80
SOON = timedelta(days=28)
NOTEWORTHY = 0.1


@dataclass(frozen=True)
class Crossing:
    """When a limit is met: as expected, at the earliest and at the latest of an interval of 80 %.

    None where that is not within the days that were looked at, the last of which is `until`. Where it follows
    from a trend, `trend_days` says of how many days; 0 where each day was forecast.
    """

    until: date
    expected: date | None = None
    earliest: date | None = None
    latest: date | None = None
    trend_days: int = 0

    def is_soon(self, today: date) -> bool:
        return self.expected is not None and self.expected - today <= SOON


def crossing(found: Forecast, limit: Limit, first: date) -> Crossing:
    """When a forecast, whose first step is the day `first`, meets a limit."""
    low, high = found.range(LEVEL)
    early, late = (high, low) if limit.higher_is_worse else (low, high)
    expected, earliest, latest = (first_breach(each, limit, first) for each in (found.point, early, late))
    return Crossing(first + timedelta(days=len(found.point) - 1), expected, earliest, latest)


def first_breach(values: Values, limit: Limit, first: date) -> date | None:
    """The first day that breaches a limit, the values being those of the days from `first` on."""
    breached = [limit.is_breached_by(float(value)) for value in values]
    return first + timedelta(days=int(np.argmax(breached))) if any(breached) else None


def recommendation(title: str, unit: str, latest: float, limit: Limit, found: Crossing, advice: str) -> str:
    """What to do about a limit that is met, in words with its figures; empty where none is."""
    if found.expected is None:
        return ""
    now, beyond = in_words(latest, unit, _figure), _beyond(limit)
    if limit.is_breached_by(latest):
        return f"{title} is {now}, {beyond} already. {advice}".strip()
    late = f"{found.latest} at the latest" if found.latest else f"the latest is after {found.until}"
    sure = f"{found.earliest} at the earliest, {late}"
    by = f" by the trend of {found.trend_days} days" if found.trend_days else ""
    return f"{title} is {now}, and {beyond} about {found.expected}{by} ({sure}). {advice}".strip()


def _beyond(limit: Limit) -> str:
    return f"{'above' if limit.higher_is_worse else 'below'} {_figure(limit.value)}"


def _figure(value: float) -> str:
    """At least three digits that tell something, of small units too: 52341, 83.9, 0.00123."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{Decimal(f'{value:.3g}'):f}"


def moves_towards(trend: Trend, limit: Limit, latest: float) -> bool:
    """Whether a trend goes where the limit is, by a tenth of the way that is left or more."""
    left = limit.value - latest if limit.higher_is_worse else latest - limit.value
    towards = trend.change if limit.higher_is_worse else -trend.change
    return trend.is_sure and towards > 0 and towards >= NOTEWORTHY * left


def trend_in_words(title: str, unit: str, trend: Trend, stepped: Sequence[date]) -> str:
    """A trend as a sentence."""
    share = f" ({100 * trend.share:+.0f} %)" if trend.share is not None else ""
    words = "rose" if trend.slope > 0 else "fell"
    step = f", with a step on {stepped[-1]}" if stepped else ""
    return f"{title} {words} by {_figure(abs(trend.change))} {unit} in {trend.days} days{share}{step}"
