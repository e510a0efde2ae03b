"""Forecasts of metrics on a site: made once a day, compared with what came, read by checks and a report."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta

import frappe
import numpy as np
import pytest

from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.operations import checks, forecast_tables, forecasts
from verenigingen_maintenance.sources import clock
from verenigingen_maintenance.sources import forecasts as made

DAY, FORECAST = "Metric Day", "Metric Forecast"
DISK, MEMORY, ERRORS = "host.disk_used", "host.memory_used", "errors.last_24_hours"
MONDAY = date(2026, 11, 23)
WEEK = np.array([0, 1, 2, 1, 0, -3, -4], dtype=float)


@pytest.fixture(autouse=True)
def nothing_kept():
    clear()
    yield
    clear()


def clear() -> None:
    frappe.db.rollback()
    for doctype in (DAY, FORECAST):
        frappe.db.sql(f"delete from `tab{doctype}`")
    frappe.db.commit()


def at(day: date, hour: int = 9) -> datetime:
    """An instant of a day, by the site's clock."""
    return clock.instant(datetime.combine(day, time(hour)))


def noise(days: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.4, days)


def keep_days(metric: str, values, last: date) -> None:
    """A row of Metric Day for each value (None is none), the last of them on the day `last`."""
    rows = [
        (metric, last - timedelta(days=len(values) - 1 - index), 100, value, value, value, value, value * 100)
        for index, value in enumerate(values)
        if value is not None
    ]
    columns = "name, metric, begins, samples, minimum, median, p95, maximum, total"
    for row in rows:
        places = ", ".join(["%s"] * len(row))
        frappe.db.sql(
            f"insert into `tab{DAY}` ({columns}) values (nextval(`metric_day_id_seq`), {places})",
            (row[0], row[1], *map(float, row[2:])),
        )
    frappe.db.commit()


def weekly(days: int, level: float = 50.0, slope: float = 0.0) -> np.ndarray:
    return level + np.resize(WEEK, days) + slope * np.arange(days) + noise(days)


def only(metric: str = DISK):
    return frappe.get_last_doc(FORECAST, {"metric": metric})


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
    assert found.reason == "learning until 2026-11-24"


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


def test_what_came_is_counted_within_its_intervals():
    keep_days(DISK, weekly(84), MONDAY - timedelta(days=1))
    forecasts.update(at(MONDAY))
    keep_days(DISK, [*expected(DISK, MONDAY)[:3], 90.0], MONDAY + timedelta(days=3))
    forecasts.update(at(MONDAY + timedelta(days=4)))
    found = frappe.get_doc(FORECAST, {"metric": DISK, "begins": MONDAY})
    assert (found.compared, found.within_80, found.within_95) == (4, 3, 3)
    assert found.error > 8


def expected(metric: str, begins: date) -> list[float]:
    text = frappe.db.get_value(FORECAST, {"metric": metric, "begins": begins}, "expected")
    return [each["expected"] for each in json.loads(text)]


def plan_last_week(metrics, came) -> datetime:
    """Forecasts of the week before MONDAY for some metrics, and what came of them; the moment after it."""
    begins = MONDAY - timedelta(days=7)
    for metric in metrics:
        keep_days(metric, weekly(84), begins - timedelta(days=1))
    forecasts.update(at(begins))
    for metric in metrics:
        keep_days(metric, came(expected(metric, begins)), MONDAY - timedelta(days=1))
    forecasts.update(at(MONDAY))
    return at(MONDAY)


def test_confidence_is_the_share_that_came_within_the_interval():
    now = plan_last_week((DISK, MEMORY, ERRORS), lambda days: [*days[:5], 99.0, 99.0])
    found = made.confidence(now)
    assert isinstance(found, Reading)
    assert found.value == pytest.approx(100 * 15 / 21, abs=0.1)
    assert found.evidence["by metric"] == {DISK: "5 of 7", MEMORY: "5 of 7", ERRORS: "5 of 7"}
    assert "in the backtest" in found.detail


def test_confidence_below_sixty_percent_escalates():
    now = plan_last_week((DISK, MEMORY, ERRORS), lambda days: [99.0] * 7)
    assert made.confidence(now).value == 0
    assert frappe.db.get_value("Maintenance Check", "forecast_confidence", "critical") == "< 60"


def test_too_few_values_are_unknown_and_not_fifty_percent():
    now = plan_last_week((DISK,), lambda days: days)
    found = made.confidence(now)
    assert isinstance(found, Unknown)
    assert "only 7 values" in found.reason
    assert isinstance(made.accuracy(now), Unknown)


