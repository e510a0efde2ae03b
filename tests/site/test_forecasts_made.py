"""Forecasts of metrics on a site: when one is made, of what, and where it meets its limit."""

from __future__ import annotations

import json
from datetime import timedelta

import frappe
import numpy as np
import pytest
from forecast_days import (
    DISK,
    FORECAST,
    MEMORY,
    MONDAY,
    WEEK,
    at,
    clear,
    expected,
    keep_days,
    noise,
    nothing_kept,  # noqa: F401
    only,
    weekly,
)

from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.operations import forecasts
from verenigingen_maintenance.sources import forecasts as made

REQUESTS, DATABASE = "traffic.requests", "storage.database"


def test_a_metric_with_history_is_forecast_for_the_week_after_its_last_day():
    keep_days(DISK, weekly(84), MONDAY - timedelta(days=1))
    forecasts.update(at(MONDAY))
    found = only()
    days = json.loads(found.expected)
    assert found.begins == MONDAY
    assert [each["day"] for each in days] == [str(MONDAY + timedelta(days=i)) for i in range(7)]
    assert np.allclose([each["expected"] for each in days], 50 + WEEK, atol=1)
    assert all(each["within_95"][0] <= each["within_80"][0] <= each["expected"] for each in days)
    assert 60 <= found.coverage <= 95
    assert 0 < found.mase < 1


def test_it_is_made_once_a_day_whoever_asks_twice():
    keep_days(DISK, weekly(84), MONDAY - timedelta(days=1))
    for hour in (9, 10, 11):
        forecasts.update(at(MONDAY, hour))
    assert frappe.db.count(FORECAST) == 1
    keep_days(DISK, [50.0], MONDAY)
    forecasts.update(at(MONDAY + timedelta(days=1)))
    assert frappe.db.count(FORECAST) == 2


def test_less_than_twenty_four_days_are_not_forecast_and_learn():
    keep_days(DISK, weekly(23), MONDAY - timedelta(days=1))
    forecasts.update(at(MONDAY))
    assert frappe.db.count(FORECAST) == 0
    found = made.confidence(at(MONDAY))
    assert isinstance(found, Unknown)
    assert found.learning
    assert found.reason == "the days of metrics are too few until 2026-11-24"


def test_a_metric_that_is_no_longer_measured_is_not_forecast():
    keep_days(DISK, weekly(84), MONDAY - timedelta(days=9))
    forecasts.update(at(MONDAY))
    assert frappe.db.count(FORECAST) == 0


def test_a_gap_is_bridged_and_constants_are_expected_to_stay():
    keep_days(DISK, [*[42.0] * 40, None, None, *[42.0] * 20], MONDAY - timedelta(days=1))
    forecasts.update(at(MONDAY))
    days = json.loads(only().expected)
    assert {each["expected"] for each in days} == {42.0}
    assert only().history_days == 62


def test_a_disk_that_fills_is_told_with_its_days_and_what_to_do():
    keep_days(DISK, 60 + 0.25 * np.arange(100) + noise(100), MONDAY - timedelta(days=1))
    forecasts.update(at(MONDAY))
    found = only()
    assert found.limit == "> 90"
    assert found.is_alert
    assert found.trend_text.startswith("Disk used rose by ")
    assert found.earliest <= found.crosses_on
    assert abs((found.crosses_on - MONDAY).days - 20) < 8
    assert "Delete old backups" in found.recommendation
    now = at(MONDAY)
    assert made.limits_to_be_met(now).value == 1
    assert made.limits_within_four_weeks(now).value == 1
    assert made.moving_to_a_limit(now).value == 1


def test_a_database_that_is_full_in_five_months_is_told_to_the_quarter_and_not_to_the_week():
    size = 41_000 + 60.0 * np.arange(-181, 1) + 20 * noise(182)
    keep_days(DATABASE, size, MONDAY - timedelta(days=1))
    keep_days(DISK, weekly(182), MONDAY - timedelta(days=1))
    forecasts.update(at(MONDAY))
    found, now = only(DATABASE), at(MONDAY)
    assert abs((found.crosses_on - MONDAY).days - 150) < 5
    assert found.earliest < found.crosses_on < found.latest
    assert f"above 50000 about {found.crosses_on} by the trend of 182 days (" in found.recommendation
    assert made.limits_to_be_met(now).value == 1
    assert made.limits_within_four_weeks(now).value == 0
    days = made.days_to_a_limit(now)
    assert (days.value, days.at_least) == ((found.crosses_on - MONDAY).days, "")
    assert found.recommendation in days.detail
    assert "host.memory_used has no forecast" in days.evidence["looked at only"], "of it nothing is told"


def test_where_history_is_too_short_to_look_half_a_year_ahead_that_is_not_safe():
    keep_days(DISK, weekly(60), MONDAY - timedelta(days=1))
    keep_days(DATABASE, np.full(182, 900.0), MONDAY - timedelta(days=1))
    forecasts.update(at(MONDAY))
    found = made.days_to_a_limit(at(MONDAY))
    assert found.value == (only(DISK).until - MONDAY).days
    assert f"{DISK} until {only(DISK).until}" in found.at_least
    assert "host.memory_used has no forecast" in found.at_least


def test_history_that_is_short_is_not_called_enough_for_four_weeks():
    keep_days(DISK, weekly(40), MONDAY - timedelta(days=1))
    forecasts.update(at(MONDAY))
    assert "history is short" in made.limits_within_four_weeks(at(MONDAY)).at_least


