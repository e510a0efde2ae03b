"""How long somebody has to answer: the numbers of the written procedure, across hours, holidays and DST."""

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.calendar import BusinessCalendar
from verenigingen_maintenance.core.response_clock import LONGEST, ResponseTime, deadline

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
HOLIDAYS = frozenset({date(2026, 12, 25), date(2027, 1, 1)})
CALENDAR = BusinessCalendar(AMSTERDAM, HOLIDAYS)
TECHNICAL = ResponseTime(timedelta(hours=2), timedelta(hours=4))
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(
    lambda moment: moment.replace(tzinfo=timezone.utc)
)


def local(text):
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    ("opened", "ends"),
    [
        ("2026-11-24 10:00", "2026-11-24 12:00"),  # two hours in business hours
        ("2026-11-24 20:00", "2026-11-25 00:00"),  # four after them
        ("2026-11-24 16:00", "2026-11-24 19:00"),  # half of each
        ("2026-11-24 07:00", "2026-11-24 10:00"),  # half at night, half in the morning
        ("2026-11-27 16:30", "2026-11-27 20:00"),  # a Friday
        ("2026-12-25 10:00", "2026-12-25 14:00"),  # Christmas is no business day
        ("2027-03-28 00:00", "2027-03-28 05:00"),  # four hours, of which the clock skips one
        ("2026-10-25 00:00", "2026-10-25 03:00"),  # four hours, of which the clock shows one twice
    ],
)
def test_level_two_has_two_hours_in_business_hours_and_four_after(opened, ends):
    assert deadline(local(opened), TECHNICAL, CALENDAR) == local(ends)


def test_nought_minutes_is_at_once():
    at_once = ResponseTime(timedelta(), timedelta())
    assert deadline(local("2026-11-24 10:00"), at_once, CALENDAR) == local("2026-11-24 10:00")


def test_a_negative_time_is_refused():
    with pytest.raises(ValueError, match="not negative"):
        ResponseTime(timedelta(minutes=-1), timedelta())


@pytest.mark.parametrize("minutes", [43_201, 3_000_000, 4_000_000_000])
def test_nothing_takes_longer_than_thirty_days_whatever_was_entered(minutes):
    endless, opened = timedelta(minutes=minutes), local("2026-11-24 10:00")
    assert deadline(opened, ResponseTime(endless, endless), CALENDAR) - opened == LONGEST
    assert deadline(opened, ResponseTime(endless, timedelta(hours=4)), CALENDAR) < local("2026-11-24 21:01")


def test_thirty_days_are_thirty_days():
    opened = local("2026-11-24 10:00")
    ends = deadline(opened, ResponseTime(LONGEST, LONGEST), CALENDAR)
    assert abs(ends - opened - LONGEST) < timedelta(milliseconds=1)


@given(MOMENTS, st.integers(0, 600), st.integers(0, 600))
def test_it_lies_between_the_shorter_and_the_longer_of_the_two(moment, in_hours, after_hours):
    response = ResponseTime(timedelta(minutes=in_hours), timedelta(minutes=after_hours))
    shorter, longer = sorted((response.in_hours, response.after_hours))
    tolerance = timedelta(milliseconds=1)
    assert shorter - tolerance <= deadline(moment, response, CALENDAR) - moment <= longer + tolerance


@given(MOMENTS, st.integers(1, 600))
def test_what_opens_later_is_never_due_earlier(moment, later):
    first = deadline(moment, TECHNICAL, CALENDAR)
    second = deadline(moment + timedelta(minutes=later), TECHNICAL, CALENDAR)
    assert first <= second + timedelta(milliseconds=1)


@given(MOMENTS)
def test_business_hours_change_where_the_calendar_says(moment):
    change = CALENDAR.next_change(moment)
    assert change > moment
    assert CALENDAR.is_open(moment) != CALENDAR.is_open(change)
    for part in range(1, 10):
        between = moment + (change - moment) * part / 10
        assert CALENDAR.is_open(between) == CALENDAR.is_open(moment)
