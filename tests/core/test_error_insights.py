"""What an analysis is said to come to: each sentence where it is true, and only there."""

from datetime import datetime, time, timedelta
from random import Random

import pytest

from verenigingen_maintenance.core.error_answers import analysis
from verenigingen_maintenance.core.error_facts import Facts, PatternFacts
from verenigingen_maintenance.core.error_insights import ADVICE, insights, recommendations
from verenigingen_maintenance.core.error_wording import BAR, MOST_LINES, error_summary
from verenigingen_maintenance.core.hotspots import hotspots
from verenigingen_maintenance.core.report_weeks import Week, peaks

NOW = datetime(2026, 11, 24, 9, 30)  # a Tuesday
NOBODY_ERRED = ["No error occurred in the period."]


def pattern(name="EP-1", errors=1, title="Odd", **fields):
    known = {"state": "Ongoing", "severity": "Medium", "kind": "", "exception": "", "app": "app", "area": "A"}
    return PatternFacts(name, title, **{**known, "own": False, **fields}, errors=errors)


def of_whole_days(*errors, hour=12, patterns=()):
    """Facts with so many errors on each whole day, the last of them yesterday."""
    days = len(errors) + 1
    by_day = {}
    for each, count in enumerate(errors):
        day = NOW.date() - timedelta(days=len(errors) - each)
        by_day[day] = [count if at == hour else 0 for at in range(24)]
    begins = (NOW - timedelta(days=days)).replace(minute=0)
    return Facts(days, begins, NOW, by_day, patterns or (pattern(errors=sum(errors)),))


def of(*patterns, hour=12):
    """Facts of these patterns, all of whose errors happened yesterday at `hour`."""
    return of_whole_days(sum(each.errors for each in patterns), hour=hour, patterns=patterns)


def told(facts):
    return insights(analysis(facts, time(9), time(17)))


def advised(facts):
    return recommendations(analysis(facts, time(9), time(17)), hotspots(facts))


def those_of(sentences, *words):
    return [text for text in sentences if any(word in text for word in words)]


@pytest.mark.parametrize(
    ("errors", "sentences"),
    [
        ([1, 2, 3, 4, 5, 6], ["Errors are increasing: +1 a day, each day."]),
        ([9, 7, 5, 3, 1], ["Errors are decreasing: -2 a day, each day."]),
        ([4, 4, 4, 4, 4], []),
        ([1, 2, 3, 4], []),
        ([0, 0, 0, 0, 0, 0], []),
    ],
)
def test_a_trend_is_said_where_there_is_one(errors, sentences):
    assert those_of(told(of_whole_days(*errors)), "Errors are") == sentences


def test_errors_that_increase_are_not_said_to_do_so_by_fewer_a_day():
    assert those_of(told(of_whole_days(50, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4)), "increasing: -") == []


def test_the_hour_with_most_errors_is_said_with_its_number():
    assert "Most errors occur at 07:00: 9." in told(of_whole_days(4, 5, hour=7))


def test_the_most_common_type_is_said_with_its_share():
    types = [pattern("EP-1", 5, "Timeout"), pattern("EP-2", 3, "ValidationError")]
    assert "The most common type is timeout_errors (62.5 % of all errors)." in told(of(*types))


@pytest.mark.parametrize(
    ("critical", "sentences"), [(11, ["11 % of the errors are critical."]), (10, []), (0, [])]
)
def test_a_share_of_critical_errors_is_said_when_it_is_over_ten_percent(critical, sentences):
    patterns = (pattern("EP-1", critical, severity="Critical"), pattern("EP-2", 100 - critical))
    assert those_of(told(of(*patterns)), "critical") == sentences


@pytest.mark.parametrize(
    ("errors", "sentences", "is_advised"),
    [
        ([0, 0, 0, 4, 5, 6], ["There were no errors before; 15 occurred since."], True),
        (
            [10, 10, 10, 20, 20, 20],
            ["The second half had 100 % more errors than the first (30, then 60)."],
            True,
        ),
        ([10, 10, 10, 11, 12, 13], [], False),
        ([20, 20, 20, 10, 10, 10], [], False),
        ([0, 0, 0, 4, 5], [], False),
        ([0, 0, 0, 0, 0, 0], [], False),
    ],
)
def test_growth_is_said_and_looked_into_where_it_is_none_by_chance(errors, sentences, is_advised):
    facts = of_whole_days(*errors)
    assert those_of(told(facts), "second half", "no errors before") == sentences
    assert ("Find out what changed: errors increase." in advised(facts)) == is_advised


@pytest.mark.parametrize("day", [0, 4])
def test_there_were_errors_before_on_the_first_and_on_the_middle_day(day):
    facts = of_whole_days(0, 0, 0, 0, 4, 5, 6)
    errors = {**facts.by_day, facts.begins.date() + timedelta(days=day): [0] * 23 + [100]}
    facts = Facts(facts.days, facts.begins, NOW, errors, (pattern(errors=115),))
    assert those_of(told(facts), "no errors before") == []


