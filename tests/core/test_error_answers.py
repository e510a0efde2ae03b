import json
from collections import Counter
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.error_answers import (
    CATEGORIES,
    RECURRING,
    analysis,
    category_of,
    daily_trends,
    error_types,
    growth_trends,
    hourly_patterns,
    recurring_issues,
    severity_distribution,
    user_impact,
)
from verenigingen_maintenance.core.error_facts import Facts, PatternFacts, errors_of

NOW = datetime(2026, 11, 24, 9, 30)  # a Tuesday
OPENS, CLOSES = time(9), time(17)
SERIES = st.lists(st.integers(0, 50), min_size=2, max_size=30)


def facts(days=7, errors=None, patterns=(), **users):
    """Facts of `days` days until NOW, from {moment: errors}."""
    begins = (NOW - timedelta(days=days)).replace(minute=0)
    by_day = {}
    for moment, count in (errors or {}).items():
        by_day.setdefault(moment.date(), [0] * 24)[moment.hour] += count
    return Facts(days, begins, NOW, by_day, tuple(patterns), **users)


def of_whole_days(*errors, hour=12):
    """Facts with so many errors on each whole day, the last of them yesterday."""
    first = NOW.replace(hour=hour, minute=0) - timedelta(days=len(errors))
    counts = {first + timedelta(days=each): count for each, count in enumerate(errors)}
    return facts(len(errors) + 1, counts)


def pattern(name="EP-1", errors=1, title="Timeout", **fields):
    known = {"state": "Ongoing", "severity": "Medium", "kind": "", "exception": "", "app": "", "area": ""}
    return PatternFacts(name, title, **{**known, "own": False, **fields}, errors=errors)


def test_an_analysis_tells_the_total_and_the_period_from_the_full_hour_on():
    found = analysis(facts(2, {NOW: 3, NOW - timedelta(days=1): 4}), OPENS, CLOSES)
    assert found["total_errors"] == 7
    assert found["analysis_period"] == "2 days"
    assert (found["start_date"], found["end_date"]) == ("2026-11-22T09:00:00", "2026-11-24T09:30:00")


def test_each_day_is_told_in_order_and_a_quiet_one_is_nought():
    found = daily_trends(facts(3, {NOW: 1, NOW - timedelta(days=3): 8}))
    days = {"2026-11-21": 8, "2026-11-22": 0, "2026-11-23": 0, "2026-11-24": 1}
    assert list(found["daily_data"].items()) == list(days.items())
    assert (found["peak_day"], found["peak_count"]) == ("2026-11-21", 8)
    assert found["average_daily_errors"] == 3.0


@pytest.mark.parametrize(
    ("errors", "trend"),
    [
        ([1, 2, 3, 4], "insufficient_data"),
        ([1, 2, 3, 4, 5], "increasing"),
        ([5, 4, 3, 2, 1], "decreasing"),
        ([1, 2, 3, 5, 4], "stable"),
        ([5, 5, 5, 5, 5, 5], "stable"),
        ([0, 0, 0, 0, 0, 0], "stable"),
        ([3, 1, 4, 1, 5, 9, 2, 6], "stable"),
        ([0, 0, 0, 0, 0, 500], "stable"),
    ],
)
def test_a_trend_is_told_only_where_five_whole_days_or_more_show_one(errors, trend):
    assert daily_trends(of_whole_days(*errors))["trend"] == trend


def test_the_two_days_that_are_not_whole_make_no_trend():
    flat = of_whole_days(5, 5, 5, 5, 5, 5)
    busy = {**flat.by_day, flat.begins.date(): [90] * 24, NOW.date(): [0] * 24}
    found = daily_trends(Facts(flat.days, flat.begins, NOW, busy, ()))
    assert (found["trend"], found["slope"]) == ("stable", 0)
    assert found["peak_day"] == flat.begins.date().isoformat()


@given(SERIES)
def test_backwards_a_trend_and_its_slope_are_the_opposite(errors):
    there, back = daily_trends(of_whole_days(*errors)), daily_trends(of_whole_days(*reversed(errors)))
    opposite = {"increasing": "decreasing", "decreasing": "increasing"}
    assert back["trend"] == opposite.get(there["trend"], there["trend"])
    assert back["slope"] == pytest.approx(-there["slope"])


