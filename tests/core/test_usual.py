import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.usual import (
    FEWEST_DAYS,
    LEAST,
    LEAST_SHARE,
    MOST_DAYS,
    WIDTH,
    Usual,
    learning_until,
    usual,
)

TODAY = date(2026, 11, 24)
SATURDAY, SUNDAY = 5, 6


def before(days):
    return TODAY - timedelta(days=days)


def history(figure, days=MOST_DAYS, today=TODAY):
    """The figures of the days before today; `figure` is told how many days ago each is."""
    return {today - timedelta(days=ago): figure(ago) for ago in range(1, days + 1)}


def noisy(level, noise, seed=1):
    """A level with normal noise: the same for the same seed."""
    chance = random.Random(seed)
    return lambda _ago: level + chance.gauss(0, noise)


def is_usual(value, of):
    return of.low <= value <= of.high


@pytest.mark.parametrize("level", [0, 40, 1000, -1000])
def test_a_level_with_noise_is_expected_as_it_is_and_its_noise_is_the_deviation(level):
    found = usual(history(noisy(level, 10)), TODAY)
    assert found.expected == pytest.approx(level, abs=6)
    assert 5 < found.deviation < 15
    assert found.days == MOST_DAYS


@pytest.mark.parametrize("days", [FEWEST_DAYS, 21, 28, MOST_DAYS])
def test_noise_is_seldom_off_however_long_the_history_is(days):
    ranges = [usual(history(noisy(1000, 50, seed), days), TODAY) for seed in range(100)]
    today = noisy(1000, 50, seed=-1)
    assert sum(not is_usual(today(0), each) for each in ranges) <= 10


def test_what_is_far_from_the_level_is_off_by_so_many_deviations_either_way():
    found = Usual(expected=100, deviation=4, days=84)
    assert (found.low, found.high) == (86, 114)
    assert [found.deviations(value) for value in (100, 114, 86, 120)] == [0, WIDTH, WIDTH, 5]


def test_a_jump_of_a_fifth_is_off_its_noise():
    found = usual(history(noisy(1000, 10)), TODAY)
    assert is_usual(1010, found)
    assert not is_usual(1200, found)
    assert not is_usual(800, found)


@pytest.mark.parametrize(("ahead", "expected"), [(0, 30), (3, 30), (4, 2), (5, 0), (6, 30)])
def test_each_weekday_has_a_level_of_its_own(ahead, expected):
    today = TODAY + timedelta(days=ahead)
    levels = {SATURDAY: 2, SUNDAY: 0}
    figures = history(lambda ago: levels.get((today - timedelta(days=ago)).weekday(), 30), today=today)
    found = usual(figures, today)
    assert found.expected == expected
    assert not is_usual(30 if expected < 30 else 2, found), "the other weekdays' level"


def weekdays_rise(ago):
    """Mondays 0, Tuesdays 100, up to Sundays 600."""
    return 100.0 * before(ago).weekday()


def test_what_weekdays_differ_by_is_no_deviation():
    found = usual(history(weekdays_rise), TODAY)
    assert found.expected == pytest.approx(100)
    assert found.high == pytest.approx(101)


def test_a_weekday_counts_from_two_weeks_on():
    def weekends(days):
        return usual(history(lambda ago: 0 if before(ago).weekday() == 1 else 30, days), TODAY).expected

    assert (TODAY.weekday(), before(21).weekday()) == (1, 1)
    assert weekends(14) == 0
    assert weekends(21) == 0


@pytest.mark.parametrize("change", [2, -2, 0.5])
def test_a_trend_goes_on(change):
    found = usual(history(lambda ago: 1000 - change * ago), TODAY)
    assert found.expected == pytest.approx(1000)
    assert is_usual(1000 + change, found)
    few = usual(history(lambda ago: 1000 - change * ago, FEWEST_DAYS), TODAY)
    assert few.expected == pytest.approx(1000)
    noise = noisy(0, 5)
    found = usual(history(lambda ago: 1000 - change * ago + noise(ago)), TODAY)
    assert found.expected == pytest.approx(1000, abs=5)


def test_a_trend_and_weekdays_are_told_apart():
    figures = history(lambda ago: 1000 - ago + 100 * (before(ago).weekday() == TODAY.weekday()))
    assert usual(figures, TODAY).expected == pytest.approx(1100, abs=1)


@pytest.mark.parametrize("odd", [0, 5000])
def test_a_few_odd_days_widen_the_range_little(odd):
    calm = history(noisy(1000, 10))
    days = random.Random(3).sample(sorted(calm), 8)
    found = usual({**calm, **dict.fromkeys(days, odd)}, TODAY)
    assert found.expected == pytest.approx(1000, abs=10)
    assert found.deviation < 20
    assert not is_usual(odd, found)


def test_the_deviation_is_that_of_the_last_four_weeks():
    wild, calm = noisy(0, 100), noisy(0, 5)
    calmed = usual(history(lambda ago: 1000 + (calm(ago) if ago <= 28 else wild(ago))), TODAY)
    grew_wild = usual(history(lambda ago: 1000 + (wild(ago) if ago <= 28 else calm(ago))), TODAY)
    assert calmed.deviation < 40
    assert grew_wild.deviation > 60