def test_critical_hotspots_come_first_each_once_and_three_at_most():
    areas = [
        pattern(f"EP-{n}", 20 - n, severity="Critical", area=f"Area {n}", app=f"Area {n}") for n in range(4)
    ]
    assert advised(of(*areas))[0] == "Begin with the critical hotspots: Area 0, Area 1, Area 2."
    assert advised(of(*areas[:1]))[0].startswith("Begin with the critical hotspots: Area 0")
    assert those_of(advised(of(pattern(errors=9, severity="Critical"))), "hotspots") == []


def test_what_is_to_be_mended_first_is_named_unless_it_is_done():
    done = pattern("EP-2", 50, "Done", state="Resolved")
    assert "Mend “Odd” first: 4 errors, High." in advised(of(pattern(errors=4, severity="High"), done))
    assert those_of(advised(of(done)), "Mend") == []


@pytest.mark.parametrize(
    ("title", "category"),
    [
        ("PermissionError", "permission_errors"),
        ("ValidationError", "validation_errors"),
        ("IntegrityError", "database_errors"),
        ("ConnectionError", "api_errors"),
        ("Timeout", "timeout_errors"),
        ("Odd", ""),
    ],
)
def test_each_type_that_occurred_is_advised_on_and_no_other(title, category):
    given = [text for text in advised(of(pattern(title=title))) if text in ADVICE.values()]
    assert given == ([ADVICE[category]] if category else [])


def test_the_most_frequent_type_is_advised_on_first():
    patterns = (pattern("EP-1", 2, "PermissionError"), pattern("EP-2", 7, "Timeout"))
    given = [text for text in advised(of(*patterns)) if text in ADVICE.values()]
    assert given == [ADVICE["timeout_errors"], ADVICE["permission_errors"]]


@pytest.mark.parametrize(("hour", "is_advised"), [(3, True), (12, False), (17, True)])
def test_scheduled_jobs_are_suspected_where_most_errors_are_out_of_hours(hour, is_advised):
    advice = those_of(advised(of(pattern(errors=5), hour=hour)), "scheduled jobs")
    assert advice == ["Look at scheduled jobs: most errors occur outside business hours."] * is_advised


@pytest.mark.parametrize("days", [1, 6, 7, 30])
def test_of_an_empty_period_nothing_is_said_but_that(days):
    facts = of_whole_days(*[0] * days)
    empty = Facts(facts.days, facts.begins, NOW, {}, ())
    assert (told(empty), advised(empty)) == ([], NOBODY_ERRED)


def test_errors_that_are_all_resolved_did_occur():
    assert advised(of(pattern(errors=4, state="Resolved"))) != NOBODY_ERRED


def review(facts, **fields):
    """As `maintenance errors` gets it, with nothing beside Error Log."""
    found, spots = analysis(facts, time(9), time(17)), hotspots(facts)
    listed = [
        {"errors": each.errors, "severity": each.severity, "state": each.state, "title": each.title}
        for each in facts.ranked
    ]
    return {
        **found,
        "error_patterns": listed,
        "error_hotspots": spots,
        "insights": insights(found),
        "recommendations": recommendations(found, spots),
        "beside_error_log": {},
        "counted_since": "2026-01-01T00:00:00+01:00",
        "not_counted_yet": 0,
        "errors_of_this_app": 0,
        **fields,
    }


def lines(facts, **fields):
    return error_summary(review(facts, **fields)).split("\n")


def test_a_summary_has_the_total_days_patterns_areas_and_advice():
    by_user = {"a@example.com": 2, "Administrator": 4}
    facts = of(pattern("EP-1", 4, "Timeout", area="Bank"), pattern("EP-2", 2))
    text = lines(Facts(facts.days, facts.begins, NOW, facts.by_day, facts.patterns, by_user))
    period = "from 2026-11-22T09:00:00 to 2026-11-24T09:30:00"
    assert text[0] == f"6 errors in 2 days, 1 users affected  ({period})"
    assert f"  2026-11-23        6  {'#' * BAR}" in text
    assert "  2026-11-24        0  " in text
    assert text[text.index("Patterns:") + 1] == "        4  Medium   Ongoing    Timeout"
    assert text[text.index("Areas:") + 1].split() == ["4", "66.7", "%", "Bank"]
    assert "- Most errors occur at 12:00: 6." in text
    assert "- Mend “Timeout” first: 4 errors, Medium." in text


def test_what_is_missing_from_a_summary_and_what_is_of_this_app_is_said_where_it_is_so():
    whole = "\n".join(lines(of(pattern())))
    assert not any(words in whole for words in ("of this app", "not counted yet", "ever counted"))
    text = lines(of(pattern()), errors_of_this_app=3, not_counted_yet=7, counted_since=None)
    assert text[1:4] == [
        "3 of them are errors of this app itself.",
        "7 rows of Error Log are not counted yet.",
        "No error was ever counted.",
    ]


