"""Days as a series: gaps, weekdays, and what is called a trend or a step."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from verenigingen_maintenance.core.series import series, steps, trend, without_weekdays

MONDAY = date(2026, 8, 3)
WEEK = np.array([10, 12, 13, 12, 11, 4, 3], dtype=float)


def noise(length: int, size: float = 1.0, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, size, length)


def remembering(length: int, memory: float, seed: int) -> np.ndarray:
    values = noise(length + 50, 1, seed)
    for index in range(1, len(values)):
        values[index] += memory * values[index - 1]
    return values[50:]


def days(values: list[float | None]) -> dict[date, float]:
    return {MONDAY + timedelta(days=i): value for i, value in enumerate(values) if value is not None}


def test_a_gap_is_filled_by_the_weekday_before():
    values = [1, 2, 3, 4, 5, 6, 7, 8, None, 10]
    found = series(days(values))
    assert found.values.tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 2, 10]
    assert (found.first, found.last, found.filled) == (MONDAY, MONDAY + timedelta(days=9), 1)


def test_a_series_that_was_hardly_measured_is_unfit_however_long_it_is():
    one_in_seven = series(days([1.0 if i % 7 == 0 else None for i in range(200)]))
    assert one_in_seven.unfit(24) == "only 29 of its 197 days were measured"
    with_a_gap = series(days([1.0] * 20 + [None] * 3 + [1.0] * 3))
    assert with_a_gap.unfit(24) == "only 23 of its 26 days were measured"


def test_a_series_that_misses_each_weekend_is_fit():
    assert series(days([1.0 if i % 7 < 5 else None for i in range(100)])).unfit(24) == ""


def test_a_series_with_a_value_that_no_column_keeps_the_forecast_of_is_unfit():
    assert series(days([1.0] * 30 + [-2e11])).unfit(24) == "it has values that are too large"
    assert series(days([1.0] * 30 + [9e10])).unfit(24) == ""


def test_what_is_before_a_gap_of_over_a_week_is_left_out():
    found = series(days([1.0, 2.0, *[None] * 8, 5.0, 6.0]))
    assert found.values.tolist() == [5.0, 6.0]
    assert found.filled == 0
    assert len(series(days([1.0, 2.0, *[None] * 7, 5.0, 6.0])).values) == 11


def test_what_is_no_number_is_a_gap():
    found = series(days([1.0, float("nan"), float("inf"), 4.0]))
    assert found.values.tolist() == [1.0, 1.0, 1.0, 4.0]
    assert found.filled == 2


@pytest.mark.parametrize("values", [[], [None], [float("nan")]])
def test_no_days_are_no_series(values):
    assert series(days(values)) is None


def test_weekdays_are_taken_out_and_the_trend_stays():
    line = np.arange(56) * 0.5
    plain = without_weekdays(np.tile(WEEK, 8) + line)
    assert np.allclose(plain, WEEK.mean() + line, atol=0.8)


def test_a_rise_over_the_weekdays_is_a_trend_with_its_figures():
    found = trend(np.tile(WEEK, 8) + 0.2 * np.arange(56) + noise(56, 0.5))
    assert found.direction == "rising"
    assert found.change == pytest.approx(11, rel=0.1)
    assert found.share > 0.5


def test_a_fall_is_one_too():
    assert trend(100 - 0.5 * np.arange(60) + noise(60)).direction == "falling"


def test_a_trend_that_is_sure_but_small_is_none():
    found = trend(1000 + 0.5 * np.arange(60) + noise(60, 0.5))
    assert found.p < 0.001
    assert found.direction == "stable"


def test_days_that_resemble_the_one_before_are_seldom_called_a_trend():
    """A plain test would call a quarter of them one."""
    called = [trend(5 + remembering(90, 0.8, seed)).is_one for seed in range(200)]
    assert np.mean(called) < 0.06


def test_of_four_weeks_such_days_are_seldom_called_a_sure_trend_either():
    """The estimate of their likeness is too low then: without its correction it would be 7 %."""
    called = [trend(5 + remembering(28, 0.8, seed)).is_sure for seed in range(400)]
    assert np.mean(called) < 0.06


def test_less_than_four_weeks_have_no_trend():
    assert trend(np.arange(27.0)) is None
    assert trend(np.arange(28.0)).direction == "rising"


def test_a_constant_has_no_trend_and_no_step():
    assert trend(np.full(60, 7.0)).direction == "stable"
    assert steps(np.full(60, 7.0)) == []


def test_a_step_is_found_where_it_was():
    values = np.concatenate([np.tile(WEEK, 5), np.tile(WEEK, 5) + 8]) + noise(70, 0.5)
    found = steps(values)
    assert len(found) == 1
    assert abs(found[0] - 35) <= 1


def test_noise_and_one_odd_day_are_no_step():
    values = 50 + noise(80, 2)
    values[40] = 500
    assert steps(values) == []
