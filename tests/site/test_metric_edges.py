"""Edges of figures over time: first days, changed clocks, samples that are gone, odd filters."""

from datetime import date, datetime, timedelta

import frappe
import pytest
import test_health_report as health
import test_service_levels as levels
from conftest import AMSTERDAM, keep_sample

from verenigingen_maintenance.operations import metric_rollups, service_levels
from verenigingen_maintenance.sources import clock

NOW = health.NOW


def test_the_first_day_of_hours_counts_once_in_a_period():
    health.sampled(10, 20, days=1, hours=2)
    metric_rollups.roll_up(NOW)
    assert health.figures(period="7 days") == [2, 15, 10, 20]


def test_the_day_of_the_installation_is_measured_from_its_first_probe_on():
    for minute in range(0, 60, 2):
        keep_sample(levels.METRIC, 0, at=clock.instant(levels.at("11-10 14:00")) + timedelta(minutes=minute))
    metric_rollups.roll_up(levels.at("11-11 09:30").replace(tzinfo=AMSTERDAM))
    keep_sample(levels.METRIC, 0, at=clock.instant(levels.at("12-01 00:00")))
    assert levels.times()["not measured"] == "230:00:00"


def test_a_month_stays_measured_when_its_samples_are_gone():
    levels.probed()
    for begins in ("11-29 23:00", "12-05 10:00"):
        levels.hour(levels.METRIC, begins, 0)
    frappe.db.delete("Metric Sample")
    assert levels.figure()[0] != "not measured"


def test_a_planned_one_in_the_hour_that_spring_skips_does_not_stop_the_hourly_job():
    times = {"begins": "2027-03-28 02:30:00", "ends": "2027-03-28 03:10:00", "reason": "Upgrade"}
    frappe.get_doc({"doctype": "Downtime", **times}).insert()
    name = service_levels.compute_month(date(2027, 3, 1), datetime(2027, 3, 30, tzinfo=AMSTERDAM))
    record = frappe.get_doc("Monthly Service Level", name)
    assert "2027-03-28 02:30:00 to 2027-03-28 03:10:00  Planned" in record.downtimes
    assert [figure.verdict for figure in record.figures] == ["UNKNOWN"] * 5, "nothing was ever probed"


def test_year_one_is_refused():
    with pytest.raises(frappe.ValidationError):
        service_levels.compute_named("0001-01", NOW)


@pytest.mark.parametrize("filters", [{"period": ["24 hours"]}, {"metric_group": ["x"]}])
def test_a_filter_that_is_a_list_raises_nothing(filters):
    health.shown(**{"period": "24 hours", **filters})


def test_after_a_clock_was_set_back_the_samples_since_are_in_the_figures():
    health.sampled(1, hours=-5)
    metric_rollups.roll_up(NOW + timedelta(hours=9))
    health.sampled(5, minutes=10)
    assert health.figures() == [1, 5, 5, 5]


def test_after_a_clock_was_set_back_hours_without_a_run_are_caught_up_with():
    health.sampled(1, hours=-5)
    metric_rollups.roll_up(NOW + timedelta(hours=9))
    for hours in (4, 3, 2, 1):
        health.sampled(5, hours=hours)
    metric_rollups.roll_up(NOW)
    assert frappe.db.count("Metric Hour", {"metric": health.GAUGE}) == 5


def test_a_downtime_across_the_change_of_the_clock_has_its_real_length():
    times = {"begins": "2026-10-25 01:00:00", "ends": "2026-10-25 04:00:00", "reason": "Upgrade"}
    assert frappe.get_doc({"doctype": "Downtime", **times}).insert().seconds == 4 * 3600