@pytest.mark.parametrize(
    ("since", "is_told"), [("2026-11-22T08:59:59+01:00", False), ("2026-11-23T10:00:00+01:00", True)]
)
def test_a_summary_says_since_when_errors_are_counted_where_that_is_within_its_period(since, is_told):
    told = f"Errors are counted since {since}; of the time before nothing is known."
    assert (told in lines(of(pattern()), counted_since=since)) == is_told


def test_what_error_log_does_not_show_is_told_with_the_reason_why_it_is_unknown():
    beside = {
        "failed requests": {"value": None, "reason": "Monitor is off"},
        "failed jobs": {"value": 2, "detail": "“roll up”"},
        "stuck jobs": {"value": 0, "detail": ""},
    }
    text = lines(of(pattern()), beside_error_log=beside)
    first = text.index("Beside Error Log, in 24 hours:") + 1
    assert text[first : first + 3] == [
        "  UNKNOWN  failed requests: Monitor is off",
        "        2  failed jobs: “roll up”",
        "        0  stuck jobs",
    ]


def test_a_long_summary_shows_the_latest_days_and_the_most_frequent_patterns():
    patterns = tuple(pattern(f"EP-{n:02}", n, f"Title {n}", area=f"Area {n}") for n in range(1, 31))
    text = lines(of_whole_days(*range(1, 31), patterns=patterns))
    days = [line for line in text if line.startswith("  2026-")]
    assert len(days) == MOST_LINES
    assert days[-1].startswith("  2026-11-24")
    shown = text[text.index("Patterns:") + 1 :][:MOST_LINES]
    assert [line.split()[-1] for line in shown] == [str(n) for n in range(30, 30 - MOST_LINES, -1)]
    assert "Areas:" in text


def test_a_pattern_of_this_app_is_marked_in_the_summary():
    listed = [{"errors": 1, "severity": "Low", "state": "New", "title": "Mine", "of_this_app": True}]
    assert "        1  Low      New        Mine  (this app)" in lines(of(pattern()), error_patterns=listed)


def test_the_summary_of_an_empty_period_has_no_patterns_and_no_areas():
    facts = of_whole_days(0)
    text = lines(Facts(facts.days, facts.begins, NOW, {}, ()))
    assert text[0].startswith("0 errors in 2 days, 0 users affected")
    assert not {"Patterns:", "Areas:"} & set(text)
    assert "#" not in "".join(text)
    assert text[-1] == "- No error occurred in the period."


# --- weeks that stand out


def of_weeks(*errors):
    """Facts of so many errors in each whole week up to the last Sunday; most of a week on its Wednesday."""
    days = [
        count
        for week in errors
        for count in (week // 10,) * 2 + (week - 6 * (week // 10),) + (week // 10,) * 4
    ]
    return of_whole_days(0, *days, 3)  # NOW is a Tuesday: the last whole day is a Monday


def peak_weeks(*errors):
    return those_of(told(of_weeks(*errors)), "stands out", "came down")


def test_a_week_of_three_times_the_errors_is_named_with_its_day_and_that_it_came_down():
    assert peak_weeks(52, 47, 50, 55, 46, 51, 150, 49, 50, 53, 48, 50, 44) == [
        "Week 2026-W41 stands out: 150 errors, 3.0 times the usual 50 a week; most on 2026-10-07, 60.",
        "It came down: 44 to 53 errors a week since 2026-W41.",
    ]


@pytest.mark.parametrize(
    ("weeks", "named"),
    [
        ((50, 52, 150, 140, 49, 51), ["W44", "W45"]),
        ((150, 50, 52, 49, 51), ["W43"]),
        ((50, 52, 49, 51, 150), ["W47"]),
        ((0, 0, 0, 12), ["W47"]),
        ((50, 52, 49, 51, 74), []),
        ((500, 300, 700, 450, 800, 350, 900), []),
        ((5, 3, 6, 9), []),
        ((50, 50, 150), []),
        ((0, 0, 0, 0), []),
    ],
)
def test_a_week_stands_out_by_more_than_chance_scatter_and_half(weeks, named):
    assert [text.split()[1].partition("-")[2] for text in peak_weeks(*weeks) if "stands" in text] == named


def test_of_a_peak_that_just_ended_nobody_says_that_it_came_down():
    assert (
        peak_weeks(50, 52, 49, 51, 150)[-1]
        == "No whole week came since 2026-W47 to tell whether it came down."
    )


def test_weeks_of_chance_alone_hardly_ever_stand_out():
    chance = Random(7)
    quarters = [
        [Week(NOW.date(), sum(chance.random() < 0.05 for _error in range(1000))) for _week in range(13)]
        for _quarter in range(100)
    ]
    assert sum(bool(peaks(quarter)[0]) for quarter in quarters) <= 2
