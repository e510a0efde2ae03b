"""When a limit is met, how sure that is, and what is said about it."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from verenigingen_maintenance.core.capacity import (
    Crossing,
    crossing,
    moves_towards,
    recommendation,
    trend_in_words,
)
from verenigingen_maintenance.core.forecasts import forecast
from verenigingen_maintenance.core.series import trend
from verenigingen_maintenance.core.thresholds import Limit

FIRST = date(2026, 11, 1)
DISK = Limit.parse("> 90")


def growing(slope: float, start: float = 60.0, length: int = 200) -> np.ndarray:
    return start + slope * np.arange(length) + np.random.default_rng(1).normal(0, 0.5, length)


def ahead(history: np.ndarray, days: int = 60):
    return forecast(history, days, (7,), 0, 100)


def test_the_day_on_which_a_growing_disk_is_full_is_expected_between_two_others():
    found = crossing(ahead(growing(0.12)), DISK, FIRST)
    right = FIRST + timedelta(days=(90 - 60 - 0.12 * 200) / 0.12)
    assert abs((found.expected - right).days) < 12
    assert found.earliest < found.expected
    assert found.latest is None or found.expected < found.latest


def test_a_limit_that_is_not_met_within_the_days_is_not_dated():
    found = crossing(ahead(growing(0.01)), DISK, FIRST)
    assert (found.expected, found.earliest, found.latest) == (None, None, None)
    assert found.until == FIRST + timedelta(days=59)


def test_a_limit_below_is_met_by_a_fall():
    found = crossing(ahead(growing(-0.12, 80)), Limit.parse("< 52"), FIRST)
    assert found.earliest < found.expected


def test_what_is_met_already_is_met_on_the_first_day():
    assert crossing(ahead(growing(0, 95)), DISK, FIRST).expected == FIRST


def test_one_outage_of_a_page_that_never_fails_is_no_limit_to_be_met():
    failures = np.zeros(60)
    failures[-3] = 1
    assert crossing(ahead(failures, 21), Limit.parse("> 0"), FIRST).expected is None


def test_soon_is_within_four_weeks():
    found = crossing(ahead(growing(0.12)), DISK, FIRST)
    assert not found.is_soon(found.expected - timedelta(days=29))
    assert found.is_soon(found.expected - timedelta(days=28))


def test_a_recommendation_names_value_limit_and_days():
    found = crossing(ahead(growing(0.12)), DISK, FIRST)
    told = recommendation("Disk used", "%", 83.94, DISK, found, "Free space.")
    assert told.startswith(f"Disk used is 83.9 %, and above 90 about {found.expected} (")
    assert f"({found.earliest} at the earliest, " in told
    assert told.endswith(" at the latest). Free space.")


def test_small_units_are_told_with_digits_that_say_something():
    rising = 0.0004 + 4e-6 * np.arange(60) + np.random.default_rng(1).normal(0, 1e-5, 60)
    told = trend_in_words("Response time", "s", trend(rising), [])
    assert told.startswith("Response time rose by 0.000233 s in 60 days (+")
    slow = Limit.parse("> 0.1")
    found = Crossing(FIRST, FIRST, FIRST, FIRST)
    assert recommendation("Response time", "s", 0.0412, slow, found, "").startswith(
        f"Response time is 0.0412 s, and above 0.1 about {FIRST} ("
    )


@pytest.mark.parametrize(
    ("value", "words"), [(0.0, "0 MB"), (52341.26, "52341 MB"), (83.94, "83.9 MB"), (100.0, "100 MB")]
)
def test_other_values_are_told_without_noise(value, words):
    found = Crossing(FIRST, FIRST, FIRST, FIRST)
    assert recommendation("Size", "MB", value, Limit.parse("> 60000"), found, "").startswith(
        f"Size is {words},"
    )


def test_a_limit_that_is_passed_already_is_told_without_days():
    found = crossing(ahead(growing(0, 95)), DISK, FIRST)
    assert (
        recommendation("Disk used", "%", 95, DISK, found, "Act.")
        == "Disk used is 95 %, above 90 already. Act."
    )


def test_nothing_is_recommended_where_nothing_is_met():
    found = crossing(ahead(growing(0.01)), DISK, FIRST)
    assert recommendation("Disk used", "%", 60, DISK, found, "Free space.") == ""


def test_a_trend_goes_towards_a_limit_or_away_from_it():
    rising = trend(growing(0.2, length=60))
    assert moves_towards(rising, DISK, 72)
    assert not moves_towards(rising, Limit.parse("< 10"), 72)
    assert not moves_towards(trend(growing(0, length=60)), DISK, 60)


def test_a_trend_is_noteworthy_by_the_way_that_is_left():
    """A disk that rises by 2 % is nothing at 30 %, and something at 80 %."""
    rising = trend(growing(0.05, length=60))
    assert not moves_towards(rising, DISK, 30)
    assert moves_towards(rising, DISK, 80)


def test_a_trend_is_told_with_its_size_and_its_step():
    told = trend_in_words("Disk used", "%", trend(growing(0.5, length=61)), [FIRST])
    assert told.startswith("Disk used rose by ")
    assert "% in 61 days (+" in told
    assert told.endswith("with a step on 2026-11-01")