def test_a_limit_of_the_metric_counts_before_that_of_its_check():
    metric = frappe.get_doc("Metric", DISK)
    metric.update({"capacity_limit": "> 60", "advice": "Buy one."}).save()
    frappe.db.commit()
    keep_days(DISK, weekly(100, 55, 0.02), MONDAY - timedelta(days=1))
    forecasts.update(at(MONDAY))
    assert only().limit == "> 60"
    metric.update({"capacity_limit": "", "advice": ""}).save()
    frappe.db.commit()


def test_a_limit_that_cannot_be_meant_is_refused():
    metric = frappe.get_doc("Metric", DISK)
    with pytest.raises(frappe.ValidationError, match="not a threshold"):
        metric.update({"capacity_limit": "ninety"}).save()


def test_a_metric_that_was_hardly_measured_is_not_forecast_and_named_with_its_days():
    keep_days(MEMORY, weekly(84), MONDAY - timedelta(days=1))
    one_in_six = [50.0 if index % 6 == 5 else None for index in range(150)]
    keep_days(DISK, one_in_six, MONDAY - timedelta(days=1))
    answer = forecasts.refresh(at(MONDAY))
    assert [each["metric"] for each in answer["forecasts"]] == [MEMORY]
    assert answer["not_up_to_date"] == ["Disk used: only 25 of its 145 days were measured"]


def test_the_days_that_were_measured_are_told():
    keep_days(DISK, [*[42.0] * 40, None, None, *[42.0] * 20], MONDAY - timedelta(days=1))
    (told,) = forecasts.refresh(at(MONDAY))["forecasts"]
    assert (told["history_days"], told["measured_days"]) == (62, 60)


def test_a_metric_whose_values_are_too_large_fails_alone_and_is_named():
    keep_days(MEMORY, weekly(84), MONDAY - timedelta(days=1))
    keep_days(DISK, [9e11 * (-1) ** index for index in range(60)], MONDAY - timedelta(days=1))
    answer = forecasts.refresh(at(MONDAY))
    assert [each["metric"] for each in answer["forecasts"]] == [MEMORY]
    assert answer["not_up_to_date"] == ["Disk used: it has values that are too large"]


def test_a_value_far_too_large_for_its_forecast_is_outside_and_fails_no_other():
    for metric in (DISK, MEMORY):
        keep_days(metric, -1.8e9 * weekly(84), MONDAY - timedelta(days=1))
    forecasts.update(at(MONDAY))
    keep_days(DISK, [9.5e11, 9.9e11], MONDAY + timedelta(days=1))
    keep_days(MEMORY, expected(MEMORY, MONDAY)[:2], MONDAY + timedelta(days=1))
    forecasts.update(at(MONDAY + timedelta(days=2)))
    came = {each.metric: each for each in made.on(MONDAY)}
    assert (came[DISK].compared, came[DISK].within_95) == (2, 0)
    assert (came[MEMORY].compared, came[MEMORY].within_95) == (2, 2)


def ends(level: int) -> list[float]:
    """The lower and upper ends of the interval of each day."""
    return [end for day in json.loads(only().expected) for end in day[f"within_{level}"]]


def test_no_share_is_expected_above_a_hundred_nor_anything_below_nought():
    keep_days(DISK, np.clip(99 + 3 * noise(84), 0, 100), MONDAY - timedelta(days=1))
    forecasts.update(at(MONDAY))
    assert max(ends(95)) == 100
    clear()
    keep_days(DISK, np.clip(1 + 3 * noise(84), 0, 100), MONDAY - timedelta(days=1))
    forecasts.update(at(MONDAY))
    assert min(ends(95)) == 0


def test_what_was_below_nought_or_above_a_hundred_may_be_so_again():
    keep_days(DISK, 100 + 3 * noise(84), MONDAY - timedelta(days=1))
    forecasts.update(at(MONDAY))
    assert max(ends(95)) > 100
    clear()
    keep_days(DISK, 3 * noise(84), MONDAY - timedelta(days=1))
    forecasts.update(at(MONDAY))
    assert min(ends(95)) < 0


def test_of_a_count_the_total_of_a_day_is_forecast_and_compared():
    keep_days(REQUESTS, weekly(84), MONDAY - timedelta(days=1))
    forecasts.update(at(MONDAY))
    assert np.allclose(expected(REQUESTS, MONDAY), 100 * (50 + WEEK), rtol=0.05)
    keep_days(REQUESTS, [each / 100 for each in expected(REQUESTS, MONDAY)[:2]], MONDAY + timedelta(days=1))
    forecasts.update(at(MONDAY + timedelta(days=2)))
    assert [(each.compared, each.within_80) for each in made.on(MONDAY)] == [(2, 2)]


def test_a_limit_that_is_met_soon_is_an_alert_without_any_trend():
    keep_days(DISK, np.full(84, 95.0), MONDAY - timedelta(days=1))
    forecasts.update(at(MONDAY))
    assert (only().trend, only().crosses_on, only().is_alert) == ("stable", MONDAY, 1)


def test_a_forecast_is_a_record_that_nobody_writes():
    keep_days(DISK, weekly(84), MONDAY - timedelta(days=1))
    forecasts.update(at(MONDAY))
    document = only()
    with pytest.raises(frappe.ValidationError, match="record"):
        document.update({"coverage": 100}).save(ignore_permissions=True)
    with pytest.raises(frappe.ValidationError, match="record"):
        document.delete(ignore_permissions=True)
