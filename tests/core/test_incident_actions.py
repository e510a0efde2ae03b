"""What a hand may do in an incident, who may, what takes it back, and what a killed one leaves."""

from datetime import datetime, timedelta, timezone

import pytest

from verenigingen_maintenance.core.incident_actions import (
    ACTIONS,
    LASTING,
    depends,
    is_own_job,
    job_title,
    lasts,
    left_as,
    may,
    not_taken_back,
    takes_back,
    why_left,
)

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=timezone.utc)
MANAGERS_ONLY = {"Pause Scheduler", "Pause a Job", "Switch Analytics to Basic", "Roll Back a Change"}


def test_the_operator_may_do_all_but_what_pauses_switches_off_and_rolls_back():
    for role, expected in (
        ("Maintenance Manager", set(ACTIONS)),
        ("Maintenance Operator", set(ACTIONS) - MANAGERS_ONLY),
        ("Maintenance Auditor", set()),
        ("System Manager", set()),
    ):
        assert {name for name, action in ACTIONS.items() if may(action, [role])} == expected


def test_what_is_paused_is_said_to_be_so_with_what_puts_it_back():
    assert left_as("Pause a Job", "pull") == "The job pull is paused: Resume a Job puts it back."
    assert left_as("Pause Scheduler", "") == "The scheduler is paused: Resume Scheduler puts it back."
    assert all(left_as(name, "") for name in LASTING)


def test_each_says_what_it_does_and_what_takes_it_back():
    for action in ACTIONS.values():
        assert action.warning.endswith(".")
        assert action.taken_back_by in ACTIONS or action.way_back
        assert len(action.key) <= 32, "a lock's name has 64 characters, with that of the database"
    assert len({action.key for action in ACTIONS.values()}) == len(ACTIONS)


@pytest.mark.parametrize(
    ("ago", "is_held", "waits", "told"),
    [
        (0, True, False, ""),
        (3_600, True, False, ""),
        (0, False, False, "its process was killed"),
        (119, False, True, ""),
        (120, False, True, "No worker took it up within 2 minutes"),
        (3_600, True, True, ""),
    ],
)
def test_what_says_running_was_killed_where_nobody_holds_it(ago, is_held, waits, told):
    found = why_left(NOW - timedelta(seconds=ago), NOW, is_held, waits)
    assert told in found
    assert bool(told) == bool(found)


@pytest.mark.parametrize(
    ("done", "target", "left", "earlier", "earlier_target", "expected"),
    [
        ("Resume Scheduler", "", False, "Pause Scheduler", "", True),
        ("Resume Scheduler", "", False, "Pause a Job", "queue.flush", False),
        ("Resume a Job", "queue.flush", False, "Pause a Job", "queue.flush", True),
        ("Resume a Job", "queue.flush", False, "Pause a Job", "monitor.flush", False),
        ("Restore Next Component", "forecasts", True, "Switch Analytics to Basic", "", False),
        ("Restore Next Component", "forecasts", False, "Switch Analytics to Basic", "", True),
        ("Clear Cache", "", False, "Restart", "MariaDB", False),
    ],
)
def test_one_is_taken_back_by_its_opposite_on_the_same_thing(
    done, target, left, earlier, earlier_target, expected
):
    assert takes_back(done, target, left, earlier, earlier_target) is expected


def test_what_was_paused_and_not_taken_back_is_known_and_whether_it_lasts():
    rows = [
        {"action": "Pause Scheduler", "outcome": "Done", "taken_back_by": "Resume Scheduler, 09:10"},
        {"action": "Pause a Job", "target": "queue.flush", "outcome": "Done", "taken_back_by": None},
        {"action": "Switch Analytics to Basic", "outcome": "Failed"},
        {"action": "Resume Scheduler", "outcome": "Done"},
        {"action": "Restart", "target": "MariaDB", "outcome": "By Hand"},
    ]
    assert [row["action"] for row in not_taken_back(rows)] == ["Pause a Job"]
    assert lasts("Pause a Job", {"stopped": True})
    assert not lasts("Pause Scheduler", {"on in System Settings": True})
    assert not lasts("Switch Analytics to Basic", {"left": []})


def test_a_job_is_named_without_the_address_of_its_function():
    assert job_title("<function send at 0x7f00deadbeef>") == "send"
    assert job_title("<bound method Payment.submit of <Payment: PAY-1>>") == "Payment.submit"
    assert job_title("frappe.email.queue.flush") == "frappe.email.queue.flush"


def test_the_jobs_that_this_app_watches_with_are_known_and_so_is_what_depends_on_others():
    assert is_own_job("verenigingen_maintenance.scheduled.sample_maintenance_metrics")
    assert not is_own_job("verenigingen.scheduled.collect")
    assert "no mail leaves" in depends("frappe.email.queue.flush")
    assert depends("my_app.tasks.daily") == ""


def test_what_a_killed_or_failed_one_paused_is_known_too_where_it_was_begun():
    rows = [
        {"action": "Pause Scheduler", "outcome": "Running", "before": '{"on in System Settings": true}'},
        {"action": "Pause a Job", "outcome": "Failed", "before": '{"stopped": false}'},
        {"action": "Switch Analytics to Basic", "outcome": "Running", "before": None},
        {"action": "Pause Scheduler", "outcome": "Not Done: Drill", "before": "{}"},
    ]
    assert [row["action"] for row in not_taken_back(rows)] == ["Pause Scheduler", "Pause a Job"]
