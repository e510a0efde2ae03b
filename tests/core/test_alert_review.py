"""What became of alerts: of each one kind, times that are known, and no alert twice or nowhere."""

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.alert_review import (
    CLOSED,
    NO_CHECK,
    Alert,
    Figures,
    Kind,
    Times,
    checks_of,
    counted,
    day_of,
    grouped,
    late_answers,
    level_of,
    review,
    week_of,
)
from verenigingen_maintenance.core.alert_wording import alert_summary, in_minutes, time_in_words

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
OPENED = datetime(2026, 11, 24, 8, 0, tzinfo=timezone.utc)
MINUTES = timedelta(minutes=1)


def alert(status="Resolved", opened=OPENED, acknowledged=None, closed=None, **values):
    """Opened at OPENED; acknowledged and closed so many minutes later."""
    times = {
        "acknowledged": None if acknowledged is None else opened + acknowledged * MINUTES,
        "closed": None if closed is None else opened + closed * MINUTES,
    }
    return Alert("ESC-1", values.pop("subject", "Error Log"), opened, status, **times, **values)


ALERTS = st.builds(
    Alert,
    name=st.sampled_from(["A", "B", "C"]),
    subject=st.sampled_from(["Error Log", "API response"]),
    opened=st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 31), timezones=st.just(timezone.utc)),
    status=st.sampled_from(["Pending", "Open", "Acknowledged", "Resolved", "False Positive", "Closed"]),
    checks=st.lists(st.sampled_from(["errors_24h", "errors_60min"]), unique=True).map(tuple),
    level=st.sampled_from(["Level 1", "Level 2", ""]),
    went_up=st.integers(0, 2),
    acknowledged=st.none() | st.datetimes(datetime(2025, 1, 1), timezones=st.just(timezone.utc)),
    closed=st.none() | st.datetimes(datetime(2025, 1, 1), timezones=st.just(timezone.utc)),
    outcome=st.sampled_from(["", "Real", "No Action Needed", "False Positive"]),
    cleared_by_itself=st.booleans(),
    flaps=st.integers(0, 3),
    is_drill=st.booleans(),
)


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (alert("Open"), Kind.OPEN),
        (alert("Acknowledged", acknowledged=3), Kind.OPEN),
        (alert("Resolved"), Kind.REAL),
        (alert("Closed", acknowledged=3), Kind.REAL),
        (alert("Resolved", cleared_by_itself=True), Kind.NOBODY_ACTED),
        (alert("Closed", cleared_by_itself=True), Kind.NOBODY_ACTED),
        (alert("Resolved", acknowledged=3, cleared_by_itself=True), Kind.REAL),
        (alert("Resolved", cleared_by_itself=True, outcome="Real"), Kind.REAL),
        (alert("Resolved", outcome="No Action Needed"), Kind.NO_ACTION_NEEDED),
        (alert("Closed", outcome="False Positive"), Kind.FALSE_POSITIVE),
        (alert("False Positive"), Kind.FALSE_POSITIVE),
        (alert("False Positive", outcome="Real"), Kind.REAL),
        (alert("False Positive", cleared_by_itself=True), Kind.FALSE_POSITIVE),
    ],
)
def test_an_alert_is_what_the_review_says_then_who_closed_it_then_how_it_ended(found, kind):
    assert found.kind is kind


def test_drills_and_what_has_not_lasted_are_left_out():
    assert counted([alert("Pending"), alert(is_drill=True), alert("Open")]) == [alert("Open")]


def test_times_are_those_that_are_known_and_none_where_there_is_none():
    assert Times.of([None, None]) == Times(0, None, None, None)
    minutes = [n * MINUTES for n in range(1, 11)]
    assert Times.of([*minutes, None]) == Times(10, 330, 540, 600)
    assert Times.of([7 * MINUTES]) == Times(1, 420, 420, 420)


def test_what_ended_before_it_began_has_no_time():
    turned = alert(acknowledged=-5, closed=-1)
    assert (turned.time_to_acknowledge, turned.time_to_resolve) == (None, None)
    figures = Figures.of([turned, alert(acknowledged=4, closed=30)])
    assert figures.acknowledge == Times(1, 240, 240, 240)
    assert figures.resolve == Times(1, 1800, 1800, 1800)


