"""The errors of weeks, months and quarters: what the reviews read, and what the analyses answer."""

from datetime import datetime, time, timedelta
from functools import reduce

import frappe
import pytest
from conftest import as_json, count_errors, counted_from, insert_errors, make_errors, run_bench, stored
from frappe.core.doctype.error_log.error_log import ErrorLog

from verenigingen_maintenance import api
from verenigingen_maintenance.operations import checks, error_review, ingest_errors
from verenigingen_maintenance.sources import clock, error_patterns, error_reviews, errors

MEANS = {7: "mean_of_7_days", 30: "mean_of_30_days", 90: "mean_of_90_days"}
PAYMENT = """Traceback (most recent call last):
  File "apps/verenigingen/verenigingen/doctype/member/member.py", line 12, in pay
    provider.pay()
PaymentRefused: the provider refused
"""
REFUSED = "Days must be a whole number from 1 to 400: “{}” is not."
KINDS = "permission_errors validation_errors database_errors api_errors timeout_errors other_errors"
HOTSPOTS = {
    "": "analysis_period hotspots severity_scores critical_hotspots remediation_priority",
    "hotspots": "functional_areas user_groups time_periods error_types system_components",
}
ANALYSIS = {
    "": "total_errors analysis_period start_date end_date patterns error_hotspots insights recommendations",
    "patterns": "daily_trends hourly_patterns error_types user_impact recurring_issues "
    "severity_distribution growth_trends",
    "patterns.daily_trends": "trend slope daily_data average_daily_errors peak_day peak_count",
    "patterns.hourly_patterns": "hourly_distribution peak_hour peak_count quiet_hour quiet_count "
    "business_hours_errors off_hours_errors",
    "patterns.error_types": "categories percentages most_common_category total_categorized",
    "patterns.error_types.categories": KINDS,
    "patterns.error_types.percentages": KINDS,
    "patterns.user_impact": "total_affected_users top_affected_users average_errors_per_user "
    "users_with_high_errors",
    "patterns.recurring_issues": "recurring_errors total_recurring most_frequent_error frequency_threshold",
    "patterns.severity_distribution": "distribution percentages critical_percentage",
    "patterns.severity_distribution.distribution": "critical high medium low",
    "patterns.severity_distribution.percentages": "critical high medium low",
    "patterns.growth_trends": "trend message",
    **{f"error_hotspots.{path}".rstrip("."): keys for path, keys in HOTSPOTS.items()},
}


def insert_week(weeks_ago, errors):
    """Errors spread over an ISO week, from its Monday's first minute to its Sunday's last one."""
    today = clock.stored(clock.now()).date()
    monday = datetime.combine(today - timedelta(days=today.weekday() + 7 * weeks_ago), time.min)
    step = (timedelta(days=7) - timedelta(minutes=2)) / max(1, errors - 1)
    insert_errors(errors, creation=lambda row: monday + timedelta(minutes=1) + row * step)


def two_weeks(before, after):
    counted_from(days=40)
    insert_week(2, before)
    insert_week(1, after)
    count_errors()


def verdict(check):
    result = checks.run(check)
    return result.judgement.verdict.value, result.judgement.reason


@pytest.mark.parametrize(("days", "mean"), [(7, 2.0), (30, 1.0), (90, 0.5)])
def test_a_mean_is_that_of_its_days_alone(days, mean):
    counted_from(days=100)
    for errors_then, ago in ((14, 5), (16, 20), (15, 60), (500, 95)):
        insert_errors(errors_then, creation=stored(days=ago))
    count_errors()
    reading = getattr(error_reviews, MEANS[days])(clock.now())
    assert (reading.value, reading.at_least) == (mean, "")
    assert reading.evidence["errors"] == mean * days
    assert sum(reading.evidence["errors by day"].values()) == mean * days
    assert verdict(f"errors_{days}d") == ("OK", "")


