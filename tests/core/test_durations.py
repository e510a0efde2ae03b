from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.durations import Duration, judged_stretches
from verenigingen_maintenance.core.verdicts import Verdict

LETTERS = {"o": Verdict.OK, "w": Verdict.WARNING, "c": Verdict.CRITICAL, "u": Verdict.UNKNOWN}


def series(letters):
    return [LETTERS[letter] for letter in letters]


@pytest.mark.parametrize(
    ("letters", "verdict"),
    [
        ("", "UNKNOWN"),
        ("o", "OK"),
        ("w", "WARNING"),
        ("c", "WARNING"),
        ("cc", "WARNING"),
        ("ccc", "CRITICAL"),
        ("cco", "OK"),
        ("ccocc", "WARNING"),
        ("ccwc", "WARNING"),
        ("cccw", "CRITICAL"),
        ("cccoo", "CRITICAL"),
        ("cccoow", "CRITICAL"),
        ("cccoowoo", "CRITICAL"),
        ("cccooo", "OK"),
        ("cccooow", "WARNING"),
        ("u", "UNKNOWN"),
        ("ccuc", "WARNING"),
        ("cccu", "CRITICAL"),
        ("cccoouo", "CRITICAL"),
        ("ou", "UNKNOWN"),
    ],
)
def test_three_in_a_row_make_it_critical_and_three_in_a_row_under_target_end_it(letters, verdict):
    assert Duration(breaches=3, clears=3).hold(series(letters)) is Verdict(verdict)


def test_without_a_duration_the_latest_verdict_stands():
    for letters in ("o", "w", "c", "u", "co", "oc", "ow", "ou"):
        assert Duration().hold(series(letters)) is LETTERS[letters[-1]]


@pytest.mark.parametrize(("breaches", "clears"), [(0, 1), (1, 0), (-3, 3)])
def test_a_rule_of_less_than_one_is_refused(breaches, clears):
    with pytest.raises(ValueError, match="counts in whole numbers from 1"):
        Duration(breaches, clears)


@given(st.text("owcu", max_size=12), st.integers(1, 4), st.integers(1, 4))
def test_it_is_critical_only_after_a_full_row_and_ok_only_on_an_ok(letters, breaches, clears):
    held = Duration(breaches, clears).hold(series(letters))
    if held is Verdict.CRITICAL:
        assert "c" * breaches in letters
    if held is Verdict.OK:
        assert letters.endswith("o")


START = datetime(2026, 11, 24, 9, tzinfo=timezone.utc)


def stretches(*samples):
    """The judged value of each stretch: OK below 100."""
    moments = [(START + timedelta(minutes=minute), value) for minute, value in samples]
    return judged_stretches(moments, lambda value: Verdict.OK if value < 100 else Verdict.CRITICAL)


def test_each_five_minutes_of_the_clock_have_one_verdict_on_their_median_oldest_first():
    found = stretches((6, 900), (0, 1), (4.9, 30), (2, 500), (12, 50), (13, 160))
    assert found == series("occ"), "medians 30, 900 and 105"


def test_a_gap_of_more_than_ninety_minutes_is_unknown():
    assert stretches((0, 500), (60, 500), (149, 500)) == series("ccc")
    assert stretches((0, 500), (60, 500), (151, 500)) == series("ccuc")
