from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.availability import (
    Availability,
    Span,
    availability,
    total,
    union,
    within,
    without,
)

START = datetime(2026, 11, 1, tzinfo=timezone.utc)
LONGEST = 60


def span(first, last):
    return Span(START + timedelta(seconds=first), START + timedelta(seconds=last))


def spans(*pairs):
    return [span(*pair) for pair in pairs]


def hours(number):
    return timedelta(hours=number)


def available(windows, down=(), planned=(), not_measured=()):
    """The seconds that were up, down, planned and not measured."""
    found = availability(spans(*windows), spans(*down), spans(*planned), spans(*not_measured))
    figures = (found.up, found.down, found.planned, found.not_measured)
    return tuple(figure.total_seconds() for figure in figures)


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ([], []),
        ([(3, 5)], [(3, 5)]),
        ([(3, 3)], []),
        ([(6, 8), (1, 2)], [(1, 2), (6, 8)]),
        ([(1, 4), (3, 6)], [(1, 6)]),
        ([(1, 9), (3, 6)], [(1, 9)]),
        ([(1, 3), (3, 6)], [(1, 6)]),
        ([(1, 3), (1, 3)], [(1, 3)]),
        ([(1, 3), (3, 3), (4, 4), (5, 6)], [(1, 3), (5, 6)]),
    ],
)
def test_the_union_neither_touches_nor_overlaps_and_is_in_order(given_, expected):
    assert union(spans(*given_)) == spans(*expected)


@pytest.mark.parametrize(
    ("one", "other", "inside", "outside"),
    [
        ([(0, 9)], [], [], [(0, 9)]),
        ([], [(0, 9)], [], []),
        ([(0, 9)], [(3, 5)], [(3, 5)], [(0, 3), (5, 9)]),
        ([(0, 9)], [(0, 4)], [(0, 4)], [(4, 9)]),
        ([(0, 9)], [(4, 12)], [(4, 9)], [(0, 4)]),
        ([(3, 5)], [(0, 9)], [(3, 5)], []),
        ([(3, 5)], [(5, 9)], [], [(3, 5)]),
        ([(3, 5)], [(0, 3)], [], [(3, 5)]),
        ([(0, 9)], [(1, 2), (4, 5), (2, 3)], [(1, 3), (4, 5)], [(0, 1), (3, 4), (5, 9)]),
        ([(0, 4), (6, 9)], [(3, 7)], [(3, 4), (6, 7)], [(0, 3), (7, 9)]),
        ([(0, 4), (2, 9)], [(3, 3)], [], [(0, 9)]),
    ],
)
def test_spans_are_cut_to_what_lies_in_others_or_outside_them(one, other, inside, outside):
    assert within(spans(*one), spans(*other)) == spans(*inside)
    assert without(spans(*one), spans(*other)) == spans(*outside)


def test_a_span_cannot_end_before_it_begins():
    assert span(5, 5).length == timedelta()
    with pytest.raises(
        ValueError, match=r"cannot end at 2026-11-01 00:00:04.*, before it begins at .*00:00:05"
    ):
        span(5, 4)


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ({}, (100, 0, 0, 0)),
        ({"down": [(10, 30)]}, (80, 20, 0, 0)),
        ({"down": [(10, 30), (20, 40), (20, 40)]}, (70, 30, 0, 0)),
        ({"down": [(-50, 10), (90, 200)]}, (80, 20, 0, 0)),
        ({"down": [(-50, -10), (100, 200)]}, (100, 0, 0, 0)),
        ({"planned": [(10, 30), (20, 40)]}, (70, 0, 30, 0)),
        ({"not_measured": [(10, 30), (20, 40)]}, (70, 0, 0, 30)),
        ({"down": [(10, 30)], "planned": [(20, 50)]}, (60, 10, 30, 0)),
        ({"down": [(10, 30)], "not_measured": [(20, 50)]}, (60, 10, 0, 30)),
        ({"planned": [(10, 30)], "not_measured": [(20, 50)]}, (60, 0, 20, 20)),
        ({"down": [(0, 60)], "planned": [(0, 20)], "not_measured": [(10, 40)]}, (40, 20, 20, 20)),
    ],
)
def test_planned_counts_before_not_measured_and_that_before_down(case, expected):
    assert available([(0, 100)], **case) == expected