@pytest.mark.parametrize(
    ("errors", "slope"), [([1, 3, 5, 7, 9], 2), ([8, 6, 4], -2), ([4, 4], 0), ([7], None)]
)
def test_the_slope_is_how_many_errors_come_to_a_day_more_than_the_day_before(errors, slope):
    assert daily_trends(of_whole_days(*errors))["slope"] == slope


def test_an_increasing_trend_never_has_a_falling_slope():
    found = daily_trends(of_whole_days(50, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4))
    assert found["trend"] != "increasing" or found["slope"] > 0


def test_hours_and_weekdays_are_added_up_over_the_days():
    monday, saturday = datetime(2026, 11, 23, 14, 5), datetime(2026, 11, 21, 14, 59)
    found = hourly_patterns(facts(7, {monday: 4, saturday: 5, NOW: 2}), OPENS, CLOSES)
    assert list(found["hourly_distribution"]) == [str(hour) for hour in range(24)]
    assert {hour for hour, errors in found["hourly_distribution"].items() if errors} == {"9", "14"}
    assert (found["peak_hour"], found["peak_count"]) == (14, 9)
    assert (found["quiet_hour"], found["quiet_count"]) == (0, 0)
    days = {"Monday": 4, "Tuesday": 2, "Wednesday": 0, "Thursday": 0, "Friday": 0, "Saturday": 5, "Sunday": 0}
    assert list(found["weekly_distribution"].items()) == list(days.items())


@pytest.mark.parametrize(
    ("moment", "is_business"),
    [
        (datetime(2026, 11, 23, 8, 59), False),
        (datetime(2026, 11, 23, 9, 0), True),
        (datetime(2026, 11, 23, 16, 59), True),
        (datetime(2026, 11, 23, 17, 0), False),
        (datetime(2026, 11, 20, 12, 0), True),
        (datetime(2026, 11, 21, 12, 0), False),
        (datetime(2026, 11, 22, 12, 0), False),
    ],
)
def test_business_hours_are_those_of_monday_to_friday(moment, is_business):
    found = hourly_patterns(facts(7, {moment: 3}), OPENS, CLOSES)
    told = (found["business_hours_errors"], found["off_hours_errors"])
    assert told == ((3, 0) if is_business else (0, 3))


def test_business_hours_are_those_that_the_site_has():
    found = hourly_patterns(facts(7, {NOW.replace(hour=7): 2, NOW.replace(hour=9): 1}), time(7), time(9))
    assert (found["business_hours_errors"], found["off_hours_errors"]) == (2, 1)


@pytest.mark.parametrize(
    ("exception", "title", "category"),
    [
        ("PermissionError", "PermissionError in frappe.client.get", "permission"),
        ("", "User is not permitted to read Member", "permission"),
        ("ValidationError", "ValidationError in verenigingen.sepa.create", "validation"),
        ("DoesNotExistError", "DoesNotExistError in frappe.get_doc", "validation"),
        ("OperationalError", "OperationalError in frappe.db.sql", "database"),
        ("QueryDeadlockError", "QueryDeadlockError in frappe.db.sql", "database"),
        ("ConnectionError", "ConnectionError in bank.client.send", "api"),
        ("", "The API of the bank answered 500", "api"),
        ("QueryTimeoutError", "QueryTimeoutError in frappe.db.sql", "timeout"),
        ("", "The server timed out", "timeout"),
        ("OperationalError", "Lock wait timeout exceeded", "timeout"),
        ("KeyError", "KeyError in member.save", "other"),
        ("", "Capital letters are expected", "other"),
        ("", "The queue shows rapid growth", "other"),
        ("", "A nosql store", "other"),
        ("", "", "other"),
    ],
)
def test_a_category_is_found_by_whole_words(exception, title, category):
    assert category_of(pattern(exception=exception, title=title)) == category