@pytest.mark.parametrize("days", [7, 30, 90])
def test_ten_errors_a_day_are_a_warning(days):
    counted_from(days=100)
    insert_errors(10 * days, creation=stored(days=2))
    count_errors()
    assert verdict(f"errors_{days}d")[0] == "WARNING"


@pytest.mark.parametrize("days", [7, 30, 90])
def test_where_errors_are_not_counted_that_long_a_mean_is_unknown_unless_it_is_a_breach(days):
    counted_from(days=days - 1)
    make_errors(1)
    count_errors()
    told, reason = verdict(f"errors_{days}d")
    assert told == "UNKNOWN"
    assert f"errors are not counted for {days} days yet" in reason
    insert_errors(10 * days)
    assert verdict(f"errors_{days}d")[0] == "WARNING"


def test_the_first_counted_error_tells_since_when_too_where_it_is_older():
    counted_from(days=3)
    insert_errors(1, creation=stored(days=8))
    count_errors()
    assert error_patterns.counted_since().date() == stored(days=8).date()
    assert verdict("errors_7d") == ("OK", "")


@pytest.mark.parametrize("name", [*MEANS.values(), "week_over_week", "new_patterns_of_7_days"])
def test_where_nothing_was_ever_counted_it_is_learning(name):
    assert getattr(error_reviews, name)(clock.now()).learning


def test_while_a_day_is_left_to_count_a_mean_is_at_least():
    counted_from(days=100)
    make_errors(1)
    count_errors()
    insert_errors(4, creation=stored(days=5))
    reading = error_reviews.mean_of_7_days(clock.now())
    assert (reading.evidence["errors"], reading.at_least) == (1, "1 days of Error Log are not counted yet")


def test_while_a_day_is_to_be_counted_anew_a_mean_is_at_least():
    counted_from(days=100)
    make_errors(1)
    count_errors()
    frappe.db.sql("update `tabError Count` set stale = 1 where span = 'Day' and pattern = '' and user = ''")
    assert error_reviews.mean_of_7_days(clock.now()).at_least == "1 days are to be counted anew"
    assert error_reviews.week_over_week(clock.now()).at_least == "1 days are to be counted anew"


def test_rows_that_are_not_counted_yet_make_a_mean_at_least():
    counted_from(days=100)
    make_errors(1)
    count_errors()
    make_errors(2)
    reading = error_reviews.mean_of_30_days(clock.now())
    assert reading.at_least == "2 rows of Error Log are not counted yet"


@pytest.mark.parametrize(
    ("before", "after", "told", "value"),
    [
        (40, 80, "CRITICAL", 100.0),
        (100, 130, "CRITICAL", 30.0),
        (300, 370, "OK", 23.3),
        (4, 13, "OK", 0),
        (30, 40, "OK", 0),
        (1000, 1020, "OK", 0),
        (80, 40, "OK", 0),
        (0, 10, "CRITICAL", 100.0),
        (0, 9, "OK", 0),
        (0, 0, "OK", 0),
    ],
)
def test_a_week_with_far_more_errors_than_the_one_before_is_a_breach(before, after, told, value):
    two_weeks(before, after)
    insert_errors(200)  # this week is not complete, and does not count
    result = checks.run("errors_week_over_week")
    assert (result.judgement.verdict.value, result.value) == (told, value)
    evidence = result.measured.evidence
    assert (evidence["errors of the week before"], evidence["errors of that week"]) == (before, after)


def test_a_week_that_began_without_errors_before_it_is_new():
    two_weeks(0, 12)
    assert verdict("errors_week_over_week") == ("CRITICAL", "0 errors, then 12: new")
    assert error_reviews.week_over_week(clock.now()).evidence["change"] == "new"


