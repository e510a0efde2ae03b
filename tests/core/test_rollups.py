import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.rollups import Summary, percentile, summarised

VALUES = st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=60)


@pytest.mark.parametrize(
    ("values", "summary"),
    [
        ([7], Summary(1, 7, 7, 7, 7, 7)),
        ([9, 1, 5], Summary(3, 1, 5, 9, 9, 15)),
        ([4, 1, 2, 9], Summary(4, 1, 3, 9, 9, 16)),
        (range(20, 0, -1), Summary(20, 1, 10.5, 19, 20, 210)),
        ([0.1] * 10, Summary(10, 0.1, 0.1, 0.1, 0.1, 1.0)),
        ([-3, 3], Summary(2, -3, 0, 3, 3, 0)),
    ],
)
def test_values_are_summarised_whatever_their_order(values, summary):
    assert summarised(values) == summary


def test_nothing_has_no_summary():
    assert summarised([]) is None
    assert summarised(iter(())) is None


def test_nought_is_a_value():
    assert summarised([0, 0]) == Summary(2, 0, 0, 0, 0, 0)


def test_the_mean_is_that_of_all_samples():
    assert summarised([1, 2, 6]).mean == 3


@pytest.mark.parametrize(
    ("count", "percent", "expected"),
    [
        (1, 95, 1),
        (10, 95, 10),
        (19, 95, 19),
        (20, 95, 19),
        (21, 95, 20),
        (100, 95, 95),
        (101, 95, 96),
        (100, 50, 50),
        (3, 0, 1),
        (3, 100, 3),
    ],
)
def test_a_percentile_is_the_value_at_the_nearest_rank(count, percent, expected):
    assert percentile(range(1, count + 1), percent) == expected


@given(VALUES, st.integers(1, 100))
def test_a_percentile_is_the_smallest_value_that_enough_do_not_exceed(values, percent):
    ordered = sorted(values)
    enough = [
        each for each in ordered if 100 * sum(other <= each for other in ordered) >= percent * len(ordered)
    ]
    assert percentile(ordered, percent) == min(enough)


@given(VALUES)
def test_a_summary_lies_in_order_and_its_ends_are_values(values):
    summary = summarised(values)
    assert summary.minimum <= summary.median <= summary.p95 <= summary.maximum
    assert (summary.samples, summary.minimum, summary.maximum) == (len(values), min(values), max(values))
    assert summary.p95 in values
    assert summary.minimum <= summary.mean + 1e-6
    assert summary.mean <= summary.maximum + 1e-6


@given(VALUES, st.randoms())
def test_the_order_of_the_values_changes_nothing_not_even_the_total(values, random):
    shuffled = random.sample(values, len(values))
    assert summarised(shuffled) == summarised(values)
    assert summarised(values).total == math.fsum(values)
