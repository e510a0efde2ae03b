from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import holidays as public_holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.calendar import BusinessCalendar, CalendarError
from verenigingen_maintenance.core.slots import (
    Cadence,
    Schedule,
    default_day,
    is_within,
    lapsed_slots,
    next_slot,
    open_slot,
    slots,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DUTCH = frozenset(public_holidays.country_holidays("NL", years=range(2024, 2031)))
CALENDAR = BusinessCalendar(AMSTERDAM, DUTCH)
DAILY = Schedule(Cadence.DAILY, time(9), time(9, 10))
WEEKLY = Schedule(Cadence.WEEKLY, time(8), time(9))
MONTHLY = Schedule(Cadence.MONTHLY, time(7), time(10))
QUARTERLY = Schedule(Cadence.QUARTERLY, time(9), time(15), nth=2)
ALL = [DAILY, WEEKLY, MONTHLY, QUARTERLY]


def local(*parts):
    return datetime(*parts, tzinfo=AMSTERDAM).astimezone(timezone.utc)


def only(schedule, first, last=None):
    (slot,) = slots(schedule, CALENDAR, first, last or first)
    return slot


def test_a_daily_slot_is_a_business_day_from_nine_to_ten_past():
    slot = only(DAILY, date(2026, 11, 24))
    assert slot.name == "DAILY-2026-11-24"
    assert slot.due_from == local(2026, 11, 24, 9)
    assert slot.due_until == local(2026, 11, 24, 9, 10)
    assert slot.lapses_at == local(2026, 11, 25)


@pytest.mark.parametrize(
    "day", [date(2026, 11, 28), date(2026, 11, 29), date(2026, 12, 25), date(2027, 4, 27)]
)
def test_weekends_and_holidays_have_no_daily_slot(day):
    assert list(slots(DAILY, CALENDAR, day, day)) == []


@pytest.mark.parametrize(
    ("schedule", "day", "name", "due"),
    [
        (WEEKLY, date(2026, 11, 26), "WEEKLY-2026-W48", local(2026, 11, 23, 8)),
        (WEEKLY, date(2027, 1, 1), "WEEKLY-2026-W53", local(2026, 12, 28, 8)),
        (MONTHLY, date(2026, 11, 26), "MONTHLY-2026-11", local(2026, 11, 2, 7)),
        (QUARTERLY, date(2026, 11, 26), "QUARTERLY-2026-Q4", local(2026, 10, 12, 9)),
        # Easter Monday 2027-03-29, Whit Monday 2027-05-17, King's Day on Monday 2026-04-27: the day after
        (WEEKLY, date(2027, 3, 29), "WEEKLY-2027-W13", local(2027, 3, 30, 8)),
        (WEEKLY, date(2027, 5, 17), "WEEKLY-2027-W20", local(2027, 5, 18, 8)),
        (WEEKLY, date(2026, 4, 27), "WEEKLY-2026-W18", local(2026, 4, 28, 8)),
        # the first Monday of April 2026 is Easter Monday
        (MONTHLY, date(2026, 4, 20), "MONTHLY-2026-04", local(2026, 4, 7, 7)),
    ],
)
def test_names_and_due_days_of_longer_periods(schedule, day, name, due):
    slot = only(schedule, day)
    assert (slot.name, slot.due_from) == (name, due)


def test_the_three_procedures_of_one_first_monday_are_three_slots():
    day = date(2026, 12, 7)
    found = {only(schedule, day).name for schedule in (DAILY, WEEKLY, MONTHLY)}
    assert found == {"DAILY-2026-12-07", "WEEKLY-2026-W50", "MONTHLY-2026-12"}


def test_a_week_of_holidays_moves_the_slot_to_the_next_week_and_keeps_its_name():
    week_off = frozenset(date(2026, 11, 23) + timedelta(days=ahead) for ahead in range(5))
    (slot,) = slots(WEEKLY, BusinessCalendar(AMSTERDAM, week_off), date(2026, 11, 23), date(2026, 11, 29))
    assert (slot.name, slot.due_from, slot.lapses_at) == (
        "WEEKLY-2026-W48",
        local(2026, 11, 30, 8),
        local(2026, 12, 1),
    )


def test_a_slot_that_moved_to_the_next_week_is_found_on_the_day_it_moved_to():
    week_off = frozenset(date(2026, 11, 23) + timedelta(days=ahead) for ahead in range(5))
    calendar = BusinessCalendar(AMSTERDAM, week_off)
    slot = open_slot(WEEKLY, calendar, local(2026, 11, 30, 8))
    assert slot is not None
    assert slot.name == "WEEKLY-2026-W48"
    following = open_slot(WEEKLY, calendar, local(2026, 12, 1, 8))
    assert following is not None
    assert following.name == "WEEKLY-2026-W49", "the week's own slot comes the day after"


@pytest.mark.parametrize(
    ("moment", "name"),
    [
        (local(2026, 11, 24, 0, 0), "DAILY-2026-11-24"),
        (local(2026, 11, 24, 6, 0), "DAILY-2026-11-24"),
        (local(2026, 11, 24, 23, 59, 59), "DAILY-2026-11-24"),
        (local(2026, 11, 28, 9, 5), None),
    ],
)
def test_a_run_by_hand_belongs_to_the_slot_of_its_day(moment, name):
    slot = open_slot(DAILY, CALENDAR, moment)
    assert (slot.name if slot else None) == name


def test_a_slot_is_missed_once_its_period_is_over_and_only_if_due_since_the_start():
    since, now = local(2026, 11, 19, 9, 5), local(2026, 11, 24, 12)
    missed = [slot.name for slot in lapsed_slots(DAILY, CALENDAR, since, now)]
    assert missed == ["DAILY-2026-11-20", "DAILY-2026-11-23"], "19 was due at nine, before the start"


def test_an_emergency_has_no_slots():
    schedule = Schedule(Cadence.EMERGENCY, time(), time())
    assert list(slots(schedule, CALENDAR, date(2026, 1, 1), date(2026, 12, 31))) == []


def test_a_window_in_the_hour_that_summer_time_skips_begins_after_it():
    schedule = Schedule(Cadence.DAILY, time(2, 30), time(3, 30))
    everyday = BusinessCalendar(AMSTERDAM, weekdays=frozenset(range(7)))
    (slot,) = slots(schedule, everyday, date(2026, 3, 29), date(2026, 3, 29))
    assert slot.due_from == datetime(2026, 3, 29, 1, 30, tzinfo=timezone.utc)
    assert slot.due_from.astimezone(AMSTERDAM).time() == time(3, 30)


def test_nine_in_the_morning_is_nine_on_both_sides_of_the_clock_change():
    before, after = only(DAILY, date(2026, 10, 23)), only(DAILY, date(2026, 10, 26))
    assert (before.due_from.hour, after.due_from.hour) == (7, 8), "in UTC"


def test_the_slot_follows_the_zone_of_the_site():
    kolkata = BusinessCalendar(ZoneInfo("Asia/Kolkata"))
    (slot,) = slots(DAILY, kolkata, date(2026, 11, 24), date(2026, 11, 24))
    assert slot.due_from == datetime(2026, 11, 24, 3, 30, tzinfo=timezone.utc)


def test_a_window_that_ends_before_it_begins_is_refused():
    with pytest.raises(CalendarError, match="The window ends at 08:00, before it begins at 09:00"):
        Schedule(Cadence.DAILY, time(9), time(8))


def test_a_business_day_that_ends_before_it_begins_is_refused():
    with pytest.raises(CalendarError, match="The business day ends at 09:00, before it begins at 17:00"):
        BusinessCalendar(AMSTERDAM, opens=time(17), closes=time(9))


def test_a_calendar_without_business_days_says_so():
    never = BusinessCalendar(AMSTERDAM, weekdays=frozenset())
    with pytest.raises(CalendarError, match="no business day in the year after 2026-11-23"):
        list(slots(WEEKLY, never, date(2026, 11, 24), date(2026, 11, 24)))


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (local(2026, 11, 24, 9), True),
        (local(2026, 11, 24, 16, 59), True),
        (local(2026, 11, 24, 17), False),
        (local(2026, 11, 28, 12), False),
        (local(2026, 12, 25, 12), False),
    ],
)
def test_business_hours_are_nine_to_five_on_business_days(moment, is_open):
    assert CALENDAR.is_open(moment) is is_open


