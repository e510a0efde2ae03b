"""Metrics of a period, in the report, in charts and in a shell: what was measured, once, and to whom."""

import html
import re
from datetime import datetime, timedelta

import frappe
import pytest
from conftest import AMSTERDAM, as_json, keep_sample, run_bench
from frappe.desk.query_report import run

from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.operations import health_tables, metric_rollups, metrics
from verenigingen_maintenance.sources import clock

REPORT, METRIC, CHECK = "System Health", "Metric", "Maintenance Check"
GAUGE, COUNT, COUNTER = "mariadb.connections", "traffic.requests", "redis_cache.hits"
JUDGED = "mariadb.response_time"
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=AMSTERDAM)


def sampled(*values, metric=GAUGE, apart=timedelta(minutes=2), **ago):
    """Samples from so long before NOW on."""
    for number, value in enumerate(values):
        keep_sample(metric, value, at=NOW - timedelta(**ago) + number * apart)


def row(metric=GAUGE, period="24 hours", group=None):
    rows = {each["metric"]: each for each in health_tables.health(period, group, NOW)}
    return rows[metric]


def figures(metric=GAUGE, period="24 hours"):
    """Samples, mean or sum, lowest and highest of the period."""
    found = row(metric, period)
    return [found[name] for name in ("samples", "middle", "minimum", "maximum")]


def shown(**filters):
    return run(REPORT, filters=filters)


def chart(metric=JUDGED, period="24 hours", group=None):
    title = frappe.db.get_value(METRIC, metric, "title")
    return next(each for each in health_tables.charts(period, group, NOW) if each.title == title)


def test_a_gauge_is_averaged_and_a_count_is_summed():
    sampled(2, 4, 9, hours=3)
    sampled(10, 30, metric=COUNT, hours=3)
    assert figures(GAUGE) == [3, 5, 2, 9]
    assert figures(COUNT) == [2, 40, 10, 30]


@pytest.mark.parametrize(("period", "days"), [("24 hours", 1), ("7 days", 7), ("30 days", 30)])
def test_a_period_reaches_back_as_far_as_its_name_says(period, days):
    sampled(7, days=days, minutes=-5)
    sampled(99, days=days, minutes=5)
    assert figures(period=period) == [1, 7, 7, 7]
    assert row(period=period)["before"] == 99


def test_the_period_before_is_told_with_the_change():
    sampled(3, 5, days=1, hours=5)
    sampled(4, 6, hours=5)
    sampled(100, metric=COUNT, days=1, hours=5)
    sampled(20, 30, metric=COUNT, hours=5)
    assert (row()["before"], row()["change"]) == (4, 25)
    assert (row(COUNT)["before"], row(COUNT)["change"]) == (100, -50)


@pytest.mark.parametrize("before", [(), (0,)])
def test_without_anything_to_compare_with_no_change_is_told(before):
    sampled(*before, days=1, hours=5)
    sampled(5, hours=5)
    assert row()["change"] is None


def test_hours_and_the_samples_since_count_once_each():
    sampled(1, 2, 3, hours=3)
    sampled(10, 20, hours=1)
    metric_rollups.roll_up(NOW)
    sampled(100, minutes=20)
    assert figures() == [6, 22.667, 1, 100]
    frappe.db.delete("Metric Sample", {"observed_at": ("<", clock.stored(NOW - timedelta(minutes=30)))})
    assert figures() == [6, 22.667, 1, 100], "the hours tell it when the samples are gone"


def test_days_tell_of_the_time_whose_hours_are_gone():
    long_ago, day = datetime(2026, 4, 10, tzinfo=AMSTERDAM), timedelta(days=1)
    for number, value in enumerate((10, 20, 60)):
        keep_sample(GAUGE, value, at=long_ago + number * day)
        metric_rollups.make("Metric Day", clock.stored(long_ago + number * day))
    frappe.db.delete("Metric Sample")
    sampled(110, hours=4)
    metric_rollups.roll_up(NOW)
    assert figures(period="365 days") == [4, 50, 10, 110]


def test_what_is_not_measured_says_why():
    metrics.keep({GAUGE: Unknown("MariaDB does not tell", NOW)}, NOW)
    found = row()
    assert (found["latest"], found["middle"], found["samples"]) == (None, None, 0)
    assert found["reason"] == "MariaDB does not tell"


@pytest.mark.parametrize("values", [{"needs": "No Such DocType"}, {"enabled": 0}, {"kind": "Counter"}])
def test_what_this_site_cannot_have_or_does_not_sample_is_left_out(values):
    sampled(5, hours=3)
    frappe.db.set_value(METRIC, GAUGE, values)
    assert GAUGE not in [each["metric"] for each in health_tables.health("24 hours", None, NOW)]


def test_counters_that_only_grow_are_left_out():
    assert COUNTER not in [each["metric"] for each in health_tables.health("24 hours", None, NOW)]


def test_a_group_is_shown_by_itself():
    rows = health_tables.health("24 hours", "Host", NOW)
    assert {each["group"] for each in rows} == {"Host"}
    assert {each["group"] for each in health_tables.health("24 hours", None, NOW)} > {"Host", "Database"}


# --- charts


def test_a_chart_breaks_where_nothing_was_measured():
    sampled(5, 6, 7, metric=JUDGED, hours=5)
    sampled(8, 9, metric=JUDGED, hours=3)
    assert chart().svg().count("<polyline") == 2


def test_a_metric_that_is_sampled_each_hour_has_no_gaps_between_two_hours():
    sampled(5, 6, 7, metric="storage.database", apart=timedelta(hours=1), hours=5)
    assert chart("storage.database", group="Storage").svg().count("<polyline") == 1