def test_types_are_counted_by_errors_and_not_by_patterns():
    rare = [pattern(f"EP-{each}", 1, "ValidationError") for each in range(3)]
    found = error_types(facts(patterns=[*rare, pattern("EP-9", 5, "Timeout"), pattern("EP-8", 2, "Odd")]))
    counts = {"validation_errors": 3, "timeout_errors": 5, "other_errors": 2}
    assert found["categories"] == {**{f"{each}_errors": 0 for each in CATEGORIES}, **counts}
    assert found["percentages"]["timeout_errors"] == 50.0
    assert (found["most_common_category"], found["total_categorized"]) == ("timeout_errors", 10)


def test_the_system_is_no_affected_user_and_more_than_ten_errors_are_many():
    by_user = {"Administrator": 900, "(nobody)": 40, "a@example.com": 11, "b@example.com": 10, "Guest": 30}
    assert user_impact(facts(by_user=by_user)) == {
        "total_affected_users": 3,
        "top_affected_users": {"Guest": 30, "a@example.com": 11, "b@example.com": 10},
        "average_errors_per_user": 17.0,
        "users_with_high_errors": ["Guest", "a@example.com"],
        "total_users_with_high_errors": 2,
        "errors_of_the_system": 940,
    }


def test_the_ten_most_affected_users_are_named_the_worst_first():
    found = user_impact(facts(by_user={f"u{number:02}": number for number in range(1, 31)}))
    assert list(found["top_affected_users"].items()) == [(f"u{each}", each) for each in range(30, 20, -1)]
    assert (found["total_affected_users"], len(found["users_with_high_errors"])) == (30, 20)


def test_an_error_recurs_from_its_third_time_on():
    found = recurring_issues(facts(patterns=[pattern("EP-1", 2, "Twice"), pattern("EP-2", 3, "Thrice")]))
    assert found["recurring_errors"] == {"Thrice": 3}
    assert (found["total_recurring"], found["most_frequent_error"]) == (1, "Thrice")
    assert found["frequency_threshold"] == RECURRING == 3


def test_two_patterns_of_one_title_stay_two():
    same = [pattern("EP-1", 7, "Timeout"), pattern("EP-2", 5, "Timeout"), pattern("EP-3", 4, "Odd")]
    found = recurring_issues(facts(patterns=same))
    assert found["recurring_errors"] == {"Timeout (EP-1)": 7, "Timeout (EP-2)": 5, "Odd": 4}


def test_more_recurring_errors_than_are_listed_are_still_counted():
    found = recurring_issues(facts(patterns=[pattern(f"EP-{n}", n, f"T{n}") for n in range(1, 61)]))
    assert (found["total_recurring"], len(found["recurring_errors"])) == (58, 50)
    assert next(iter(found["recurring_errors"])) == "T60"


def test_severities_are_told_as_shares_of_the_errors():
    severe = [pattern("EP-1", 1, severity="Critical"), pattern("EP-2", 4, severity="High"), pattern(errors=3)]
    found = severity_distribution(facts(patterns=severe))
    assert found["distribution"] == {"critical": 1, "high": 4, "medium": 3, "low": 0}
    assert found["percentages"] == {"critical": 12.5, "high": 50.0, "medium": 37.5, "low": 0.0}
    assert found["critical_percentage"] == 12.5


@pytest.mark.parametrize(
    ("errors", "growth", "direction"),
    [
        ([10, 10, 10, 30, 30, 30], 200.0, "increasing"),
        ([30, 30, 30, 10, 10, 10], -66.67, "decreasing"),
        ([10, 10, 10, 11, 11, 11], 10.0, "stable"),
        ([1, 1, 1, 4, 4, 4], 300.0, "stable"),
        ([0, 0, 0, 4, 5, 6], None, "new"),
        ([0, 0, 0, 0, 0, 1], None, "new"),
        ([4, 5, 6, 0, 0, 0], -100.0, "decreasing"),
        ([0, 0, 0, 0, 0, 0], 0.0, "stable"),
        ([10, 10, 10, 999, 10, 10, 10], 0.0, "stable"),
    ],
)
def test_growth_compares_the_halves_and_from_nought_it_is_new(errors, growth, direction):
    found = growth_trends(of_whole_days(*errors))
    assert (found["growth_rate_percentage"], found["trend_direction"]) == (growth, direction)
    assert found["first_half_errors"] == sum(errors[:3])
    assert found["second_half_errors"] == sum(errors[-3:])