DAYS = st.dates(date(2025, 1, 1), date(2029, 12, 31))


@given(st.sampled_from(ALL), DAYS, st.integers(0, 200))
def test_slots_are_ordered_unique_and_on_business_days(schedule, first, length):
    found = list(slots(schedule, CALENDAR, first, first + timedelta(days=length)))
    assert len({slot.name for slot in found}) == len(found)
    for slot in found:
        assert CALENDAR.is_business_day(slot.due_from.astimezone(AMSTERDAM).date())
        assert slot.opens_at <= slot.due_from < slot.due_until < slot.lapses_at
    for earlier, later in pairwise(found):
        assert earlier.due_from < later.due_from


@given(st.sampled_from(ALL), DAYS)
def test_each_slot_is_found_again_from_any_moment_within_it(schedule, day):
    for slot in slots(schedule, CALENDAR, day, day):
        assert open_slot(schedule, CALENDAR, slot.opens_at) == slot
        assert open_slot(schedule, CALENDAR, slot.lapses_at - timedelta(seconds=1)) == slot


@given(st.sampled_from(ALL), st.datetimes(datetime(2025, 1, 1), datetime(2029, 12, 1)), st.integers(1, 300))
def test_what_was_missed_stays_missed_and_nothing_is_missed_twice(schedule, start, length):
    start = start.replace(tzinfo=timezone.utc)
    end = start + timedelta(days=length)
    by_the_middle = [slot.name for slot in lapsed_slots(schedule, CALENDAR, start, start + (end - start) / 2)]
    by_the_end = [slot.name for slot in lapsed_slots(schedule, CALENDAR, start, end)]
    assert by_the_end[: len(by_the_middle)] == by_the_middle
    assert len(set(by_the_end)) == len(by_the_end)