def test_an_odd_week_just_before_today_does_not_become_usual():
    calm = history(noisy(1000, 10))
    odd = {before(ago): 3000 for ago in range(1, 6)}
    found = usual({**calm, **odd}, TODAY)
    assert is_usual(1000, found)
    assert not is_usual(3000, found)


@pytest.mark.parametrize("noise", [0, 5])
@pytest.mark.parametrize("since", [15, 21, 42])
def test_a_new_level_is_usual_within_about_two_weeks_and_the_former_is_off(since, noise):
    chance = noisy(0, noise)
    found = usual(history(lambda ago: (1200 if ago <= since else 1000) + chance(ago)), TODAY)
    assert is_usual(1200, found)
    assert found.expected == pytest.approx(1200, abs=50)
    assert not is_usual(1000, found)


def test_a_new_level_of_three_days_is_off():
    found = usual(history(lambda ago: 1200 if ago <= 3 else 1000), TODAY)
    assert found.expected == 1000
    assert not is_usual(1200, found)


@pytest.mark.parametrize(("level", "least"), [(0, 1), (5, 1), (100, 1), (1000, 10), (-1000, 10)])
def test_of_a_constant_one_more_is_usual_and_of_many_one_percent(level, least):
    found = usual(history(lambda _ago: level), TODAY)
    assert found.expected == level
    assert (found.low, found.high) == pytest.approx((level - least, level + least))


def test_less_than_two_weeks_are_not_enough():
    figures = history(noisy(1000, 10), days=13)
    with pytest.raises(ValueError, match="13 days of history, and 14 are needed"):
        usual(figures, TODAY)
    assert usual({**figures, before(14): 1000}, TODAY).days == 14
    with pytest.raises(ValueError, match="0 days of history"):
        usual({}, TODAY)


@pytest.mark.parametrize(("days", "ahead"), [(0, 14), (1, 13), (13, 1), (14, None), (84, None)])
def test_it_says_from_which_day_on_there_is_enough(days, ahead):
    learned = learning_until(history(noisy(1000, 10), days), TODAY)
    assert learned == (None if ahead is None else TODAY + timedelta(days=ahead))


@given(st.integers(0, 13))
def test_on_the_day_that_was_said_and_not_before_there_is_enough(days):
    learned = learning_until(history(lambda _ago: 1, days), TODAY)
    until_then = history(lambda _ago: 1, days + (learned - TODAY).days, today=learned)
    assert usual(until_then, learned).days == FEWEST_DAYS
    the_day_before = {day: value for day, value in until_then.items() if day < learned - timedelta(days=1)}
    assert learning_until(the_day_before, learned - timedelta(days=1)) == learned


def test_twelve_weeks_up_to_yesterday_are_looked_at_and_no_more():
    figures = history(noisy(1000, 10))
    more = {before(ago): 9_000_000 for ago in (*range(85, 200), 0, -1, -7)}
    assert usual({**figures, **more}, TODAY) == usual(figures, TODAY)
    assert learning_until(more, TODAY) == TODAY + timedelta(days=14)
    assert usual({**figures, before(84): 1e12}, TODAY).days == MOST_DAYS
    assert learning_until(history(noisy(0, 1), 14, today=before(70)), TODAY) is None
    assert learning_until(history(noisy(0, 1), 14, today=before(71)), TODAY) == TODAY + timedelta(days=1)


def test_days_that_are_missing_are_not_noughts():
    figures = history(noisy(1000, 10))
    gaps = {day: value for day, value in figures.items() if day.day % 3}
    found = usual(gaps, TODAY)
    assert found.days == len(gaps)
    assert found.expected == pytest.approx(1000, abs=6)


FIGURES = st.lists(st.integers(0, 3000), min_size=FEWEST_DAYS, max_size=40)


def series(figures):
    return history(lambda ago: figures[-ago], len(figures))


@given(FIGURES, st.integers(-10_000, 10_000))
def test_what_is_added_to_each_day_is_added_to_what_is_expected(figures, more):
    found = usual(series(figures), TODAY)
    raised = usual(series([each + more for each in figures]), TODAY)
    assert raised.expected == pytest.approx(found.expected + more, abs=1e-6)


@given(FIGURES)
def test_a_range_has_what_is_expected_in_it_and_is_as_wide_as_one_and_one_percent(figures):
    found = usual(series(figures), TODAY)
    assert found.low < found.expected < found.high
    least = max(LEAST, LEAST_SHARE * abs(found.expected))
    assert found.high - found.expected >= least - 1e-6


@given(FIGURES)
def test_the_order_in_which_days_are_told_changes_nothing(figures):
    told = series(figures)
    assert usual(dict(reversed(told.items())), TODAY) == usual(told, TODAY)


@given(FIGURES)
def test_how_far_off_a_value_is_and_whether_it_lies_in_the_range_agree(figures):
    found = usual(series(figures), TODAY)
    for value in (0, 100, found.expected, found.high + 1, found.low - 1):
        assert (found.deviations(value) <= WIDTH) is is_usual(value, found)
