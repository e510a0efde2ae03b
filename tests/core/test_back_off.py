"""A message that failed is tried again ever later, and given up after a day."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.back_off import GIVEN_UP_AFTER, is_failing, is_given_up, next_try

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