def test_the_weeks_are_those_from_monday_to_sunday_whatever_day_it_is():
    counted_from(days=40)
    today = clock.stored(clock.now()).date()
    monday = datetime.combine(today - timedelta(days=today.weekday()), time.min)
    week, second = timedelta(days=7), timedelta(seconds=1)
    edges = (monday - 2 * week - second, monday - 2 * week, monday - week - second, monday - week)
    for number, moment in enumerate((*edges, monday - second, monday)):
        insert_errors(2**number, creation=moment)
    count_errors()
    evidence = error_reviews.week_over_week(clock.now()).evidence
    assert evidence["last complete week from"] == (monday - timedelta(days=7)).date().isoformat()
    assert (evidence["errors of the week before"], evidence["errors of that week"]) == (6, 24)


def test_without_two_complete_weeks_the_comparison_is_learning():
    counted_from(days=13)
    insert_errors(40, creation=stored(days=9))
    count_errors()
    learning = "learning: two complete weeks are not counted yet"
    assert verdict("errors_week_over_week") == ("UNKNOWN", learning)


def test_a_week_whose_monday_was_counted_from_noon_on_is_not_complete():
    today = clock.stored(clock.now()).date()
    noon = datetime.combine(today - timedelta(days=today.weekday() + 14), time(12))
    frappe.db.set_single_value("Maintenance Settings", "errors_counted_from", str(noon))
    make_errors(1)
    count_errors()
    assert verdict("errors_week_over_week")[0] == "UNKNOWN"


def test_patterns_of_seven_days_are_new_where_they_were_never_seen_before():
    counted_from(days=30)
    insert_errors(2, method="Known for long", creation=stored(days=20))
    insert_errors(2, method="Known for long", creation=stored(days=1))
    insert_errors(3, method="Not seen before", creation=stored(days=6))
    count_errors()
    reading = error_reviews.new_patterns_of_7_days(clock.now())
    assert (reading.value, reading.detail) == (1, "“Not seen before”")
    assert verdict("new_error_patterns_7d")[0] == "WARNING"


def test_a_hotspot_of_seven_days_has_ten_errors_and_a_quarter_of_all():
    counted_from(days=30)
    insert_errors(12, error=PAYMENT, creation=stored(days=2))
    insert_errors(9)
    insert_errors(90, creation=stored(days=9))
    count_errors()
    assert verdict("error_hotspots_7d") == ("WARNING", "verenigingen: Member: 12 (57.1 %)")
    assert error_reviews.hotspots_of_7_days(clock.now()).value == 1


def test_users_with_more_than_ten_errors_in_seven_days_are_counted():
    counted_from(days=30)
    for user, errors_then in (("manager@example.com", 11), ("operator@example.com", 10), ("Guest", 1)):
        insert_errors(errors_then, owner=user, creation=stored(days=1))
    insert_errors(90, owner="Administrator")
    count_errors()
    reading = error_reviews.users_of_7_days(clock.now())
    assert (reading.value, reading.detail) == (1, "3 users affected")
    assert reading.evidence["errors of the system itself"] == 90
    assert verdict("users_with_errors_7d")[0] == "WARNING"


def test_more_than_fifty_users_with_many_errors_are_all_counted():
    insert_errors(11 * 51, owner=lambda row: f"u{row % 51}@example.com")
    count_errors()
    assert error_reviews.users_of_7_days(clock.now()).value == 51


def test_in_the_first_seven_days_whether_patterns_escalate_is_learned():
    counted_from(days=6, hours=23)
    make_errors(60)
    count_errors()
    assert errors.escalating(clock.now()).learning
    counted_from(days=7, minutes=1)
    assert errors.escalating(clock.now()).value >= 0


def missing(documented, found):
    """The keys that an answer lacks, where they belong."""
    lacks = []
    for path, keys in documented.items():
        part = reduce(lambda each, key: each[key], filter(None, path.split(".")), found)
        lacks += [f"{path}: {key}" for key in keys.split() if key not in part]
    return lacks


def some_errors():
    counted_from(days=100)
    insert_errors(12, error=PAYMENT, creation=stored(days=2), owner="manager@example.com")
    insert_errors(3, creation=stored(hours=1))
    count_errors()


