"""What became of a finding since the last review, and which ask for a decision."""

import pytest

from verenigingen_maintenance.core.findings import Finding, Found, Since, compare, since_last, worst_first
from verenigingen_maintenance.core.signoff import missing_decision
from verenigingen_maintenance.core.verdicts import Verdict

CRITICAL, WARNING = Verdict.CRITICAL, Verdict.WARNING


def one(key="disk", figure=10.0, severity=WARNING, **more):
    return Finding(key, key.title(), "", figure, more.pop("unit", "%"), severity, **more)


@pytest.mark.parametrize(
    ("now", "before", "since"),
    [
        (one(), None, Since.NEW),
        (one(figure=10), one(figure=10), Since.SAME),
        (one(figure=11), one(figure=10), Since.SAME),  # a tenth is no change yet
        (one(figure=11.1), one(figure=10), Since.WORSE),
        (one(figure=8.9), one(figure=10), Since.BETTER),
        (one(figure=3, more_is_worse=False), one(figure=10, more_is_worse=False), Since.WORSE),
        (one(figure=20, more_is_worse=False), one(figure=10, more_is_worse=False), Since.BETTER),
        (one(figure=1), one(figure=0), Since.WORSE),
        (one(figure=0), one(figure=0), Since.SAME),
        (one(figure=None), one(figure=10), Since.SAME),
        (one(figure=50, unit="MB"), one(figure=10), Since.SAME),
        (one(figure=5, severity=CRITICAL), one(figure=10), Since.WORSE),
        (one(figure=50), one(figure=10, severity=CRITICAL), Since.BETTER),
    ],
)
def test_severity_decides_first_then_a_figure_that_moved_by_more_than_a_tenth(now, before, since):
    assert since_last(now, before) is since


def told(found, before):
    return [(each.finding.key, each.since.value, each.before) for each in compare(found, before)]


def test_what_changed_comes_first_and_of_that_the_worst():
    found = {"A": Found((one("same"), one("new"), one("bad", severity=CRITICAL), one("worse", 20)))}
    before = {"A": [one("same"), one("worse"), one("gone", 7)]}
    assert told(found, before) == [
        ("bad", "New", None),
        ("new", "New", None),
        ("worse", "Worse", 10.0),
        ("gone", "Over", 7),
        ("same", "Same", 10.0),
    ]


@pytest.mark.parametrize(
    "found",
    [
        pytest.param({"A": Found(missing="no answer within 20 s")}, id="the provider failed"),
        pytest.param({"A": Found(left_out=3)}, id="more are there than are listed"),
        pytest.param({"A": Found(missing="no samples", unread=frozenset({"disk"}))}, id="just that one"),
        pytest.param({}, id="nobody was asked"),
    ],
)
def test_what_was_not_read_again_is_not_over(found):
    since = {key: state for key, state, _before in told(found, {"A": [one()]})}
    assert since["disk"] == "Unknown"


def test_where_another_one_could_not_be_read_what_is_gone_is_over():
    found = {"A": Found(missing="no samples of the load", unread=frozenset({"load"}))}
    assert [since for key, since, _before in told(found, {"A": [one()]}) if key == "disk"] == ["Over"]


def test_what_had_happened_by_the_last_review_is_neither_over_nor_told_again():
    before = {"A": [one("happened"), one("lasted")]}
    assert told({"A": worst_first([], past=["happened"])}, before) == [("lasted", "Over", 10.0)]


def test_what_could_not_be_read_is_a_row_that_nobody_has_to_decide_on():
    (row,) = compare({"Alerts": Found(missing="OperationalError: gone")}, {})
    assert (row.finding.title, row.finding.text) == ("Alerts: not known", "OperationalError: gone")
    assert row.finding.severity is Verdict.UNKNOWN
    assert missing_decision(row.since.value, "") == ""


@pytest.mark.parametrize(
    ("since", "decision", "need"),
    [
        ("New", "", "Accept or Act"),
        ("Worse", "", "Accept or Act"),
        ("New", "Accepted", ""),
        ("Worse", "Action", ""),
        ("Same", "", ""),
        ("Better", "", ""),
        ("Over", "", ""),
        ("Unknown", "", ""),
    ],
)
def test_what_is_new_or_worse_is_decided_before_a_run_is_signed(since, decision, need):
    assert missing_decision(since, decision) == need


def test_an_area_keeps_its_worst_and_says_how_many_are_left_out():
    found = worst_first([one(f"k{number}", number) for number in range(20)] + [one("x", 1, CRITICAL)], most=3)
    assert [each.key for each in found.findings] == ["x", "k19", "k18"]
    assert found.left_out == 18
    assert "18 more" in compare({"A": found}, {})[-1].finding.text


def test_of_days_left_the_fewest_are_the_worst_and_a_key_is_there_once():
    days = [one("far", 20, more_is_worse=False), one("soon", 2, more_is_worse=False), one("soon", 2)]
    assert [each.key for each in worst_first(days[:2]).findings] == ["soon", "far"]
    assert len(worst_first(days).findings) == 2


def test_a_key_that_is_cut_is_known_again_where_it_could_not_be_read_or_is_past():
    long = "<b>" + "x" * 200
    (kept,) = worst_first([one(long)]).findings
    assert len(kept.key) == 140
    unread = told({"A": worst_first([], "no samples", [long])}, {"A": [kept]})
    assert (kept.key, "Unknown", 10.0) in unread
    assert told({"A": worst_first([], past=[long])}, {"A": [kept]}) == []
