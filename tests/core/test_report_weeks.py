"""In which week a figure became worse than usual."""

from datetime import date, timedelta

import pytest

from verenigingen_maintenance.core.report_periods import parse
from verenigingen_maintenance.core.report_weeks import (
    Week,
    began,
    in_words,
    lasting,
    not_over,
    of_days,
    regressions,
)
from verenigingen_maintenance.core.slots import Cadence

QUARTER = parse(Cadence.QUARTERLY, "2026-Q3")
FIRST = QUARTER.mondays[0]
USUAL = (40, 44, 38, 42, 41, 39, 43)


def weeks(values, first=FIRST, days=7):
    return [Week(first + timedelta(weeks=number), value, days) for number, value in enumerate(values)]


@pytest.mark.parametrize("worse", range(4, 14))
def test_a_regression_is_named_with_its_week_of_the_quarter(worse):
    values = [USUAL[number % 7] * (3 if number >= worse else 1) for number in range(14)]
    (found,) = regressions(weeks(values), QUARTER, is_count=True)
    assert began(found, QUARTER) == f"2026-W{27 + worse} (week {worse + 1} of 14)"
    assert found.usual == pytest.approx(41, abs=2)
    assert found.last.monday == QUARTER.mondays[-1]
    assert not found.recovered


def test_one_that_lasts_a_week_is_found_and_has_recovered():
    values = [*USUAL[:6], 120, *USUAL]
    (found,) = regressions(weeks(values), QUARTER, is_count=True)
    assert (found.first.label, found.last.label, found.recovered) == ("2026-W33", "2026-W33", True)
    told = in_words(found, QUARTER), not_over(found, QUARTER), lasting(found, QUARTER)
    assert told == ("in 2026-W33 (week 7 of 14)", "", ", that week only")


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([*USUAL[:5], 120, 130, *USUAL], "from 2026-W32 to 2026-W33 (weeks 6 to 7 of 14)"),
        (
            [*USUAL, *USUAL[:5], 120, 130],
            "from 2026-W39 to 2026-W40 (weeks 13 to 14 of 14), and so until the end of the period",
        ),
        ([*USUAL, *USUAL[:6], 130], "in 2026-W40 (week 14 of 14), and so until the end of the period"),
    ],
)
def test_the_weeks_are_named_from_and_to_and_nothing_is_said_of_what_came_after(values, told):
    (found,) = regressions(weeks(values), QUARTER)
    assert in_words(found, QUARTER) + not_over(found, QUARTER) == told


def test_of_weeks_that_nobody_measured_nothing_is_said():
    (found,) = regressions(weeks([*USUAL, 120, 130]), QUARTER)
    assert in_words(found, QUARTER) == "from 2026-W34 to 2026-W35 (weeks 8 to 9 of 14)"
    assert not_over(found, QUARTER) == ", and of the weeks after it nothing is known"
    assert lasting(found, QUARTER) == ", until 2026-W35, and of the weeks after it nothing is known"
    short = [*weeks([*USUAL, *USUAL[:5], 120]), Week(QUARTER.mondays[-1], 130, days=3)]
    (found,) = regressions(short, QUARTER)
    assert not_over(found, QUARTER) == ", and so until the end of the period"


def test_a_week_alone_says_nothing_of_recovering_unless_it_began_before():
    week = parse(Cadence.WEEKLY, "2026-W33")
    before = week.begins - timedelta(weeks=5)
    (found,) = regressions(weeks([40, 41, 39, 42, 40, 120], before), week)
    assert in_words(found, week) + not_over(found, week) + lasting(found, week) == "in 2026-W33"
    (found,) = regressions(weeks([40, 41, 39, 42, 110, 120], before), week)
    assert in_words(found, week) == "from 2026-W32, before this period, to 2026-W33"
    assert not_over(found, week) == ", and so until the end of the period"


def test_a_second_one_is_told_apart():
    values = [*USUAL[:5], 120, *USUAL[:4], 130, 131, *USUAL[:2]]
    assert [each.first.label for each in regressions(weeks(values), QUARTER)] == ["2026-W32", "2026-W37"]


@pytest.mark.parametrize(
    ("values", "higher_is_worse", "is_count"),
    [
        ([*USUAL, *USUAL], True, True),  # nothing happened
        ([3, 2, 3, 2, 5, 3], True, True),  # few errors: by chance
        ([100, 101, 99, 100, 110, 112], True, False),  # less than a quarter more
        ([88, 87, 89, 88, 150], False, False),  # a hit rate that rises is better
        ([10, 50, 12, 48, 60], True, False),  # it scatters as much
        ([40, 41, 200], True, True),  # nobody knows yet what is usual
    ],
)
def test_what_is_usual_or_chance_is_none(values, higher_is_worse, is_count):
    assert regressions(weeks(values), QUARTER, higher_is_worse, is_count) == []


def test_a_hit_rate_that_falls_is_one():
    (found,) = regressions(weeks([88, 87, 89, 88, 41]), QUARTER, higher_is_worse=False)
    assert (found.first.value, round(found.percent)) == (41, -53)


def test_weeks_before_the_period_are_what_is_usual_and_are_not_told():
    before = FIRST - timedelta(weeks=8)
    values = [40, 41, 39, 120, 40, 41, 42, 40, 130, 40]
    (found,) = regressions(weeks(values, before), QUARTER, is_count=True)
    assert found.first.monday == FIRST


def test_a_week_of_which_little_was_measured_says_nothing():
    assert regressions([*weeks(USUAL), Week(FIRST + timedelta(weeks=7), 400, days=2)], QUARTER) == []


def test_days_become_weeks_and_a_part_of_one_counts_as_much():
    days = {FIRST + timedelta(days=number): 10 for number in range(10)}
    mondays = [FIRST, FIRST + timedelta(weeks=1), FIRST + timedelta(weeks=2)]
    assert of_days(days, mondays, is_count=True) == [Week(mondays[0], 70, 7), Week(mondays[1], 70, 3)]
    assert [week.value for week in of_days(days, mondays, is_count=False)] == [10, 10]
    assert date(2026, 6, 29) == FIRST