@pytest.mark.parametrize("fill", [some_errors, count_errors])
def test_the_analysis_has_all_that_is_documented(fill):
    fill()
    found = api.analyze_error_patterns(days=1)
    assert missing(ANALYSIS, found) == []
    assert missing(HOTSPOTS, api.identify_error_hotspots(days=1)) == []


def test_the_analysis_tells_what_was_counted():
    some_errors()
    found = api.analyze_error_patterns(days="30")
    assert (found["total_errors"], found["analysis_period"]) == (15, "30 days")
    told = found["patterns"]
    title = "PaymentRefused in verenigingen.doctype.member.member.pay"
    assert told["recurring_issues"]["recurring_errors"] == {title: 12, "Timeout": 3}
    assert told["user_impact"]["top_affected_users"] == {"manager@example.com": 12}
    assert found["error_hotspots"] == api.identify_error_hotspots(days=30)
    (critical, *_others) = found["error_hotspots"]["critical_hotspots"]
    assert (critical["name"], critical["errors"]) == ("verenigingen: Member", 12)


def test_where_errors_are_counted_for_a_short_while_nobody_says_that_there_were_none_before():
    insert_errors(60, creation=lambda row: stored(days=1 + row % 10))
    count_errors()
    found = api.analyze_error_patterns(days=30)
    assert not [text for text in found["insights"] if "no errors before" in text or "increasing" in text]


def test_the_command_prints_all_of_it_and_counts_what_is_new_first():
    counted_from(days=30)
    insert_errors(4, error=PAYMENT)
    done = run_bench("maintenance", "errors", "--days", "7", "--json")
    found = as_json(done)
    assert (done.returncode, found["total_errors"], found["not_counted_yet"]) == (0, 4, 0)
    assert [each["errors"] for each in found["error_patterns"]] == [4]
    assert missing(HOTSPOTS, found["error_hotspots"]) == []
    assert set(found["beside_error_log"]) == set(error_review.BESIDE)
    text = run_bench("maintenance", "errors")
    assert text.returncode == 0
    assert text.stdout.startswith("4 errors in 7 days, 0 users affected")


@pytest.mark.parametrize("door", [api.analyze_error_patterns, api.identify_error_hotspots])
@pytest.mark.parametrize("days", [0, 401, "x"])
def test_days_that_make_no_sense_are_refused_by_the_api_in_a_sentence(door, days, monkeypatch, capsys):
    assert door(days=days) is None
    assert capsys.readouterr().out.strip() == REFUSED.format(days)
    monkeypatch.setattr(frappe.local, "request", object(), raising=False)
    with pytest.raises(frappe.ValidationError, match="from 1 to 400"):
        door(days=days)


@pytest.mark.parametrize("days", ["0", "401"])
def test_days_that_make_no_sense_are_refused_by_the_command_in_a_sentence(days):
    done = run_bench("maintenance", "errors", "--days", days, "--json")
    told = {"verdict": "UNKNOWN", "reason": REFUSED.format(days), "items": []}
    assert (done.returncode, as_json(done)) == (3, told)


def test_days_that_are_no_number_are_wrong_usage_of_the_command():
    done = run_bench("maintenance", "errors", "--days", "x")
    assert done.returncode == 3
    assert "'x' is not a valid integer" in done.stderr


def test_when_old_logs_are_deleted_the_answer_over_ninety_days_is_the_same():
    counted_from(days=100)
    now = clock.now()
    insert_errors(80, creation=lambda row: stored(days=row), owner="manager@example.com")
    insert_errors(12, error=PAYMENT, creation=stored(days=40))
    count_errors()
    before = error_review.analyze_error_patterns(90, now), error_reviews.mean_of_90_days(now)
    assert before[0]["total_errors"] == 92
    ErrorLog.clear_old_logs(days=14)
    assert ingest_errors.forget_deleted(seconds=60)
    frappe.db.commit()
    assert frappe.db.count("Error Log") < 20
    assert frappe.db.count("Ingested Error") < 20
    assert (error_review.analyze_error_patterns(90, now), error_reviews.mean_of_90_days(now)) == before
