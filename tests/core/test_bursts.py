from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.bursts import (
    BY_CHANCE,
    FEWEST,
    LEAST_LEVEL,
    TIMES,
    Burst,
    bursts,
    level,
    profiles,
)
from verenigingen_maintenance.core.rates import poisson_tail

NINE = datetime(2026, 11, 24, 9, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)


def is_burst(errors, usual, days=10):
    """Whether so many errors are a burst where so many are usual at that hour."""
    return bool(bursts({("EP", NINE): errors}, {"EP": {9: usual * days}}, days))


@pytest.mark.parametrize(
    ("errors", "usual", "found"),
    [
        (5, 0, False),  # comes by chance more than once in ten thousand hours
        (6, 0, True),
        (8, 1, True),
        (7, 1, True),
        (6, 1, False),
        (29, 10, False),
        (30, 10, True),
        (299, 100, False),  # no chance, but not three times its level
        (300, 100, True),
    ],
)
def test_a_burst_is_three_times_the_level_of_its_hour_and_not_by_chance(errors, usual, found):
    assert is_burst(errors, usual) is found


def test_a_pattern_that_was_never_seen_before_may_burst():
    assert bursts({("EP", NINE): 50}, {}, 0) == [Burst("EP", NINE, 50, 0.0)]
    assert bursts({("EP", NINE): 50}, {"EP": {}}, 30) == [Burst("EP", NINE, 50, 0.0)]


def test_the_same_number_is_a_burst_at_night_only():
    profile = {"EP": {9: 300, 3: 3}}
    hours = {("EP", NINE): 20, ("EP", NINE.replace(hour=3)): 20}
    assert bursts(hours, profile, 30) == [Burst("EP", NINE.replace(hour=3), 20, 0.1)]


def test_each_pattern_has_its_own_level():
    hours = {("quiet", NINE): 20, ("loud", NINE): 20}
    assert [each.pattern for each in bursts(hours, {"loud": {9: 300}}, 30)] == ["quiet"]


def test_the_worst_comes_first_then_the_earliest():
    hours = {("b", NINE): 20, ("a", NINE): 20, ("c", NINE + HOUR): 50, ("c", NINE - HOUR): 20, ("d", NINE): 1}
    found = [(each.pattern, each.begins) for each in bursts(hours, {}, 30)]
    assert found == [("c", NINE + HOUR), ("c", NINE - HOUR), ("a", NINE), ("b", NINE)]


def test_without_hours_there_is_no_burst():
    assert bursts({}, {"EP": {9: 3}}, 30) == []


@pytest.mark.parametrize(
    ("days", "usual"),
    [(7, 12.0), (14, 6.0), (6, (84 + 60) / (24 * 6)), (1, (84 + 60) / 24), (0, 0.0), (-1, 0.0)],
)
def test_with_less_than_a_week_of_history_the_mean_of_all_hours_is_the_level(days, usual):
    assert level({9: 84, 10: 60}, 9, days) == pytest.approx(usual)


def test_an_hour_without_errors_has_the_level_nought():
    assert level({9: 84}, 10, 7) == 0
    assert level({}, 10, 3) == 0


def test_profiles_add_up_by_pattern_and_hour():
    rows = [("a", 9, 3), ("b", 9, 1), ("a", 9, 4), ("a", 23, 1)]
    assert profiles(rows) == {"a": {9: 7, 23: 1}, "b": {9: 1}}
    assert profiles([]) == {}


@given(st.integers(0, 400), st.integers(0, 60))
def test_a_burst_meets_all_three_conditions(errors, usual):
    base = max(usual, LEAST_LEVEL)
    meets = errors >= FEWEST and errors >= TIMES * base and poisson_tail(errors, base) < BY_CHANCE
    assert is_burst(errors, usual) is meets


@given(st.integers(0, 400), st.integers(0, 60), st.integers(0, 50))
def test_more_errors_or_a_lower_level_keep_a_burst(errors, usual, more):
    if is_burst(errors, usual + more):
        assert is_burst(errors + more, usual + more)
        assert is_burst(errors, usual)
