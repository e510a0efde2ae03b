"""What the dashboard concludes: the status and its reason, the clock of an escalation, lengths of time."""

from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.calendar import BusinessCalendar
from verenigingen_maintenance.core.dashboard import (
    Concluded,
    Known,
    Reason,
    Running,
    Stand,
    conclude,
    parts_of,
    stand,
)
from verenigingen_maintenance.core.derived import Cause
from verenigingen_maintenance.core.escalation_clock import Clock, start, stop
from verenigingen_maintenance.core.escalation_states import Status
from verenigingen_maintenance.core.policy import Policy, PolicyLevel
from verenigingen_maintenance.core.verdicts import Verdict

OK, WARNING, CRITICAL, UNKNOWN = Verdict.OK, Verdict.WARNING, Verdict.CRITICAL, Verdict.UNKNOWN
FINE, SLOW = Cause("Disk", "Disk", OK), Cause("Database", "Database", WARNING)
DOWN, BLIND = Cause("Dashboard", "Dashboard", CRITICAL), Cause("Mail", "Mail", UNKNOWN, "no answer")


@pytest.mark.parametrize(
    ("known", "verdict", "reason", "names", "more"),
    [
        (Known([FINE]), OK, Reason.OK, (), 0),
        (Known([FINE, SLOW]), WARNING, Reason.WARNING, ("Database",), 0),
        (Known([SLOW, BLIND]), UNKNOWN, Reason.UNKNOWN, ("Mail",), 0),
        (Known([BLIND, DOWN]), CRITICAL, Reason.CRITICAL, ("Dashboard",), 0),
        (Known([]), UNKNOWN, Reason.NOT_MEASURED, (), 0),
        (Known([], is_measured=False), None, Reason.NOT_MEASURED, (), 0),
        (Known([DOWN, FINE], is_measured=False), CRITICAL, Reason.CRITICAL, ("Dashboard",), 0),
        (Known([BLIND], is_measured=False), None, Reason.NOT_MEASURED, (), 0),
        (Known([], is_late=True, is_measured=False), None, Reason.NOT_MEASURED, (), 0),
        (Known([FINE], is_late=True), UNKNOWN, Reason.NOT_LOOKED, (), 0),
        (Known([DOWN], is_late=True), CRITICAL, Reason.CRITICAL, ("Dashboard",), 0),
        (Known([FINE], escalations=["A"], waiting=["A"]), CRITICAL, Reason.CRITICAL, ("A",), 0),
        (Known([FINE], escalations=["A", "B"], waiting=["B"]), CRITICAL, Reason.CRITICAL, ("B",), 0),
        (Known([FINE], escalations=["A", "B"]), CRITICAL, Reason.TAKEN, ("A", "B"), 0),
        (
            Known([], escalations=["A"], waiting=["A"], is_measured=False),
            CRITICAL,
            Reason.CRITICAL,
            ("A",),
            0,
        ),
        (Known([DOWN], ["Fire"], ["A"], ["A"]), CRITICAL, Reason.INCIDENT, ("Fire",), 0),
        (Known([], ["1", "2", "3", "4"]), CRITICAL, Reason.INCIDENT, ("1", "2"), 2),
    ],
)
def test_the_status_is_the_worst_of_all_that_is_known_with_its_reason(known, verdict, reason, names, more):
    why = ("no answer",) if reason is Reason.UNKNOWN else ()
    assert conclude(known) == Concluded(verdict, reason, names, more, why)


@given(
    checks=st.lists(st.builds(Cause, st.text(), st.text(), st.sampled_from(Verdict)), max_size=4),
    escalations=st.lists(st.text(), max_size=2),
    incidents=st.lists(st.text(), max_size=2),
    is_late=st.booleans(),
)
def test_nothing_is_healthy_while_something_is_broken_or_not_seen(checks, escalations, incidents, is_late):
    known = Known(checks, incidents, escalations, (), is_late)
    is_fine = bool(checks) and not (escalations or incidents or is_late)
    healthy = is_fine and all(each.verdict is OK for each in checks)
    assert (conclude(known).verdict is OK) == healthy


# --- the clock of an escalation

NOW = datetime(2026, 11, 24, 10, tzinfo=timezone.utc)
CALENDAR = BusinessCalendar(ZoneInfo("Europe/Amsterdam"), frozenset({date(2026, 12, 25)}), time(9), time(17))
LEVELS = (PolicyLevel("1", 1, "Operations", 30, 30), PolicyLevel("2", 2, "Technical", 60, 60))
POLICY = Policy(LEVELS, CALENDAR)
BEGUN = start("1", POLICY, NOW)


@pytest.mark.parametrize(
    ("status", "clock", "minutes", "expected"),
    [
        (Status.OPEN, BEGUN, 0, Stand(Running.LEFT, 1800, "Technical")),
        (Status.OPEN, BEGUN, 30, Stand(Running.LEFT, 0, "Technical")),
        (Status.OPEN, BEGUN, 42, Stand(Running.OVERDUE, 720, "Technical")),
        (Status.ACKNOWLEDGED, stop(BEGUN), 42, Stand(Running.ACKNOWLEDGED)),
        (Status.OPEN, None, 0, Stand(Running.BEGINS)),
        (Status.OPEN, start("1", POLICY, NOW, mute="silence"), 42, Stand(Running.MUTED)),
        (Status.OPEN, start("1", POLICY, NOW, active=False), 42, Stand(Running.STOPPED, 0, "Technical")),
        (Status.OPEN, start("2", POLICY, NOW), 42, Stand(Running.LAST)),
        (Status.OPEN, Clock("a level that is gone", NOW), 42, Stand(Running.LAST)),
    ],
)
def test_a_clock_says_what_is_left_or_over_and_what_comes_next(status, clock, minutes, expected):
    assert stand(status, clock, POLICY, NOW + timedelta(minutes=minutes)) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, ("seconds", (0,))),
        (59.9, ("seconds", (59,))),
        (60, ("minutes", (1,))),
        (-3599, ("minutes", (59,))),
        (3600, ("hours", (1, 0))),
        (86_399, ("hours", (23, 59))),
        (90_000, ("days", (1, 1))),
        (10 * 86_400, ("days", (10, 0))),
    ],
)
def test_a_length_of_time_is_told_in_the_two_units_that_say_most(seconds, expected):
    assert parts_of(seconds) == expected