FIRST_MONDAYS = Schedule(Cadence.QUARTERLY, time(9), time(15))


def agreed(**days):
    name = "QUARTERLY-2027-Q1"
    return replace(FIRST_MONDAYS, agreed={name: days["day"]})


def test_a_day_that_people_agreed_on_comes_before_the_rule_and_the_name_stays():
    slot = only(agreed(day=date(2027, 2, 10)), date(2027, 1, 15))
    assert slot.name == "QUARTERLY-2027-Q1"
    assert (slot.due_from, slot.due_until) == (local(2027, 2, 10, 9), local(2027, 2, 10, 15))
    assert slot.lapses_at == local(2027, 4, 1)
    other = only(agreed(day=date(2027, 2, 10)), date(2027, 4, 15))
    assert other.due_from == local(2027, 4, 5, 9), "only that quarter"


def test_an_agreed_day_opens_the_run_on_that_day_and_not_before():
    schedule = agreed(day=date(2027, 2, 10))
    assert open_slot(schedule, CALENDAR, local(2027, 2, 9, 12)) is None
    assert open_slot(schedule, CALENDAR, local(2027, 2, 10, 0)).name == "QUARTERLY-2027-Q1"


@pytest.mark.parametrize(
    ("now", "name", "due"),
    [
        (local(2026, 12, 21), "QUARTERLY-2027-Q1", local(2027, 1, 4, 9)),  # known in December
        (local(2027, 1, 4, 9), "QUARTERLY-2027-Q2", local(2027, 4, 5, 9)),
        (local(2026, 4, 1), "QUARTERLY-2026-Q2", local(2026, 4, 7, 9)),  # Easter Monday: the day after
    ],
)
def test_the_slot_that_comes_next(now, name, due):
    slot = next_slot(FIRST_MONDAYS, CALENDAR, now)
    assert (slot.name, slot.due_from) == (name, due)


@pytest.mark.parametrize(
    ("slot", "day"),
    [
        ("QUARTERLY-2027-Q1", date(2027, 1, 4)),
        ("QUARTERLY-2026-Q2", date(2026, 4, 7)),
        ("QUARTERLY-2027-Q5", None),
        ("MONTHLY-2027-01", None),
    ],
)
def test_the_default_day_of_a_quarter(slot, day):
    assert default_day(FIRST_MONDAYS, CALENDAR, slot) == day


def test_whether_a_day_is_of_a_quarter():
    assert is_within(FIRST_MONDAYS, "QUARTERLY-2027-Q1", date(2027, 3, 31))
    assert not is_within(FIRST_MONDAYS, "QUARTERLY-2027-Q1", date(2027, 4, 1))