def test_accuracy_is_above_one_where_last_week_once_more_was_better():
    good = made.accuracy(plan_last_week((DISK, MEMORY, ERRORS), lambda days: np.array(days) + 0.01))
    clear()
    bad = made.accuracy(plan_last_week((DISK, MEMORY, ERRORS), lambda days: weekly(84)[-7:] + 0.01))
    assert good.value < 0.2
    assert bad.value > 1
    assert good.detail == "3 of 3 metrics were forecast better than by the week before"


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


def test_a_metric_far_from_its_limit_is_counted_as_looked_at():
    keep_days(DISK, weekly(100), MONDAY - timedelta(days=1))
    forecasts.update(at(MONDAY))
    found = made.limits_within_four_weeks(at(MONDAY))
    assert (found.value, found.at_least) == (0, "")
    assert found.detail.startswith("none of 1 metrics until")


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


def test_a_recommendation_that_no_longer_holds_is_told():
    before = MONDAY - timedelta(days=7)
    keep_days(DISK, 60 + 0.25 * np.arange(100) + noise(100), before - timedelta(days=1))
    forecasts.update(at(before))
    keep_days(DISK, np.full(7, 40.0), MONDAY - timedelta(days=1))
    forecasts.update(at(MONDAY))
    found = made.limits_that_moved(at(MONDAY))
    assert found.value == 1
    assert "no longer expected" in found.detail or "not" in found.detail


def test_without_any_day_each_value_is_unknown_and_learns():
    for source in (
        *(made.confidence, made.accuracy, made.moving_to_a_limit, made.limits_to_be_met),
        *(made.limits_that_moved, made.limits_within_four_weeks),
    ):
        found = source(at(MONDAY))
        assert isinstance(found, Unknown), source
        assert found.learning, source


def test_forecasts_of_days_ago_are_none_of_now():
    keep_days(DISK, weekly(84), MONDAY - timedelta(days=1))
    forecasts.update(at(MONDAY))
    late = at(MONDAY + timedelta(days=4))
    found = made.limits_to_be_met(late)
    assert isinstance(found, Unknown)
    assert found.reason == "no metric has a forecast of the last two days"
    assert not found.learning


def test_the_answer_has_no_confidence_where_there_is_none():
    keep_days(DISK, weekly(84), MONDAY - timedelta(days=1))
    answer = forecasts.refresh(at(MONDAY))
    assert answer["confidence_score"] is None
    assert "learning until" in answer["confidence_reason"]
    assert [each["metric"] for each in answer["forecasts"]] == [DISK]
    assert answer["not_up_to_date"] == []


def test_the_data_are_as_of_now_until_a_day_is_over_that_no_forecast_rests_on():
    keep_days(DISK, weekly(84), MONDAY - timedelta(days=1))
    assert forecasts.refresh(at(MONDAY))["as_of"] == at(MONDAY)
    assert forecasts.refresh(at(MONDAY, 23))["as_of"] == at(MONDAY, 23)
    tuesday = MONDAY + timedelta(days=1)
    assert forecasts.refresh(at(tuesday))["as_of"] == at(tuesday, 0)


def test_a_metric_whose_day_did_not_come_is_named_and_makes_the_others_no_older():
    keep_days(DISK, weekly(84), MONDAY - timedelta(days=1))
    keep_days(MEMORY, weekly(84), MONDAY - timedelta(days=2))
    answer = forecasts.refresh(at(MONDAY))
    assert answer["not_up_to_date"] == ["Memory used: from 2026-11-22"]
    assert answer["as_of"] == at(MONDAY)


def test_the_report_draws_what_is_expected_and_puts_the_alert_first():
    keep_days(MEMORY, weekly(84), MONDAY - timedelta(days=1))
    keep_days(DISK, 60 + 0.25 * np.arange(100) + noise(100), MONDAY - timedelta(days=1))
    forecasts.update(at(MONDAY))
    rows = forecast_tables.rows("", at(MONDAY))
    assert [row["title"] for row in rows] == ["Disk used", "Memory used"]
    assert rows[0]["crosses_on"]
    drawn = [chart.svg() for chart in forecast_tables.charts("Host", at(MONDAY))]
    assert len(drawn) == 2
    assert all("<polygon" in each for each in drawn)


def test_the_checks_of_the_weekly_review_are_measured():
    keep_days(DISK, weekly(84), clock.stored(clock.now()).date() - timedelta(days=1))
    forecasts.update(clock.now())
    found = checks.run("trend_alerts")
    assert found.judgement.verdict.value == "OK"
    assert checks.run("forecast_confidence").judgement.verdict.value == "UNKNOWN"


def test_a_forecast_is_a_record_that_nobody_writes():
    keep_days(DISK, weekly(84), MONDAY - timedelta(days=1))
    forecasts.update(at(MONDAY))
    document = only()
    with pytest.raises(frappe.ValidationError, match="record"):
        document.update({"coverage": 100}).save(ignore_permissions=True)
    with pytest.raises(frappe.ValidationError, match="record"):
        document.delete(ignore_permissions=True)
