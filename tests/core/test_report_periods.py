"""Weeks, months and quarters of reports: their labels, their ends, and the one before."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.report_periods import (
    PeriodError,
    completed_before,
    parse,
    period_with,
)
from verenigingen_maintenance.core.slots import Cadence

CADENCES = (Cadence.WEEKLY, Cadence.MONTHLY, Cadence.QUARTERLY)


@pytest.mark.parametrize(
    ("cadence", "label", "begins", "last", "before"),
    [
        (Cadence.WEEKLY, "2026-W47", date(2026, 11, 16), date(2026, 11, 22), "2026-W46"),
        (Cadence.WEEKLY, "2026-W53", date(2026, 12, 28), date(2027, 1, 3), "2026-W52"),
        (Cadence.WEEKLY, "2027-w01", date(2027, 1, 4), date(2027, 1, 10), "2026-W53"),
        (Cadence.MONTHLY, "2026-02", date(2026, 2, 1), date(2026, 2, 28), "2026-01"),
        (Cadence.MONTHLY, " 2028-02 ", date(2028, 2, 1), date(2028, 2, 29), "2028-01"),
        (Cadence.QUARTERLY, "2026-Q1", date(2026, 1, 1), date(2026, 3, 31), "2025-Q4"),
        (Cadence.QUARTERLY, "2026-Q4", date(2026, 10, 1), date(2026, 12, 31), "2026-Q3"),
    ],
)
def test_a_label_is_its_days(cadence, label, begins, last, before):
    found = parse(cadence, label)
    assert (found.begins, found.last, found.before.label) == (begins, last, before)


@pytest.mark.parametrize(
    ("cadence", "label", "said"),
    [
        (Cadence.WEEKLY, "2025-W53", "There is no “2025-W53” in the calendar: write one such as 2026-W47."),
        (Cadence.WEEKLY, "2026-11", "“2026-11” is no period of a weekly report: write one such as 2026-W47."),
        (Cadence.WEEKLY, "9999-W52", "There is no “9999-W52” in the calendar: write one such as 2026-W47."),
        (Cadence.MONTHLY, "2026-13", "There is no “2026-13” in the calendar: write one such as 2026-10."),
        (
            Cadence.MONTHLY,
            "November",
            "“November” is no period of a monthly report: write one such as 2026-10.",
        ),
        (
            Cadence.QUARTERLY,
            "2026-Q5",
            "“2026-Q5” is no period of a quarterly report: write one such as 2026-Q3.",
        ),
        (
            Cadence.QUARTERLY,
            "0026-Q1",
            "“0026-Q1” is no period of a quarterly report: write one such as 2026-Q3.",
        ),
    ],
)
def test_a_label_that_cannot_be_meant_is_refused_with_one_that_can(cadence, label, said):
    with pytest.raises(PeriodError) as refused:
        parse(cadence, label)
    assert str(refused.value) == said


@given(st.sampled_from(CADENCES), st.dates(date(2001, 1, 1), date(2099, 12, 31)))
def test_periods_follow_each_other_without_a_gap(cadence, day):
    found = period_with(cadence, day)
    assert found.begins <= day <= found.last
    assert found.before.ends == found.begins
    assert parse(cadence, found.label) == found
    assert completed_before(cadence, day) == found.before
    assert all(monday.weekday() == 0 for monday in found.mondays)
    assert found.mondays[0] <= found.begins < found.mondays[-1] + timedelta(days=7)


def test_a_day_of_a_period_says_how_much_of_it_is_over():
    october = parse(Cadence.MONTHLY, "2026-10")
    days = (date(2026, 9, 1), date(2026, 10, 1), date(2026, 10, 15), date(2026, 11, 1), date(2027, 1, 1))
    assert [october.days_until(day) for day in days] == [0, 0, 14, 31, 31]