def test_only_time_in_a_window_counts_and_where_windows_overlap_once():
    assert available([(0, 10), (5, 20), (30, 40)], down=[(8, 12), (15, 35)]) == (16, 14, 0, 0)
    assert available([], down=[(8, 12)]) == (0, 0, 0, 0)


def test_spans_may_come_as_they_are_read():
    found = availability(*(iter(spans(pair)) for pair in ((0, 100), (10, 30), (20, 50), (40, 60))))
    assert found == Availability(*(timedelta(seconds=each) for each in (50, 10, 30, 10)))


def a_month():
    """November: down for three hours, an hour of that planned; half a day was not measured."""
    day = 86_400
    return availability(
        spans((0, 30 * day)),
        down=spans((5 * day, 5 * day + 2 * 3600), (9 * day, 9 * day + 3600)),
        planned=spans((9 * day, 9 * day + 3600)),
        not_measured=spans((20 * day, 20 * day + day // 2)),
    )


def test_a_month_with_known_downtime_has_the_known_figure():
    month = a_month()
    assert (month.down, month.planned, month.not_measured) == (hours(2), hours(1), hours(12))
    assert (month.up, month.measured) == (hours(705), hours(707))
    assert month.percent == pytest.approx(99.7171, abs=1e-4)


def test_the_budget_is_the_downtime_that_the_target_allows_of_what_was_measured():
    assert a_month().budget(99.5) == timedelta(hours=3, minutes=32, seconds=6)
    assert a_month().budget_left(99.5) == timedelta(hours=1, minutes=32, seconds=6)
    assert a_month().budget_left(99.9) == timedelta(minutes=42, seconds=25.2) - hours(2), "it is spent"
    assert a_month().budget(100) == timedelta()


def test_where_nothing_was_measured_there_is_no_percentage_and_no_budget():
    nothing = Availability(hours(0), hours(0), hours(1), hours(5))
    assert nothing.percent is None
    assert nothing.budget(99.5) == timedelta()


def test_all_down_is_nought_percent_and_all_up_is_a_hundred():
    assert Availability(hours(0), hours(3), hours(1), hours(5)).percent == 0
    assert Availability(hours(3), hours(0), hours(1), hours(5)).percent == 100


MOMENTS = st.tuples(st.integers(0, LONGEST), st.integers(0, LONGEST)).map(sorted)
SPANS = st.lists(MOMENTS, max_size=6)


def seconds_of(pairs):
    """Each second of some spans, one by one."""
    return {second for first, last in pairs for second in range(first, last)}


@given(SPANS, SPANS, SPANS, SPANS)
def test_time_is_what_counting_second_by_second_finds(windows, down, planned, not_measured):
    kinds = {"up": 0, "down": 0, "planned": 0, "not_measured": 0}
    for second in seconds_of(windows):
        if second in seconds_of(planned):
            kinds["planned"] += 1
        elif second in seconds_of(not_measured):
            kinds["not_measured"] += 1
        elif second in seconds_of(down):
            kinds["down"] += 1
        else:
            kinds["up"] += 1
    assert available(windows, down, planned, not_measured) == tuple(kinds.values())


@given(SPANS, SPANS, SPANS, SPANS)
def test_all_time_of_the_windows_is_told_and_none_is_negative(windows, down, planned, not_measured):
    figures = available(windows, down, planned, not_measured)
    assert sum(figures) == total(union(spans(*windows))).total_seconds()
    assert min(figures) >= 0


@given(SPANS, SPANS)
def test_what_lies_in_others_and_what_lies_outside_make_the_whole(one, other):
    one, other = spans(*one), spans(*other)
    inside, outside = within(one, other), without(one, other)
    assert union([*inside, *outside]) == union(one)
    assert within(inside, outside) == []
    assert union(outside) == outside, "no two of them touch"


@given(SPANS)
def test_the_union_of_a_union_is_itself_and_has_every_second(pairs):
    joined = union(spans(*pairs))
    assert union(joined) == joined
    assert total(joined).total_seconds() == len(seconds_of(pairs))


@given(SPANS, SPANS, SPANS)
def test_more_downtime_is_never_more_available(windows, down, more):
    before = availability(spans(*windows), spans(*down), [], [])
    after = availability(spans(*windows), spans(*down, *more), [], [])
    assert (after.percent or 0) <= (before.percent or 0)
    assert after.budget_left(99.5) <= before.budget_left(99.5)
