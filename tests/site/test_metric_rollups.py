"""Hours and days of metrics: made once from the samples, whatever repeats; kept for long; nobody's hand."""

from datetime import datetime, timedelta

import frappe
import pytest
from conftest import AMSTERDAM, keep_sample, stored
from frappe.core.doctype.log_settings.log_settings import run_log_clean_up

from verenigingen_maintenance import scheduled
from verenigingen_maintenance.core.readings import Reading
from verenigingen_maintenance.operations import metric_rollups, metrics
from verenigingen_maintenance.sources import clock

SAMPLE, HOUR, DAY = "Metric Sample", "Metric Hour", "Metric Day"
GAUGE, COUNT, COUNTER = "mariadb.connections", "traffic.requests", "redis_cache.hits"
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=AMSTERDAM)
FIGURES = ["samples", "minimum", "median", "p95", "maximum", "total"]
FIRST = datetime(2026, 11, 24, 8)


def samples(first, *values, metric=GAUGE, apart=timedelta(minutes=2)):
    """Samples from a moment of the site's clock on."""
    for number, value in enumerate(values):
        keep_sample(metric, value, at=clock.instant(first + number * apart))


def rolled_up(doctype=HOUR, metric=GAUGE):
    """Beginning and figures of each row, in order."""
    frappe.db.commit()
    rows = frappe.get_all(doctype, {"metric": metric}, ["begins", *FIGURES], order_by="begins", as_list=True)
    return [(begins, figures) for begins, *figures in rows]


def begins(doctype=HOUR, metric=GAUGE):
    return [moment for moment, _figures in rolled_up(doctype, metric)]


def everything():
    """All that is rolled up, with its names."""
    frappe.db.commit()
    fields = ["name", "creation", "metric", "begins", *FIGURES]
    return [frappe.get_all(doctype, fields=fields, order_by="name", limit=0) for doctype in (HOUR, DAY)]


def test_an_hour_that_is_over_is_kept_in_a_few_figures():
    samples(FIRST, 4, 1, 2, 9)
    metric_rollups.roll_up(NOW)
    assert rolled_up() == [(FIRST, [4, 1, 3, 9, 9, 16])]


def test_an_hour_and_a_day_wait_until_they_are_over():
    samples(datetime(2026, 11, 24, 9), 5)
    metric_rollups.roll_up(NOW)
    assert (begins(HOUR), begins(DAY)) == ([], [])
    metric_rollups.roll_up(NOW + timedelta(minutes=30))
    assert (begins(HOUR), begins(DAY)) == ([datetime(2026, 11, 24, 9)], [])
    metric_rollups.roll_up(NOW + timedelta(hours=15))
    assert begins(DAY) == [datetime(2026, 11, 24)]


def test_a_sample_on_the_full_hour_is_of_the_hour_that_it_begins():
    samples(FIRST - timedelta(microseconds=1), 1)
    samples(FIRST, 2)
    metric_rollups.roll_up(NOW)
    assert rolled_up() == [(datetime(2026, 11, 24, 7), [1, 1, 1, 1, 1, 1]), (FIRST, [1, 2, 2, 2, 2, 2])]


def test_a_day_is_made_of_all_its_samples():
    day = datetime(2026, 11, 23)
    samples(day, 10, 20, 60, apart=timedelta(hours=9))
    metric_rollups.roll_up(NOW)
    assert rolled_up(DAY) == [(day, [3, 10, 20, 60, 60, 90])]
    assert len(begins(HOUR)) == 3


def test_repeating_changes_nothing():
    samples(datetime(2026, 11, 22, 12), *range(8), apart=timedelta(hours=5))
    samples(FIRST, 1, 2)
    metric_rollups.roll_up(NOW)
    before = everything()
    assert [len(each) for each in before] == [9, 2]
    for _ in range(3):
        metric_rollups.roll_up(NOW)
    assert everything() == before


def test_a_late_sample_is_taken_in_by_the_next_run():
    samples(FIRST, 4, 6)
    metric_rollups.roll_up(NOW)
    samples(FIRST + timedelta(minutes=59), 2)
    metric_rollups.roll_up(NOW)
    assert rolled_up() == [(FIRST, [3, 2, 4, 6, 6, 12])]


def test_an_hour_without_samples_has_no_row():
    samples(datetime(2026, 11, 24, 5), 1)
    samples(FIRST, 1)
    metric_rollups.roll_up(NOW)
    assert begins() == [datetime(2026, 11, 24, 5), FIRST]


def test_without_any_sample_there_is_nothing_to_do():
    metric_rollups.roll_up(NOW)
    assert everything() == [[], []]


def test_counters_are_not_rolled_up_and_counts_are():
    for metric in (COUNTER, COUNT):
        samples(FIRST - timedelta(days=1), 100, 120, metric=metric)
    metric_rollups.roll_up(NOW)
    assert [begins(doctype, COUNTER) for doctype in (HOUR, DAY)] == [[], []]
    assert rolled_up(HOUR, COUNT)[0][1] == [2, 100, 110, 120, 120, 220]


def test_days_without_a_run_are_caught_up_with():
    samples(FIRST - timedelta(days=5), 1)
    metric_rollups.roll_up(NOW - timedelta(days=5))
    later = [FIRST - timedelta(days=4) + timedelta(hours=7 * number) for number in range(14)]
    for moment in later:
        samples(moment, 1)
    metric_rollups.roll_up(NOW)
    assert begins() == [FIRST - timedelta(days=5), *later]
    assert begins(DAY) == [datetime(2026, 11, day) for day in range(19, 24)]


