"""What may become of a change, and whether it made it better."""

from datetime import datetime, timedelta, timezone
from itertools import product

import pytest

from verenigingen_maintenance.core.change_measures import Verdict, compare, figures, overall, windows
from verenigingen_maintenance.core.change_states import TRANSITIONS, Status, after
from verenigingen_maintenance.core.transitions import TransitionError

AT = datetime(2026, 11, 27, 12, 0, tzinfo=timezone.utc)
MAY = {
    (Status.PROPOSED, "Approve"): Status.APPROVED,
    (Status.PROPOSED, "Dismiss"): Status.DISMISSED,
    (Status.PROPOSED, "Outdate"): Status.OUTDATED,
    (Status.APPROVED, "Apply"): Status.APPLIED,
    (Status.APPROVED, "Dismiss"): Status.DISMISSED,
    (Status.APPROVED, "Outdate"): Status.OUTDATED,
    (Status.APPLIED, "Keep"): Status.KEPT,
    (Status.APPLIED, "Roll Back"): Status.ROLLED_BACK,
    (Status.KEPT, "Roll Back"): Status.ROLLED_BACK,
}


def outcome(status, event, is_begun=False):
    try:
        return after(status, event, is_begun)
    except TransitionError:
        return None


def test_each_state_and_what_may_follow():
    found = {pair: leads for pair in product(Status, TRANSITIONS) if (leads := outcome(*pair))}
    assert found == MAY


def test_what_was_begun_is_finished_or_rolled_back_and_not_dismissed():
    found = {event: outcome(Status.APPROVED, event, is_begun=True) for event in TRANSITIONS}
    assert {event for event, leads in found.items() if leads} == {"Apply", "Roll Back"}


@pytest.mark.parametrize(
    ("before", "now", "kind", "lower", "expected"),
    [
        ([40, 41, 39, 42, 40], [0.4, 0.5, 0.4, 0.4, 0.6], "query", True, (Verdict.BETTER, -99.0)),
        ([40, 41, 39, 42, 40], [80, 81, 79, 82, 80], "query", True, (Verdict.WORSE, 100.0)),
        ([40, 41, 39, 42, 40], [38, 39, 37, 40, 38], "query", True, (Verdict.SAME, -5.0)),
        ([10, 90, 10, 90, 50], [10, 90, 12, 95, 60], "query", True, (Verdict.SAME, 20.0)),
        ([40, 41], [1, 1, 1, 1, 1], "query", True, (Verdict.NOT_ENOUGH, None)),
        ([60.0] * 30, [95.0] * 30, "metric", False, (Verdict.BETTER, 58.3)),
        ([95.0] * 30, [60.0] * 30, "metric", False, (Verdict.WORSE, -36.8)),
        ([95.0] * 30, [60.0] * 23, "metric", False, (Verdict.NOT_ENOUGH, None)),
        ([1.0], [0.0], "count", True, (Verdict.BETTER, -100.0)),
        ([0.0], [5.0], "count", True, (Verdict.WORSE, None)),
        ([0.0], [0.0], "count", True, (Verdict.SAME, None)),
        ([], [], "count", True, (Verdict.NOT_ENOUGH, None)),
    ],
)
def test_the_verdict_asks_for_enough_data_and_an_effect(before, now, kind, lower, expected):
    found = compare(before, now, kind, lower)
    assert (found.verdict, found.percent) == expected


def test_one_thing_that_is_worse_decides_and_what_was_not_measured_does_not():
    assert overall([Verdict.BETTER, Verdict.WORSE, Verdict.SAME]) is Verdict.WORSE
    assert overall([Verdict.NOT_ENOUGH, Verdict.BETTER]) is Verdict.BETTER
    assert overall([Verdict.NOT_ENOUGH]) is Verdict.NOT_ENOUGH
    assert overall([]) is Verdict.NOT_ENOUGH


def test_figures_of_no_values_are_none_and_no_noughts():
    assert figures([]) == (0, None, None)
    assert figures([1.0, 3.0, 2.0]) == (3, 2.0, 3.0)


@pytest.mark.parametrize(
    ("passed", "days", "long"), [(2, 7, 2), (7, 7, 7), (40, 7, 7), (12, 14, 12), (40, 28, 28)]
)
def test_the_two_windows_are_equally_long_whole_weeks_apart_and_do_not_overlap(passed, days, long):
    (since, until), (applied, ends) = windows(AT, AT + timedelta(days=passed), days)
    assert applied == AT
    assert ends - applied == until - since == timedelta(days=long)
    assert (applied - since) % timedelta(days=7) == timedelta()
    assert until <= applied
