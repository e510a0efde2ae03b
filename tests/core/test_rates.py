import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.rates import (
    ALL_NEW,
    FEWEST_MORE,
    MOST_EXACT,
    SIGNIFICANT,
    Change,
    change,
    more_by_chance,
    poisson_tail,
)

COUNTS = st.integers(0, 300)


def by_hand(before, after):
    """The share of the 2^n outcomes in which the second period has `after` or more, row by row of Pascal's
    triangle."""
    row = [1]
    for _ in range(before + after):
        row = [a + b for a, b in zip([0, *row], [*row, 0], strict=True)]
    return Fraction(sum(row[after:]), 2 ** (before + after))


@pytest.mark.parametrize(
    ("before", "after", "percent"),
    [(10, 20, 100.0), (20, 10, -50.0), (10, 10, 0.0), (3, 0, -100.0), (0, 0, 0.0), (8, 9, 12.5)],
)
def test_the_change_is_told_in_percent(before, after, percent):
    assert change(before, after).percent == percent


def test_more_than_nothing_is_new_and_not_infinitely_more():
    new = change(0, 12)
    assert (new.percent, new.is_rise, new.rise) == (None, True, ALL_NEW)


def test_a_rise_takes_ten_more():
    assert not change(0, FEWEST_MORE - 1).is_rise
    assert change(0, FEWEST_MORE).is_rise
    assert (change(1, 10).is_rise, change(1, 11).is_rise) == (False, True)


def test_ten_more_are_no_rise_where_chance_explains_them():
    assert change(10, 20).p == pytest.approx(0.0494, abs=1e-4)
    assert change(10, 20).is_rise
    assert change(11, 21).p == pytest.approx(0.0551, abs=1e-4)
    assert not change(11, 21).is_rise
    assert not change(1000, 1050).is_rise


@pytest.mark.parametrize("p", [SIGNIFICANT, 0.06])
def test_five_percent_itself_is_not_significant(p):
    assert not Change(10, 30, 200.0, p).is_rise
    assert Change(10, 30, 200.0, SIGNIFICANT - 1e-9).is_rise


@given(st.integers(0, 60))
def test_the_least_number_that_is_a_rise_is_the_one_that_exact_fractions_find(before):
    expected = next(
        after for after in range(before + 10, before + 200) if by_hand(before, after) < Fraction(5, 100)
    )
    assert next(after for after in range(before + 200) if change(before, after).is_rise) == expected


@given(st.integers(0, 80), st.integers(0, 80))
def test_the_probability_is_the_exact_one(before, after):
    assert more_by_chance(before, after) == pytest.approx(float(by_hand(before, after)), rel=1e-12)


def test_none_against_none_is_no_surprise():
    assert change(0, 0) == Change(0, 0, 0.0, 1.0)


@pytest.mark.parametrize("more", [0, 40, 100, 150])
def test_beyond_two_thousand_the_approximation_goes_on_where_the_exact_one_ends(more):
    half = MOST_EXACT // 2
    exact, beyond = more_by_chance(half - more, half + more), more_by_chance(half - more, half + more + 1)
    assert beyond == pytest.approx(exact, rel=0.2, abs=1e-9)
    slow = Fraction(sum(math.comb(3001, k) for k in range(1500 + more, 3002)), 2**3001)
    assert more_by_chance(1501 - more, 1500 + more) == pytest.approx(float(slow), rel=0.1, abs=1e-9)


@given(COUNTS, COUNTS)
def test_more_errors_are_less_likely_and_more_before_make_them_likelier(before, after):
    p = more_by_chance(before, after)
    assert 0 <= p <= 1
    assert more_by_chance(before, after + 1) <= p <= more_by_chance(before + 1, after)


@given(COUNTS, st.integers(1, 300))
def test_so_many_or_fewer_than_so_many_it_always_is(before, after):
    assert more_by_chance(before, after) + more_by_chance(after - 1, before + 1) == pytest.approx(1)


@given(COUNTS, COUNTS)
def test_a_rise_stays_one_with_more_errors_and_is_told_only_where_there_is_one(before, after):
    found = change(before, after)
    if found.is_rise:
        assert change(before, after + 1).is_rise
        assert found.rise > 0
        assert not change(after, before).is_rise
    else:
        assert found.rise == 0


@pytest.mark.parametrize(("before", "after"), [(10**6, 10**6 + 10), (0, 10**7), (10**7, 0), (10**9, 10**9)])
def test_large_numbers_are_compared_as_well(before, after):
    found = change(before, after)
    assert 0 <= found.p <= 1
    assert found.is_rise == (after == 10**7)


@given(st.integers(0, 60), st.floats(0.01, 40))
def test_the_poisson_tail_is_what_adding_it_up_gives(count, expected):
    rate = Fraction(expected)
    fewer, term = Fraction(0), Fraction(1)
    for k in range(count):
        fewer += term
        term = term * rate / (k + 1)
    assert poisson_tail(count, expected) == pytest.approx(1 - float(fewer) * math.exp(-expected), abs=1e-9)


@pytest.mark.parametrize(
    ("count", "expected", "p"),
    [(0, 5, 1.0), (-1, 5, 1.0), (0, 0, 1.0), (1, 0, 0.0), (3, -1, 0.0), (1, 700, 1.0)],
)
def test_the_poisson_tail_has_its_limits(count, expected, p):
    assert poisson_tail(count, expected) == pytest.approx(p)


@given(st.integers(0, 200), st.floats(0, 200), st.floats(0, 5))
def test_the_poisson_tail_falls_with_the_count_and_grows_with_what_is_expected(count, expected, more):
    p = poisson_tail(count, expected)
    assert 0 <= p <= 1
    assert poisson_tail(count + 1, expected) <= p + 1e-12
    assert poisson_tail(count, expected + more) >= p - 1e-12


@pytest.mark.parametrize("deviations", [-2, 0, 2, 3])
def test_the_poisson_tail_goes_on_where_the_exact_one_ends(deviations):
    count = MOST_EXACT + int(deviations * MOST_EXACT**0.5)
    assert poisson_tail(count, MOST_EXACT + 0.001) == pytest.approx(poisson_tail(count, MOST_EXACT), rel=0.2)
