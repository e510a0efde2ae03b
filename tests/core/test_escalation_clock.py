"""The clock of an escalation: the next level, reminders, what is muted, what is copied."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.calendar import BusinessCalendar
from verenigingen_maintenance.core.escalation_clock import Clock, advance, start, stop
from verenigingen_maintenance.core.escalation_states import Status
from verenigingen_maintenance.core.policy import Policy, PolicyLevel, in_order

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
OPERATIONS = PolicyLevel("level-1", 1, "Operations Team", 30, 30)
TECHNICAL = PolicyLevel("level-2", 2, "Technical Team", 120, 240)
VENDOR = PolicyLevel("level-3", 3, "External Support", 0, 0)
CALENDAR = BusinessCalendar(AMSTERDAM, frozenset({date(2026, 12, 25)}), time(9), time(17))
POLICY = Policy((OPERATIONS, TECHNICAL, VENDOR), CALENDAR, remind_minutes=15)
TEN = datetime(2026, 11, 24, 10, tzinfo=AMSTERDAM).astimezone(timezone.utc)
MINUTE = timedelta(minutes=1)


def events(step):
    return [move.event for move in step.moves]


def test_what_nobody_acknowledges_goes_through_the_levels_in_their_times():
    clock, seen = start("level-1", POLICY, TEN), []
    for minute in range(200):
        now = TEN + minute * MINUTE
        step = advance(clock, Status.OPEN, POLICY, now)
        seen += [(minute, event) for event in events(step) if event == "Next Level"]
        clock = step.clock
    assert seen == [(30, "Next Level"), (150, "Next Level")]
    assert (clock.level, clock.next_level_at) == ("level-3", None)


def test_reminders_come_until_somebody_acknowledges():
    clock = replace(start("level-2", POLICY, TEN), next_level_at=None)
    step = advance(clock, Status.OPEN, POLICY, TEN + 15 * MINUTE)
    assert events(step) == ["Reminded"]
    assert events(advance(step.clock, Status.OPEN, POLICY, TEN + 29 * MINUTE)) == []
    assert events(advance(step.clock, Status.OPEN, POLICY, TEN + 30 * MINUTE)) == ["Reminded"]
    assert events(advance(stop(step.clock), Status.ACKNOWLEDGED, POLICY, TEN + 45 * MINUTE)) == []


@pytest.mark.parametrize("status", [each for each in Status if each is not Status.OPEN])
def test_the_clock_of_what_is_not_open_stands_still(status):
    clock = start("level-1", POLICY, TEN)
    assert advance(clock, status, POLICY, TEN + timedelta(days=3)).clock == clock


def test_a_muted_clock_stands_still_and_begins_anew():
    clock = start("level-1", POLICY, TEN)
    muted = advance(clock, Status.OPEN, POLICY, TEN + 10 * MINUTE, mute="SIL-1")
    assert (events(muted), muted.clock.next_level_at) == (["Muted"], None)
    later = advance(muted.clock, Status.OPEN, POLICY, TEN + 300 * MINUTE, mute="SIL-2")
    assert (events(later), later.clock.muted) == ([], "SIL-2")
    again = advance(later.clock, Status.OPEN, POLICY, TEN + 310 * MINUTE)
    assert events(again) == ["No Longer Muted"]
    assert again.clock.next_level_at == TEN + 340 * MINUTE


def test_one_that_opens_muted_tells_no_time():
    clock = start("level-1", POLICY, TEN, mute="planned")
    assert (clock.next_level_at, clock.next_reminder_at, clock.muted) == (None, None, "planned")


def test_while_escalation_is_off_nothing_goes_up_and_it_begins_when_it_is_switched_on():
    clock = start("level-1", POLICY, TEN, active=False)
    off = advance(clock, Status.OPEN, POLICY, TEN + 90 * MINUTE, active=False)
    assert (events(off), off.clock.level, off.clock.next_level_at) == (["Reminded"], "level-1", None)
    on = advance(off.clock, Status.OPEN, POLICY, TEN + 91 * MINUTE)
    assert on.clock.next_level_at == TEN + 121 * MINUTE


def test_after_a_standstill_one_level_is_told_at_a_time_and_has_its_whole_time():
    clock = start("level-1", POLICY, TEN)
    step = advance(clock, Status.OPEN, POLICY, TEN + 600 * MINUTE)
    assert events(step) == ["Next Level"]
    assert step.moves[0].note == "not acknowledged in time; 570 min late"
    assert events(advance(step.clock, Status.OPEN, POLICY, TEN + 600 * MINUTE)) == []
    assert step.clock.level_since == TEN + 600 * MINUTE


def test_a_clock_that_is_set_back_moves_nothing_twice():
    clock = advance(start("level-1", POLICY, TEN), Status.OPEN, POLICY, TEN + 30 * MINUTE).clock
    assert events(advance(clock, Status.OPEN, POLICY, TEN - 60 * MINUTE)) == []


def test_a_drill_gives_each_level_its_minutes_at_any_hour_and_ends_after_its_last():
    drill = Policy(POLICY.levels, CALENDAR, 15, drill_minutes=5, last_level=2)
    night = TEN + timedelta(hours=14)
    clock = start("level-1", drill, night)
    assert clock.next_level_at == night + 5 * MINUTE
    assert clock.next_reminder_at is None
    step = advance(clock, Status.OPEN, drill, night + 5 * MINUTE)
    assert step.clock.level == "level-2"
    assert events(advance(step.clock, Status.OPEN, drill, night + 10 * MINUTE)) == ["Drill Over"]


@pytest.mark.parametrize(
    ("wanted", "found"), [(0, "level-1"), (1, "level-1"), (2, "level-2"), (3, "level-3"), (9, "level-3")]
)
def test_a_breach_starts_at_the_lowest_level_that_is_not_below_what_is_wanted(wanted, found):
    assert POLICY.at_least(wanted).name == found


def test_a_site_without_levels_has_none():
    assert Policy((), CALENDAR).at_least(1) is None
    assert Policy((), CALENDAR).ends("level-1", TEN) is None


@given(
    st.lists(
        st.builds(
            PolicyLevel,
            st.uuids().map(str),
            st.integers(1, 9),
            st.text(max_size=10),
            st.integers(0, 999),
            st.integers(0, 999),
        ),
        max_size=5,
        unique_by=lambda level: level.level,
    ),
    st.integers(0, 99),
)
def test_a_copied_policy_is_the_policy(levels, remind):
    policy = Policy(in_order(levels), CALENDAR, remind)
    assert Policy.from_json(policy.as_json()) == policy


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(timezone.utc)))
def test_a_clock_that_is_kept_is_the_clock(moment):
    clock = Clock("level-1", moment, moment + MINUTE, None, "muted")
    assert Clock.from_json(clock.as_json()) == clock