def test_what_is_open_again_is_not_resolved_whatever_time_it_once_got():
    assert alert("Open", closed=5).time_to_resolve is None


def test_a_time_of_nought_seconds_is_one_and_no_alerts_have_none():
    assert Figures.of([alert(closed=0)]).resolve == Times(1, 0, 0, 0)
    nothing = Figures.of([]).as_data()
    assert nothing["alerts"] == 0
    assert nothing["time_to_resolve"] == {"known": 0, "median": None, "ninety": None, "longest": None}
    assert nothing["false_positive_share"] is None


def test_the_share_of_false_positives_is_of_what_is_decided():
    some = [alert("False Positive"), alert(), alert(), alert("Open"), alert("Open")]
    assert Figures.of(some).share(Kind.FALSE_POSITIVE) == 33.3


def test_weeks_are_those_of_the_site_and_of_iso():
    week = week_of(AMSTERDAM)
    cases = {
        datetime(2026, 12, 31, 12, tzinfo=timezone.utc): "2026-W53",
        datetime(2027, 1, 3, 22, 59, tzinfo=timezone.utc): "2026-W53",
        datetime(2027, 1, 3, 23, 0, tzinfo=timezone.utc): "2027-W01",
        datetime(2026, 1, 1, tzinfo=timezone.utc): "2026-W01",
    }
    assert {moment: week(alert(opened=moment))[0] for moment in cases} == cases
    assert day_of(alert(opened=datetime(2027, 1, 3, 23, tzinfo=timezone.utc)), AMSTERDAM).day == 4


def test_an_alert_of_three_checks_counts_once_for_each_and_one_without_is_told_apart():
    groups = grouped([alert(checks=("a", "b", "c")), alert(checks=("a",)), alert()], checks_of)
    assert {name: len(some) for name, some in groups.items()} == {NO_CHECK: 1, "a": 2, "b": 1, "c": 1}
    assert list(grouped([alert()], level_of)) == ["(no level)"]


def test_a_review_has_each_way_to_look_at_them_and_names_what_to_look_at():
    some = [
        alert("Resolved", acknowledged=2, closed=20, checks=("errors_24h",), level="Level 1"),
        alert("Resolved", closed=8, cleared_by_itself=True, checks=("errors_24h",), level="Level 1"),
        alert("Open", subject="API response", level="Level 2", went_up=1, flaps=3),
        alert("Open", is_drill=True),
    ]
    found = review(some, AMSTERDAM)
    assert (found["alerts"], found["real"], found["nobody_acted"], found["open"]) == (3, 1, 1, 1)
    assert (found["came_back"], found["returns"], found["answered_late"]) == (1, 3, 1)
    assert [(row["name"], row["alerts"]) for row in found["by_level"]] == [("Level 1", 2), ("Level 2", 1)]
    assert [row["name"] for row in found["by_subject"]] == ["API response", "Error Log"]
    assert [row["name"] for row in found["by_week"]] == ["2026-W48"]
    assert [each["subject"] for each in found["flapping"]] == ["API response"]
    assert len(found["nobody_acted_on"]) == len(found["still_open"]) == 1
    assert found["time_to_acknowledge"]["median"] == 120


def test_of_many_to_look_at_the_latest_are_named_first():
    many = [alert("Open", opened=OPENED + number * MINUTES, title=str(number)) for number in range(60)]
    named = [each["title"] for each in review(many, AMSTERDAM)["still_open"]]
    assert named == [str(number) for number in range(59, 9, -1)]


@given(st.lists(ALERTS, max_size=30))
def test_each_alert_that_counts_is_in_one_kind_one_level_one_week_and_at_least_one_check(alerts):
    found, known = review(alerts, AMSTERDAM), counted(alerts)
    kinds = [found[kind.name.lower()] for kind in Kind if kind is not Kind.OPEN]
    undecided = sum(each.kind is Kind.OPEN for each in known)
    assert sum(kinds) + undecided == found["alerts"] == len(known)
    for way in ("by_level", "by_subject", "by_week"):
        assert sum(row["alerts"] for row in found[way]) == len(known)
    assert sum(row["alerts"] for row in found["by_check"]) >= len(known)
    json.loads(json.dumps(found, allow_nan=False))


