"""What is expected of a series, how far off that may be, and what nothing can be expected of."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verenigingen_maintenance.core.forecast_models import COURSES, SEASONAL_NAIVE
from verenigingen_maintenance.core.forecasts import Forecast, TooShort, forecast, needed

WEEK = np.array([100, 120, 130, 120, 110, 40, 30], dtype=float)
DAYS, AHEAD = (7,), 7


def noise(length: int, size: float = 5.0, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, size, length)


def weeks(number: int) -> np.ndarray:
    return np.tile(WEEK, number)


def test_a_week_that_repeats_itself_is_forecast_as_it_is():
    found = forecast(weeks(12), AHEAD, DAYS)
    assert np.allclose(found.point, WEEK)
    low, high = found.range(95)
    assert np.allclose(low, WEEK)
    assert np.allclose(high, WEEK)


def test_the_weekday_goes_on_where_the_history_ends():
    found = forecast(weeks(12)[:-3], AHEAD, DAYS)
    assert np.allclose(found.point, np.roll(WEEK, 3))


def test_a_trend_goes_on_and_weekdays_stay():
    history = weeks(20) + 2.0 * np.arange(140) + noise(140)
    found = forecast(history, AHEAD, DAYS)
    assert np.abs(found.point - (WEEK + 2.0 * np.arange(140, 147))).max() < 12


def test_what_is_better_than_the_season_before_is_chosen_and_its_error_is_told():
    found = forecast(weeks(20) + noise(140, 10), AHEAD, DAYS)
    assert SEASONAL_NAIVE not in found.models
    assert found.mase < 0.9


def test_the_season_before_goes_on_alone_where_nothing_is_as_good():
    """Weeks that change their shape: only the last one is as the next."""
    other = np.concatenate([np.tile(np.roll(WEEK, each), 2) for each in range(5)])
    assert forecast(other, AHEAD, DAYS).models == (SEASONAL_NAIVE,)


def test_of_equally_good_models_the_middle_goes_on():
    found = forecast(np.full(60, 3.0), AHEAD, DAYS)
    assert found.models == ("in the middle, nothing repeats",)
    assert found.mase is None


def test_what_only_the_last_digit_of_a_float_makes_is_no_error():
    history = np.where(np.arange(60) // 7 % 2, 0.1 + 0.2, 0.3)
    assert forecast(history, AHEAD, DAYS).mase is None


@pytest.mark.parametrize("days_ago", range(1, 8))
@pytest.mark.parametrize("usual", [np.zeros(7), np.full(7, 99.0), WEEK])
def test_one_odd_day_of_the_last_week_is_not_expected_again(usual, days_ago):
    history = np.tile(usual, 9)
    history[-days_ago] = 500
    assert np.allclose(forecast(history, AHEAD, DAYS).point, usual)


@pytest.mark.parametrize("level", [80, 95])
def test_as_much_of_what_comes_lies_within_the_interval_as_it_says(level):
    inside = []
    for seed in range(60):
        series = weeks(21) + noise(147, 12, seed)
        found = forecast(series[:-7], AHEAD, DAYS)
        low, high = found.range(level)
        inside.append(np.mean((series[-7:] >= low) & (series[-7:] <= high)))
    assert abs(100 * np.mean(inside) - level) < 5


def test_the_wider_interval_holds_the_narrower_one_and_that_the_forecast():
    found = forecast(weeks(20) + noise(140, 20), AHEAD, DAYS)
    (low95, high95), (low80, high80) = found.range(95), found.range(80)
    assert np.all((low95 <= low80) & (low80 <= found.point) & (found.point <= high80) & (high80 <= high95))


def test_a_level_that_walks_is_covered_although_a_month_is_wrong_at_once():
    """Errors of one origin are alike then, and count as fewer."""
    inside = []
    for seed in range(60):
        series = np.cumsum(noise(168, 5, seed))
        low, high = forecast(series[:-28], 28, DAYS).range(95)
        inside.append(np.mean((series[-28:] >= low) & (series[-28:] <= high)))
    assert np.mean(inside) > 0.9


def made_of(errors: np.ndarray, independent: float) -> Forecast:
    """A forecast of nought whose backtest had these errors, of the shape (origins, steps)."""
    return Forecast(("made",), np.zeros(errors.shape[1]), errors, 0.0, independent)


def test_where_few_errors_were_all_on_one_side_the_next_may_be_on_the_other():
    """Four weeks that overlap, with each day above what had been forecast, are little more than one error."""
    low, high = made_of(10 + noise(28, 2).reshape(4, AHEAD), 1.4).range(80)
    assert np.all(high > 10)
    assert np.all(low < -high / 4)


@pytest.mark.parametrize("level", [80, 95])
def test_many_errors_make_an_interval_of_their_own_quantiles_lopsided_as_they_are(level):
    errors = np.random.default_rng(1).exponential(10, (12, 168)) - 10 * np.log(2)
    low, high = made_of(errors, 12).range(level)
    ends = np.quantile(errors, [0.5 - level / 200, 0.5 + level / 200])
    assert [low.mean(), high.mean()] == pytest.approx(ends, abs=0.05 * np.ptp(ends))


def test_the_same_errors_make_a_wider_interval_where_fewer_of_them_are_independent():
    errors = noise(12 * AHEAD, 5).reshape(12, AHEAD)
    widths = [np.ptp(made_of(errors, number).range(95), axis=0).mean() for number in (1.5, 3, 6, 12, 100)]
    assert widths == sorted(widths, reverse=True)
    assert widths[0] > 1.5 * widths[-1]


def test_an_odd_moment_of_the_past_is_outside_of_the_interval_that_the_others_make():
    errors = noise(8 * AHEAD, 1).reshape(8, AHEAD)
    errors[3] += 30
    assert made_of(errors, 8).coverage(95) == 100 * 7 / 8


def test_a_slope_fades_from_the_first_step_on():
    line = np.arange(200.0)
    assert np.diff(COURSES["fading slope"](line, 3)) == pytest.approx([0.98**2, 0.98**3])
    assert COURSES["fading slope"](line, 1) - COURSES["stays"](line, 1) == pytest.approx(-4 + 0.98)


@pytest.mark.parametrize("level", [80, 95])
def test_a_month_of_days_is_enough_for_an_interval_that_holds_what_it_says(level):
    """As a new site has: levels that walk, and weekdays that repeat themselves."""
    inside = []
    for seed in range(120):
        wanders = np.cumsum(noise(37, 5, seed)) if seed % 2 else np.resize(WEEK, 37) + noise(37, 12, seed)
        low, high = forecast(wanders[:-7], AHEAD, DAYS).range(level)
        inside.append(np.mean((wanders[-7:] >= low) & (wanders[-7:] <= high)))
    assert 100 * np.mean(inside) > level - 2


def test_nothing_below_nought_is_expected_of_a_count():
    history = np.maximum(noise(90, 3), 0)
    found = forecast(history, AHEAD, DAYS, least=0)
    assert found.point.min() >= 0
    assert found.range(95)[0].min() >= 0
    assert forecast(history, AHEAD, DAYS).range(95)[0].min() < 0


def test_no_share_above_a_hundred_percent_is_expected():
    history = 70 + 0.25 * np.arange(120) + noise(120, 1)
    found = forecast(history, 28, DAYS, least=0, most=100)
    assert found.point.max() <= 100
    assert found.range(95)[1].max() <= 100


@pytest.mark.parametrize("length", [0, 1, 2, 23])
def test_a_short_history_says_how_much_is_needed(length):
    with pytest.raises(TooShort) as refused:
        forecast(np.arange(length, dtype=float), AHEAD, DAYS)
    assert refused.value.needed == needed(AHEAD, DAYS) == 24


def test_the_history_that_is_needed_will_do():
    assert len(forecast(np.arange(24, dtype=float), AHEAD, DAYS).point) == AHEAD


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_refused(wrong):
    history = weeks(12)
    history[20] = wrong
    with pytest.raises(ValueError, match="no numbers"):
        forecast(history, AHEAD, DAYS)


@settings(max_examples=60)
@given(
    st.lists(st.floats(-1e15, 1e15, allow_nan=False), min_size=24, max_size=90),
    st.integers(1, 7),
)
def test_any_series_has_a_forecast_in_its_interval(values, steps):
    found = forecast(np.array(values), steps, DAYS)
    low, high = found.range(80)
    assert np.isfinite(found.point).all()
    assert np.all((low <= found.point) & (found.point <= high))
    assert found.errors.shape[1] == steps