@pytest.mark.parametrize(
    ("period", "points"), [("24 hours", 4), ("7 days", 2), ("90 days", 1), ("365 days", 1)]
)
def test_a_long_period_is_drawn_from_hours_or_days(period, points):
    sampled(3, 5, 7, metric=JUDGED, days=1, hours=-1)
    sampled(9, metric=JUDGED, days=1, hours=-3)
    metric_rollups.roll_up(NOW + timedelta(hours=15))
    assert len(chart(period=period).points) == points


def test_a_limit_that_was_reached_is_drawn():
    assert frappe.db.get_value(CHECK, "database_response", "critical") == "> 100"
    sampled(50, 90, metric=JUDGED, hours=3)
    assert "stroke-dasharray" not in chart().svg()
    sampled(130, metric=JUDGED, hours=2)
    assert chart().svg().count("stroke-dasharray") == 1


def test_a_count_is_drawn_as_the_sums_that_its_row_tells():
    sampled(10, 20, 30, metric=COUNT, days=1, hours=3)
    sampled(7, metric=COUNT, days=1, hours=5)
    metric_rollups.roll_up(NOW)
    for period, values, unit in (("7 days", [7, 60], "an hour"), ("90 days", [67], "a day")):
        drawn = chart(COUNT, period, "Requests")
        assert [value for _moment, value in drawn.points] == values
        assert sum(values) == row(COUNT, period)["middle"]
        assert drawn.unit == f"requests {unit}"


@pytest.mark.parametrize(("size", "lines"), [(38_000, 1), (52_000, 1), (900, 0)])
def test_the_limit_of_the_database_is_drawn_from_half_the_way_on(size, lines):
    assert frappe.db.get_value(METRIC, "storage.database", "capacity_limit") == "> 50000"
    sampled(size, size + 10, metric="storage.database", apart=timedelta(hours=1), hours=5)
    assert chart("storage.database", group="Storage").svg().count("stroke-dasharray") == lines


def test_of_all_groups_only_what_is_judged_live_is_drawn():
    for metric in (GAUGE, JUDGED):
        sampled(5, metric=metric, hours=3)
    assert [each.title for each in health_tables.charts("24 hours", None, NOW)] == ["Database response"]
    assert len(health_tables.charts("24 hours", "Database", NOW)) == 2


# --- the report


def test_the_report_has_a_row_for_each_metric_and_charts_above_them():
    keep_sample(JUDGED, 12, minutes=5)
    metrics.keep({}, clock.now())
    found = shown()
    (database,) = [each for each in found["result"] if each["metric"] == JUDGED]
    assert (database["title"], database["unit"], database["middle"]) == ("Database response", "ms", 12)
    assert [each["metric"] for each in found["result"]] == [
        each["metric"] for each in health_tables.health("24 hours", None)
    ]
    assert found["message"].count("<svg") == 1
    assert "Database response (ms)" in found["message"]


def test_without_samples_the_report_says_so():
    assert shown(period="7 days")["message"] == "Nothing was sampled in it."


@pytest.mark.parametrize("period", ["1 week", "24", 7, "<b>7 days</b>"])
def test_a_period_that_there_is_not_is_refused_in_a_sentence_and_is_no_error_itself(period):
    before = frappe.db.count("Error Log")
    found = shown(period=period)
    assert found["result"] == []
    assert found["message"] == (
        f"There is no period “{html.escape(str(period))}”. "
        "There are: 24 hours, 7 days, 30 days, 90 days, 365 days."
    )
    assert frappe.db.count("Error Log") == before


def test_markup_in_a_title_is_text_in_the_charts():
    markup = "<img src=x onerror=window.pwned=1>"
    frappe.db.set_value(METRIC, JUDGED, {"title": markup, "unit": markup})
    keep_sample(JUDGED, 5, minutes=5)
    message = shown()["message"]
    assert "<img" not in message
    assert html.escape(markup) in message


@pytest.mark.parametrize("role", ["manager", "operator", "auditor"])
def test_each_role_may_read_it(role):
    keep_sample(JUDGED, 5, minutes=5)
    frappe.set_user(f"{role}@example.com")
    found = shown(period="24 hours")
    assert len(found["result"]) > 20
    assert "<svg" in found["message"]


@pytest.mark.parametrize("user", ["nobody@example.com", "member@example.com", "Guest"])
def test_nobody_else_may(user):
    frappe.set_user(user)
    with pytest.raises(frappe.PermissionError):
        shown(period="24 hours")


# --- in a shell


def test_a_shell_has_the_same_as_data_and_as_a_table():
    for value in (4, 8):
        keep_sample(GAUGE, value, hours=3)
    answered = run_bench("maintenance", "metrics", "--period", "7 days", "--json")
    found = as_json(answered)
    assert (answered.returncode, found["period"]) == (0, "7 days")
    (connections,) = [each for each in found["metrics"] if each["metric"] == GAUGE]
    assert (connections["middle"], connections["samples"]) == (6, 2)
    table = run_bench("maintenance", "metrics", "--period", "7 days", "--group", "Database").stdout
    assert re.search(r"^Database connections +- +6 +8 +-  connections$", table, re.MULTILINE)


def test_a_shell_that_asks_for_no_period_is_told_and_ends_with_the_code_of_unknown():
    answered = run_bench("maintenance", "metrics", "--period", "<b>", "--json")
    assert answered.returncode == 3
    assert as_json(answered)["reason"].startswith("There is no period “<b>”.")
