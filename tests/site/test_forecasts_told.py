"""Forecasts of metrics on a site, as checks, the analytics engine and the report tell them."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from forecast_days import (
    DISK,
    MEMORY,
    MONDAY,
    at,
    keep_days,
    noise,
    nothing_kept,  # noqa: F401
    weekly,
)

from verenigingen_maintenance.core.analytics import NotKnown
from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.operations import checks, forecast_tables, forecasts
from verenigingen_maintenance.sources import clock
from verenigingen_maintenance.sources import forecasts as made
from verenigingen_maintenance.verenigingen_maintenance.report.forecasts import forecasts as forecasts_report


def test_a_metric_far_from_its_limit_is_counted_as_looked_at():
    keep_days(DISK, weekly(100), MONDAY - timedelta(days=1))
    forecasts.update(at(MONDAY))
    found = made.limits_within_four_weeks(at(MONDAY))
    assert (found.value, found.at_least) == (0, "")
    assert found.detail.startswith("none of 1 metrics until")


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
    assert "the first week that was forecast is over on" in answer["confidence_reason"]
    assert [each["metric"] for each in answer["forecasts"]] == [DISK]
    assert answer["not_up_to_date"] == []


def test_forecasts_that_are_lost_are_not_known_and_no_time_mends_that():
    keep_days(DISK, weekly(84), MONDAY - timedelta(days=1))
    forecasts.update(at(MONDAY))
    late = at(MONDAY + timedelta(days=10))
    assert forecasts.refresh(late) == NotKnown("no metric has a forecast of the last two days", False)


def test_before_the_first_forecast_the_answer_is_what_it_waits_for():
    keep_days(DISK, weekly(10), MONDAY - timedelta(days=1))
    assert forecasts.refresh(at(MONDAY)) == NotKnown("the days of metrics are too few until 2026-12-07", True)


def test_days_that_nothing_can_be_forecast_of_are_no_reason_to_go_on_learning():
    keep_days(DISK, [50.0 if index % 6 == 5 else None for index in range(150)], MONDAY - timedelta(days=1))
    assert forecasts.refresh(at(MONDAY)) == NotKnown(
        "no metric has 24 days that a forecast can rest on", False
    )


def test_a_mase_that_there_is_not_is_none_and_no_nought():
    """Last week once more was never wrong either."""
    keep_days(DISK, np.full(60, 42.0), MONDAY - timedelta(days=1))
    assert forecasts.refresh(at(MONDAY))["forecasts"][0]["mase"] is None
    assert forecast_tables.rows("", at(MONDAY))[0]["mase"] is None


def test_a_forecast_that_was_never_wrong_has_a_mase_of_nought():
    keep_days(DISK, np.arange(10.0, 70.0), MONDAY - timedelta(days=1))
    assert forecasts.refresh(at(MONDAY))["forecasts"][0]["mase"] == 0
    assert forecast_tables.rows("", at(MONDAY))[0]["mase"] == 0


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


def test_a_report_without_rows_says_why():
    assert forecasts_report.execute({})[2] == "Nothing is forecast: no metric has a whole day yet."
    today = clock.stored(clock.now()).date()
    keep_days(DISK, weekly(84), today - timedelta(days=6))
    forecasts.update(clock.now())
    stale = "Nothing is forecast: no metric has a forecast of the last two days."
    assert forecasts_report.execute({})[2] == stale
    keep_days(DISK, weekly(5), today - timedelta(days=1))
    forecasts.update(clock.now())
    told = forecasts_report.execute({"metric_group": "<b>"})[2]
    assert told == "Nothing is forecast: no metric of &lt;b&gt;."


def test_the_checks_of_the_weekly_review_are_measured():
    keep_days(DISK, weekly(84), clock.stored(clock.now()).date() - timedelta(days=1))
    forecasts.update(clock.now())
    found = checks.run("trend_alerts")
    assert found.judgement.verdict.value == "OK"
    assert checks.run("forecast_confidence").judgement.verdict.value == "UNKNOWN"