def test_that_chance_explains_a_growth_is_told():
    by_chance = growth_trends(of_whole_days(1, 1, 1, 2, 2, 2))["probability_by_chance"]
    assert by_chance == pytest.approx(130 / 512, abs=1e-6)
    assert growth_trends(of_whole_days(10, 10, 10, 30, 30, 30))["probability_by_chance"] < 0.001


def test_under_seven_days_no_growth_is_told():
    short = growth_trends(of_whole_days(0, 0, 0, 9, 9))
    message = "Need at least 7 days for trend analysis"
    assert short == {"trend": "insufficient_period", "message": message}
    assert "trend_direction" in growth_trends(of_whole_days(0, 0, 0, 9, 9, 9))


@pytest.mark.parametrize("days", [1, 2, 7, 400])
def test_of_an_empty_period_everything_is_nought_and_nothing_is_the_most_common(days):
    found = analysis(facts(days), OPENS, CLOSES)
    json.dumps(found, allow_nan=False)
    told = found["patterns"]
    assert found["total_errors"] == 0
    assert len(told["daily_trends"]["daily_data"]) == days + 1
    assert set(told["daily_trends"]["daily_data"].values()) == {0}
    assert told["daily_trends"]["trend"] in ("stable", "insufficient_data")
    assert told["daily_trends"]["peak_count"] == told["hourly_patterns"]["peak_count"] == 0
    assert told["error_types"]["most_common_category"] is None
    assert told["recurring_issues"]["most_frequent_error"] is None
    assert told["user_impact"]["average_errors_per_user"] == 0
    assert set(told["severity_distribution"]["percentages"].values()) == {0.0}
    assert told["growth_trends"].get("trend_direction", "stable") == "stable"


COUNTED = st.lists(
    st.tuples(
        st.integers(0, 239), st.sampled_from(["Timeout", "ValidationError", "Odd"]), st.integers(1, 10**9)
    ),
    max_size=20,
)


@given(COUNTED, st.dictionaries(st.text(max_size=5), st.integers(1, 10**9), max_size=15))
def test_whatever_was_counted_is_plain_data_whose_numbers_agree(rows, by_user):
    errors, patterns = Counter(), []
    for number, (hours, title, count) in enumerate(rows):
        errors[NOW - timedelta(hours=hours)] += count
        patterns.append(pattern(f"EP-{number}", count, title))
    counted = facts(10, errors, patterns, by_user=by_user)
    found = analysis(counted, OPENS, CLOSES)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    told, total = found["patterns"], sum(count for _hours, _title, count in rows)
    assert found["total_errors"] == total == errors_of(counted.ranked)
    assert sum(told["daily_trends"]["daily_data"].values()) == total
    assert sum(told["hourly_patterns"]["hourly_distribution"].values()) == total
    assert sum(told["hourly_patterns"]["weekly_distribution"].values()) == total
    hours = told["hourly_patterns"]
    assert hours["business_hours_errors"] + hours["off_hours_errors"] == total
    assert told["error_types"]["total_categorized"] == total
    assert sum(told["severity_distribution"]["distribution"].values()) == total
    assert set(told["error_types"]["categories"]) == {f"{each}_errors" for each in CATEGORIES}


def test_days_that_were_not_counted_are_none_without_errors():
    since = NOW - timedelta(days=3)
    old = Facts(9, NOW - timedelta(days=9), NOW, {NOW.date(): [1] * 24}, (), counted_since=since)
    assert list(old.daily) == [date(2026, 11, day) for day in (21, 22, 23, 24)]
    assert daily_trends(old)["average_daily_errors"] == 8.0
    assert growth_trends(old)["trend"] == "insufficient_period"


def test_whole_days_leave_out_the_first_and_the_last_one():
    found = facts(2, {NOW: 1, NOW - timedelta(days=1): 2, NOW - timedelta(days=2): 4})
    assert found.whole_days == {date(2026, 11, 23): 2}
