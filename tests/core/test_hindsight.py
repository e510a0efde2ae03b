"""What became of a forecast."""

from __future__ import annotations

from datetime import date, timedelta

from verenigingen_maintenance.core.hindsight import hindsight

MONDAY = date(2026, 11, 16)


def expected(*values: float) -> list[dict]:
    return [
        {
            "day": str(MONDAY + timedelta(days=i)),
            "expected": value,
            "within_80": [value - 2, value + 2],
            "within_95": [value - 4, value + 4],
        }
        for i, value in enumerate(values)
    ]


def came(*values: float, before: float = 10.0) -> dict[date, float]:
    week = {MONDAY + timedelta(days=i - 7): before for i in range(7)}
    return {**week, **{MONDAY + timedelta(days=i): value for i, value in enumerate(values)}}


def test_days_within_each_interval_and_both_errors_are_counted():
    found = hindsight(expected(10, 10, 10), came(12, 13, 15))
    assert (found.compared, found.within_80, found.within_95) == (3, 1, 2)
    assert found.error == (2 + 3 + 5) / 3
    assert found.naive_error == (2 + 3 + 5) / 3


def test_a_day_that_did_not_come_is_not_compared():
    found = hindsight(expected(10, 10, 10), came(10))
    assert found.compared == found.within_80 == 1


def test_an_error_is_no_larger_than_a_column_keeps():
    found = hindsight(expected(-1e11), came(9.5e11, before=-9.5e11))
    assert (found.error, found.naive_error) == (9e11, 9e11)
    assert (found.compared, found.within_95) == (1, 0)


def test_nothing_that_came_has_no_error():
    found = hindsight(expected(10, 10), came())
    assert (found.compared, found.error, found.naive_error) == (0, None, None)


def test_a_day_whose_week_before_is_not_known_is_not_compared():
    days = came(10, 10)
    del days[MONDAY - timedelta(days=7)]
    assert hindsight(expected(10, 10), days).compared == 1


def test_a_constant_is_within_its_interval_as_the_database_rounds_it():
    third = 100 / 3
    days = [{**expected(third)[0], "within_80": [third, third], "within_95": [third, third]}]
    assert hindsight(days, came(round(third, 9))).within_80 == 1
    assert hindsight(days, came(33.34)).within_80 == 0