def test_the_hour_that_october_has_twice_is_one_with_the_samples_of_both():
    at_half_past_two = datetime(2026, 10, 25, 2, 30, tzinfo=AMSTERDAM)
    for fold in (0, 1):
        keep_sample(GAUGE, 10 * (fold + 1), at=at_half_past_two.replace(fold=fold))
    metric_rollups.roll_up(datetime(2026, 10, 26, 9, tzinfo=AMSTERDAM))
    assert rolled_up() == [(datetime(2026, 10, 25, 2), [2, 10, 15, 20, 20, 30])]
    assert rolled_up(DAY) == [(datetime(2026, 10, 25), [2, 10, 15, 20, 20, 30])]


def test_a_clock_that_was_set_back_does_not_stop_it():
    ahead = datetime(2026, 11, 26, 15)
    samples(ahead, 1)
    metric_rollups.roll_up(NOW + timedelta(days=3))
    samples(FIRST, 2)
    samples(datetime(2026, 11, 23, 12), 3)
    metric_rollups.roll_up(NOW)
    assert begins() == [datetime(2026, 11, 23, 12), FIRST, ahead]
    assert begins(DAY) == [datetime(2026, 11, 23), datetime(2026, 11, 26)]


def test_the_hourly_job_rolls_up_and_makes_the_record_of_the_month():
    moment = clock.now() - timedelta(hours=3)
    keep_sample(GAUGE, 3, at=moment)
    scheduled.roll_up_maintenance_metrics()
    assert begins() == [clock.stored(moment).replace(minute=0, second=0, microsecond=0)]
    assert frappe.db.exists("Monthly Service Level", f"{clock.stored(moment):%Y-%m}")


# --- what is kept, and for how long


def keep_from(**ago):
    """A sample, an hour and a day from so long ago."""
    moment = stored(**ago).replace(microsecond=0)
    keep_sample(GAUGE, 1, at=clock.instant(moment))
    for doctype, length in metric_rollups.LENGTHS.items():
        metric_rollups.LENGTHS[doctype] = timedelta(seconds=1)
        metric_rollups.make(doctype, moment)
        metric_rollups.LENGTHS[doctype] = length
    frappe.db.commit()


def ages(doctype):
    """How many days ago each row was."""
    frappe.db.commit()
    column = "observed_at" if doctype == SAMPLE else "begins"
    moments = frappe.get_all(doctype, pluck=column, order_by=f"{column} desc")
    return [round((stored() - moment) / timedelta(days=1)) for moment in moments]


@pytest.mark.parametrize("doctype", [SAMPLE, HOUR, DAY])
def test_what_is_younger_is_kept_and_the_rest_is_forgotten_in_parts(doctype, monkeypatch):
    monkeypatch.setattr(metric_rollups, "BATCH", 2)
    for hours in (1, 48, 96, 100, 120, 2000, 3000):
        keep_from(hours=hours)
    others = {each: ages(each) for each in {SAMPLE, HOUR, DAY} - {doctype}}
    metric_rollups.forget(doctype, 3)
    assert ages(doctype) == [0, 2]
    assert {each: ages(each) for each in others} == others


@pytest.fixture
def log_settings():
    """Log Settings without these rows, and afterwards as they were before."""
    before = frappe.get_all("Logs To Clear", fields=["*"])
    frappe.db.delete("Logs To Clear", {"ref_doctype": ("in", (SAMPLE, HOUR, DAY))})
    yield
    frappe.db.delete("Logs To Clear")
    for row in before:
        frappe.get_doc({"doctype": "Logs To Clear", **row}).db_insert()
    frappe.db.commit()


def test_log_settings_keep_samples_for_a_fortnight_hours_for_400_days_and_days_for_three_years(log_settings):
    for days in (13, 15, 399, 401, 1095, 1097):
        keep_from(days=days)
    run_log_clean_up()
    assert ages(SAMPLE) == [13]
    assert ages(HOUR) == [13, 15, 399]
    assert ages(DAY) == [13, 15, 399, 401, 1095]


# --- by hand


@pytest.mark.parametrize("user", ["Administrator", "manager@example.com"])
@pytest.mark.parametrize("doctype", [SAMPLE, HOUR, DAY])
def test_nobody_changes_or_deletes_what_was_measured(doctype, user):
    samples(FIRST - timedelta(days=1), 5)
    metric_rollups.roll_up(NOW)
    (name,) = frappe.get_all(doctype, pluck="name")
    before = frappe.get_doc(doctype, name).as_dict()
    frappe.set_user(user)
    for forbidden in (
        lambda: frappe.get_doc(doctype, name).update({"value": 1, "maximum": 1}).save(),
        lambda: frappe.delete_doc(doctype, name, force=True),
        lambda: frappe.get_doc({"doctype": doctype, "metric": GAUGE, "begins": FIRST}).insert(),
    ):
        with pytest.raises((frappe.ValidationError, frappe.PermissionError)):
            forbidden()
    frappe.set_user("Administrator")
    assert frappe.get_all(doctype, pluck="name") == [name]
    assert frappe.get_doc(doctype, name).as_dict() == before


def test_values_are_kept_as_they_were_read():
    metrics.insert({GAUGE: Reading(0.123456789, "", clock.instant(FIRST), "test")})
    metric_rollups.roll_up(NOW)
    assert rolled_up() == [(FIRST, [1, *[0.123456789] * 5])]
