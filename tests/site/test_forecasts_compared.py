"""Forecasts of metrics on a site, held against what came."""

from __future__ import annotations

from datetime import timedelta

import frappe
import numpy as np
import pytest
from forecast_days import (
    DAY,
    DISK,
    ERRORS,
    FORECAST,
    MEMORY,
    MONDAY,
    at,
    clear,
    expected,
    keep_days,
    noise,
    nothing_kept,  # noqa: F401
    only,
    plan_last_week,
    weekly,
)

from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.operations import forecasts
from verenigingen_maintenance.sources import forecasts as made

THREE = (DISK, MEMORY, ERRORS)
WAITING = "workers.waiting_jobs"


def test_what_came_is_counted_within_its_intervals():
    keep_days(DISK, weekly(84), MONDAY - timedelta(days=1))
    forecasts.update(at(MONDAY))
    keep_days(DISK, [*expected(DISK, MONDAY)[:3], 90.0], MONDAY + timedelta(days=3))
    forecasts.update(at(MONDAY + timedelta(days=4)))
    found = frappe.get_doc(FORECAST, {"metric": DISK, "begins": MONDAY})
    assert (found.compared, found.within_80, found.within_95) == (4, 3, 3)
    assert found.error > 8


def test_a_day_that_is_not_over_is_neither_compared_nor_rested_upon():
    """As there is one where the clock was set back."""
    keep_days(DISK, weekly(84), MONDAY - timedelta(days=1))
    forecasts.update(at(MONDAY))
    keep_days(DISK, weekly(2), MONDAY + timedelta(days=1))
    forecasts.update(at(MONDAY + timedelta(days=1)))
    assert [each.compared for each in made.on(MONDAY)] == [1]
    assert [each.history_days for each in made.on(MONDAY + timedelta(days=1))] == [85]


def test_confidence_is_the_share_that_came_within_the_interval():
    now = plan_last_week(THREE, lambda days: [*days[:5], 99.0, 99.0])
    found = made.confidence(now)
    assert isinstance(found, Reading)
    assert found.value == pytest.approx(100 * 15 / 21, abs=0.1)
    assert found.evidence["by metric"] == {DISK: "5 of 7", MEMORY: "5 of 7", ERRORS: "5 of 7"}
    assert "in the backtest" in found.detail


def test_confidence_below_sixty_percent_escalates():
    now = plan_last_week(THREE, lambda days: [99.0] * 7)
    assert made.confidence(now).value == 0
    assert frappe.db.get_value("Maintenance Check", "forecast_confidence", "critical") == "< 60"


def test_too_few_values_are_unknown_and_not_fifty_percent():
    now = plan_last_week((DISK,), lambda days: days)
    found = made.confidence(now)
    assert isinstance(found, Unknown)
    assert "only 7 values" in found.reason
    assert isinstance(made.accuracy(now), Unknown)


def test_accuracy_is_above_one_where_last_week_once_more_was_better():
    good = made.accuracy(plan_last_week(THREE, lambda days: np.array(days) + 0.01))
    clear()
    rising = weekly(84, slope=1.0)
    bad = made.accuracy(plan_last_week(THREE, lambda days: np.array(days) - 14, rising))
    assert good.value < 0.2
    assert bad.value > 1.5
    assert good.detail == "3 of 3 metrics were forecast better than by the week before"
    assert bad.detail == "0 of 3 metrics were forecast better than by the week before"


def test_one_quiet_week_does_not_make_forecasts_a_million_times_as_wrong():
    """Where last week once more was right by chance, what it is wrong by otherwise is the measure."""
    history = np.concatenate([50 + 7.5 * noise(50), np.full(9, 52.0)])
    found = made.accuracy(plan_last_week(THREE, lambda days: np.full(7, 52.0), history))
    assert 0 < found.value < 1


def test_a_week_that_nobody_could_foresee_does_not_make_forecasts_worse_than_last_week_once_more():
    found = made.accuracy(plan_last_week(THREE, lambda days: np.array(days) + 30))
    assert found.value == pytest.approx(1, abs=0.05)


def test_a_metric_that_never_changes_says_nothing_about_accuracy_and_is_named():
    keep_days(WAITING, np.zeros(84), MONDAY - timedelta(days=8))
    now = plan_last_week(THREE, lambda days: np.array(days) + 0.01)
    keep_days(WAITING, np.zeros(7), MONDAY - timedelta(days=1))
    forecasts.update(now)
    found = made.accuracy(now)
    assert found.evidence["metrics"] == 3
    assert found.evidence["as in the week before, always"] == [WAITING]


def test_where_no_metric_ever_changes_accuracy_is_not_known():
    found = made.accuracy(plan_last_week(THREE, lambda days: days, np.full(84, 7.0)))
    assert isinstance(found, Unknown)
    assert found.reason.endswith("3 metrics were as in the week before, always")


def test_a_recommendation_that_no_longer_holds_is_told():
    before = MONDAY - timedelta(days=7)
    keep_days(DISK, 60 + 0.25 * np.arange(100) + noise(100), before - timedelta(days=1))
    forecasts.update(at(before))
    keep_days(DISK, np.full(7, 40.0), MONDAY - timedelta(days=1))
    forecasts.update(at(MONDAY))
    found = made.limits_that_moved(at(MONDAY))
    assert found.value == 1
    assert found.detail == f"{DISK} is no longer expected to meet > 90"


def fills(to: float, slope: float, days: int = 100) -> np.ndarray:
    """A disk that fills, and came as far as `to` percent."""
    return to + slope * (np.arange(days) - days) + noise(days)


@pytest.mark.parametrize(("then", "slope"), [("later", 0.1), ("sooner", 0.5)])
def test_a_recommendation_whose_day_moved_out_of_its_interval_is_told(then, slope):
    before = MONDAY - timedelta(days=7)
    keep_days(DISK, fills(85, 0.25), before - timedelta(days=1))
    forecasts.update(at(before))
    told = only()
    frappe.db.sql(f"delete from `tab{DAY}`")
    keep_days(DISK, fills(86.75, slope), MONDAY - timedelta(days=1))
    forecasts.update(at(MONDAY))
    found = made.limits_that_moved(at(MONDAY))
    assert found.value == 1
    assert found.detail == f"{DISK} meets > 90 on {only().crosses_on}, not {told.crosses_on}"
    assert (only().crosses_on > told.latest) == (then == "later")


def test_a_day_without_forecasts_a_week_ago_is_bridged_by_the_day_before():
    keep_days(DISK, fills(83, 0.25), MONDAY - timedelta(days=9))
    forecasts.update(at(MONDAY - timedelta(days=8)))
    keep_days(DISK, fills(85, 0.25, 8), MONDAY - timedelta(days=1))
    forecasts.update(at(MONDAY))
    assert made.limits_that_moved(at(MONDAY)).detail == "1 of a week ago hold"


@pytest.mark.parametrize(
    ("days_ago", "reason", "learns"),
    [
        (6, "the first forecast is a week old on 2026-11-24", True),
        (10, "no metric has a forecast of 2026-11-16 or the two days before", False),
    ],
)
def test_without_forecasts_of_a_week_ago_it_learns_only_while_the_first_is_younger(days_ago, reason, learns):
    keep_days(DISK, weekly(84), MONDAY - timedelta(days=days_ago + 1))
    forecasts.update(at(MONDAY - timedelta(days=days_ago)))
    keep_days(DISK, weekly(5), MONDAY - timedelta(days=1))
    forecasts.update(at(MONDAY))
    found = made.limits_that_moved(at(MONDAY))
    assert (found.reason, found.learning) == (reason, learns)
