from dataclasses import replace
from datetime import datetime, timedelta
from statistics import mean, pvariance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.pattern_states import (
    DECIDED,
    ESCALATING,
    FEW,
    HISTORY_DAYS,
    IGNORED,
    NEW,
    ONGOING,
    REGRESSED,
    RESOLVED,
    Standing,
    ceiling,
    state_of,
)

NOW = datetime(2026, 11, 24, 12)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
OLD = Standing(NEW, NOW - 10 * DAY, NOW - SECOND, 100, 8, ceiling=8.0)


def state(now=NOW, **changes):
    return state_of(replace(OLD, **changes), now)


@pytest.mark.parametrize(
    ("age", "found"), [(timedelta(0), NEW), (DAY - SECOND, NEW), (DAY, ONGOING), (9 * DAY, ONGOING)]
)
def test_a_pattern_is_new_for_a_day(age, found):
    assert state(first_seen=NOW - age) == found


@pytest.mark.parametrize(
    ("errors", "most", "found"),
    [
        (8, 8.0, ONGOING),
        (9, 8.0, ESCALATING),
        (9, 8.999, ESCALATING),
        (0, 5, ONGOING),
        (10**6, None, ONGOING),
    ],
)
def test_it_escalates_above_its_ceiling_and_without_history_never(errors, most, found):
    assert state(last_24_hours=errors, ceiling=most) == found


def test_what_is_new_does_not_escalate():
    assert state(first_seen=NOW, last_24_hours=1000, ceiling=5) == NEW


@pytest.mark.parametrize("before", [NEW, ONGOING, ESCALATING])
def test_what_nobody_decided_follows_from_the_counts_alone(before):
    assert state(state=before) == ONGOING
    assert state(state=before, resolved_at=NOW - 5 * DAY) == ONGOING
    assert state(state=before, ignored_until=NOW + DAY, ignored_to_total=1000) == ONGOING


@pytest.mark.parametrize("before", [RESOLVED, REGRESSED])
@pytest.mark.parametrize(
    ("after", "found"), [(-DAY, RESOLVED), (timedelta(0), RESOLVED), (SECOND, REGRESSED), (DAY, REGRESSED)]
)
def test_what_was_resolved_comes_back_with_its_next_error(before, after, found):
    resolved = NOW - 2 * DAY
    assert state(state=before, resolved_at=resolved, last_seen=resolved + after) == found


def test_what_came_back_is_regressed_however_young_and_however_many():
    moments = {"first_seen": NOW - SECOND, "resolved_at": NOW - SECOND, "last_seen": NOW}
    assert state(state=RESOLVED, last_24_hours=1000, **moments) == REGRESSED


def test_resolved_at_no_known_time_follows_from_the_counts():
    assert state(state=RESOLVED) == ONGOING


@pytest.mark.parametrize(
    ("end", "found"),
    [
        ({}, IGNORED),
        ({"ignored_until": NOW + SECOND}, IGNORED),
        ({"ignored_until": NOW}, ONGOING),
        ({"ignored_until": NOW - DAY}, ONGOING),
        ({"ignored_to_total": 101}, IGNORED),
        ({"ignored_to_total": 100}, ONGOING),
        ({"ignored_to_total": 99}, ONGOING),
        ({"ignored_to_total": 0}, IGNORED),
        ({"ignored_until": NOW + DAY, "ignored_to_total": 100}, ONGOING),
        ({"ignored_until": NOW, "ignored_to_total": 101}, ONGOING),
        ({"ignored_until": NOW + DAY, "ignored_to_total": 101}, IGNORED),
    ],
)
def test_what_is_ignored_stays_so_until_its_date_or_its_number_and_else_for_good(end, found):
    assert state(state=IGNORED, **end) == found


def test_what_is_ignored_neither_escalates_nor_comes_back_but_does_so_when_that_is_over():
    flood = {"last_24_hours": 1000, "resolved_at": NOW - 5 * DAY}
    assert state(state=IGNORED, **flood) == IGNORED
    assert state(state=IGNORED, ignored_until=NOW, **flood) == ESCALATING
    assert state(state=IGNORED, ignored_until=NOW, first_seen=NOW) == NEW


STANDINGS = st.builds(
    Standing,
    st.sampled_from([NEW, ONGOING, ESCALATING, RESOLVED, REGRESSED, IGNORED]),
    *[st.datetimes(NOW - 9 * DAY, NOW)] * 2,
    st.integers(1, 300),
    st.integers(0, 30),
    st.none() | st.floats(5, 20),
    *[st.none() | st.datetimes(NOW - 9 * DAY, NOW + 9 * DAY)] * 2,
    st.none() | st.integers(0, 300),
)


@given(STANDINGS)
def test_a_state_that_was_found_is_found_again(pattern):
    found = state_of(pattern, NOW)
    assert state_of(replace(pattern, state=found), NOW) == found


@given(STANDINGS)
def test_only_a_person_decides(pattern):
    if pattern.state not in DECIDED:
        assert state_of(pattern, NOW) not in DECIDED
    if pattern.state != IGNORED:
        assert state_of(pattern, NOW) != IGNORED


@given(STANDINGS, st.timedeltas(timedelta(0), 9 * DAY))
def test_what_is_no_longer_ignored_is_not_ignored_later(pattern, later):
    if state_of(pattern, NOW) != IGNORED:
        assert state_of(pattern, NOW + later) != IGNORED


@pytest.mark.parametrize(
    ("days", "most"),
    [
        ([0] * 7, 5),
        ([1] * 7, 5),  # 1 + 3: under five errors
        ([4] * 7, 10),  # a steady rate varies as a Poisson process does: 4 + 3 * sqrt(4)
        ([100] * 7, 130),
        ([0, 0, 0, 0, 0, 0, 14], 2 + 3 * 24**0.5),  # it varies more than that
    ],
)
def test_the_ceiling_is_three_deviations_above_the_week_before(days, most):
    assert ceiling(days) == pytest.approx(most)


@pytest.mark.parametrize("days", [[], [3] * 6, [3] * 8])
def test_without_seven_days_there_is_no_ceiling(days):
    assert ceiling(days) is None


@given(st.lists(st.integers(0, 500), min_size=HISTORY_DAYS, max_size=HISTORY_DAYS))
def test_no_steady_week_and_no_few_errors_are_above_the_ceiling(days):
    most = ceiling(days)
    assert most >= FEW
    assert most == pytest.approx(max(FEW, mean(days) + 3 * max(pvariance(days), mean(days)) ** 0.5))
    assert ceiling(days[::-1]) == pytest.approx(most)
    assert ceiling([max(days)] * HISTORY_DAYS) >= max(days)