@given(st.lists(ALERTS, max_size=30))
def test_no_figure_of_time_is_below_nought_or_out_of_order_or_there_without_an_alert(alerts):
    for key in ("time_to_acknowledge", "time_to_resolve"):
        times = review(alerts, AMSTERDAM)[key]
        figures = [times[name] for name in ("median", "ninety", "longest")]
        assert (figures == [None] * 3) == (times["known"] == 0)
        if times["known"]:
            assert min(figures) >= 0
            assert max(figures) == times["longest"]


@given(ALERTS)
def test_what_is_closed_is_never_of_the_kind_open_and_noise_is_never_real(found):
    if found.status in CLOSED:
        assert found.kind is not Kind.OPEN
    assert found.kind.is_noise == (found.kind in set(Kind) - {Kind.REAL, Kind.OPEN})
    assert replace(found, outcome="Real").kind is Kind.REAL


def told(*alerts, **values):
    more = {"from": "2026-11-17", "to": "2026-11-24", "open_from_before": 0, "missing": []}
    return alert_summary({**review(alerts, AMSTERDAM), **more, "claims_of_verenigingen": 0, **values})


def test_the_text_says_how_many_what_they_were_and_how_long_it_took():
    lines = told(
        alert(acknowledged=2, closed=90, checks=("errors_24h",), level="Level 1", title="Errors in 24 hours"),
        alert("False Positive", acknowledged=4, closed=10, checks=("errors_24h",), level="Level 1"),
        alert("Open", level="Level 2", title="Slow", flaps=1),
        missing=["alerts that name no check: 1"],
        open_from_before=2,
    ).splitlines()
    assert lines[:4] == [
        "3 alerts  (from 2026-11-17 to 2026-11-24); open from before: 2",
        "real 1, false positive 1 (50.0 % of what is decided), no action needed 0, nobody acted 0, open 1; "
        "1 came back, 0 answered late",
        "to acknowledge  median 3 min, 90 % within 4 min, longest 4 min (of 2)",
        "to resolve      median 50 min, 90 % within 1 h 30 min, longest 1 h 30 min (of 2)",
    ]
    assert "By check:" in lines
    assert f"{'       2  errors_24h':<50} real 1, noise 1; acknowledged in 3 min, resolved in 50 min" in lines
    assert lines[lines.index("Came back:") + 1] == "  ESC-1  Slow"
    assert lines[-1] == "- alerts that name no check: 1"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        *((None, "-"), (0, "0 min"), (40, "0.7 min"), (157.8, "2.6 min"), (223.7, "3.7 min"), (180, "3 min")),
        *((3596, "59.9 min"), (3599, "1 h 0 min"), (5400, "1 h 30 min"), (7199, "2 h 0 min")),
    ],
)
def test_a_time_is_rounded_to_what_the_report_shows(seconds, told):
    assert time_in_words(in_minutes(seconds)) == told


def test_a_quiet_week_says_that_no_time_is_known():
    lines = told().splitlines()
    assert lines[0].startswith("0 alerts")
    assert lines[2:] == ["to acknowledge  not known of any", "to resolve      not known of any"]


def test_many_weeks_are_cut_to_the_latest_and_long_lists_say_how_many_more():
    weeks = [alert("Open", opened=OPENED - timedelta(days=7 * n)) for n in range(20)]
    text = told(*weeks)
    assert "2026-W48" in text
    assert "2026-W29" not in text
    assert "  and 5 more" in text


@pytest.mark.parametrize(
    ("events", "late"),
    [
        ([], 0),
        (["Opened", "Next Level"], 1),
        (["Opened", "Nobody There", "Next Level"], 0),
        (["Opened", "Nobody There", "Next Level", "Next Level"], 1),
        (["Opened", "Next Level", "Nobody There", "Next Level"], 1),
        (["Opened", "Nobody There", "Next Level", "Nobody There", "Next Level"], 0),
        (["Opened", "Nobody There", "Reminded", "Next Level"], 0),
        (["Opened", "Nobody There", "Reopened", "Next Level"], 1),
        (["Opened", "Nobody There", "Raised", "Next Level"], 1),
        (["Opened", "Handed On", "Nobody There", "Next Level"], 0),
        (["Opened", "Nobody There", "Muted", "No Longer Muted", "Next Level"], 1),
    ],
)
def test_an_answer_is_late_where_somebody_was_there_to_give_it(events, late):
    assert late_answers(events) == late
