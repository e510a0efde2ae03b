"""The word of each state in a calendar, and its colour."""

from datetime import datetime

import pytest

from verenigingen_maintenance.core import calendar_states as states
from verenigingen_maintenance.core.calendar_states import State

NOON, ELEVEN, ONE = (datetime(2026, 11, 24, hour) for hour in (12, 11, 13))


@pytest.mark.parametrize(
    ("status", "verdict", "due_until", "expected"),
    [
        ("Missed", "UNKNOWN", ELEVEN, State("Missed", "red")),
        ("Accepted", "UNKNOWN", ELEVEN, State("Accepted", "orange")),
        ("Signed", "CRITICAL", ELEVEN, State("Signed", "blue", "CRITICAL")),
        ("Open", "OK", ELEVEN, State("Overdue", "red", "OK")),
        ("Open", "", ELEVEN, State("Overdue", "red")),
        ("Open", "OK", ONE, State("To do", "green", "OK")),
        ("Open", "UNKNOWN", ONE, State("To do", "gray", "UNKNOWN")),
        ("Open", "", None, State("To do", "gray")),
        ("Open", "CRITICAL", None, State("To do", "red", "CRITICAL")),
    ],
)
def test_a_run_says_what_became_of_it(status, verdict, due_until, expected):
    assert states.of_run(status, verdict, due_until, NOON) == expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (states.of_planned_change(is_over=False), State("Planned", "gray")),
        (states.of_planned_change(is_over=True), State("Overdue", "red")),
        (states.of_applied_change("Applied", "Better"), State("Applied", "blue", "Better")),
        (states.of_applied_change("Applied", "Worse"), State("Applied", "red", "Worse")),
        (states.of_applied_change("Rolled Back", ""), State("Rolled Back", "gray")),
        (states.of_drill("Running", ""), State("Running", "blue")),
        (states.of_drill("Signed", "CRITICAL"), State("Signed", "red", "CRITICAL")),
        (states.of_drill("Ended", "UNKNOWN"), State("Ended", "gray", "UNKNOWN")),
        (states.of_drill("Abandoned", ""), State("Abandoned", "gray")),
    ],
)
def test_a_change_and_a_drill_do_too(state, expected):
    assert state == expected
