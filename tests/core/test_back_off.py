"""A message that failed is tried again ever later, and given up after a day."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.back_off import (
    GIVEN_UP_AFTER,
    LONGEST_WAIT,
    is_failing,
    is_given_up,
    is_outage,
    next_look,
    next_try,
)

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("attempts", "minutes"),
    [(0, 1), (1, 1), (2, 2), (3, 4), (4, 8), (5, 15), (6, 30), (7, 60), (8, 60), (500, 60)],
)
def test_it_is_tried_again_after_so_many_minutes(attempts, minutes):
    assert next_try(attempts, NOW) - NOW == timedelta(minutes=minutes)


@given(st.integers(0, 1000))
def test_the_next_attempt_is_never_sooner_than_after_one_failure_less(attempts):
    assert next_try(attempts + 1, NOW) >= next_try(attempts, NOW) > NOW


@pytest.mark.parametrize(("attempts", "expected"), [(0, False), (2, False), (3, True), (40, True)])
def test_three_failures_are_told(attempts, expected):
    assert is_failing(attempts) is expected


def test_it_is_given_up_after_a_day_of_trying_and_not_before_it_was_tried():
    assert not is_given_up(None, NOW)
    assert not is_given_up(NOW - GIVEN_UP_AFTER + timedelta(seconds=1), NOW)
    assert is_given_up(NOW - GIVEN_UP_AFTER, NOW)


@pytest.mark.parametrize(
    ("held_for", "minutes"),
    [(-60, 1), (0, 1), (1, 1), (2, 1), (4, 2), (8, 4), (10, 5), (600, 5), (60 * 24 * 90, 5)],
)
def test_what_is_held_is_looked_at_ever_later_and_within_five_minutes(held_for, minutes):
    assert next_look(NOW - timedelta(minutes=held_for), NOW) - NOW == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("attempts", "minutes", "expected"), [(2, 60, False), (3, 1, False), (3, 2, True), (40, 2, True)]
)
def test_an_outage_is_three_attempts_and_more_than_a_restart(attempts, minutes, expected):
    assert is_outage(attempts, NOW - timedelta(minutes=minutes), NOW) is expected


def test_nothing_waits_longer_than_the_longest_wait():
    assert max(next_try(attempts, NOW) for attempts in range(500)) - NOW == LONGEST_WAIT
