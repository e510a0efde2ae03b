from datetime import datetime, timedelta, timezone

import pytest

from verenigingen_maintenance.core.durations import Duration
from verenigingen_maintenance.core.judgement import Judgement, Rule, judge
from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.core.thresholds import Thresholds
from verenigingen_maintenance.core.verdicts import Verdict

NOW = datetime(2026, 11, 24, 9, tzinfo=timezone.utc)
ERRORS = Rule("errors", Thresholds.parse(">= 10", "> 50"))
DATABASE = Rule("ms", Thresholds.parse(">= 50", "> 100"), Duration(3, 3))


def earlier(*values):
    """Values of former stretches of five minutes, the last one five minutes ago."""
    return [
        (NOW - timedelta(minutes=5 * ago), value)
        for ago, value in zip(range(len(values), 0, -1), values, strict=True)
    ]


def reading(value, unit="errors", **more):
    return Reading(value, unit, NOW, "test", **more)


def test_an_unknown_keeps_its_reason():
    assert judge(Unknown("Redis is gone", NOW), ERRORS) == Judgement(Verdict.UNKNOWN, "Redis is gone")


def test_what_time_will_mend_is_said_to_be_learning():
    judged = judge(Unknown("no sample yet", NOW, learning=True), ERRORS)
    assert judged == Judgement(Verdict.UNKNOWN, "learning: no sample yet")


def test_what_was_seen_is_told_only_off_target():
    assert judge(reading(3, detail="“Timeout”"), ERRORS) == Judgement(Verdict.OK)
    assert judge(reading(30, detail="“Timeout”"), ERRORS) == Judgement(Verdict.WARNING, "“Timeout”")


def test_a_value_in_another_unit_is_unknown():
    judged = judge(reading(3, unit="s"), ERRORS)
    assert judged == Judgement(Verdict.UNKNOWN, "measured in “s”, while the thresholds are in “errors”")


@pytest.mark.parametrize(("value", "verdict"), [(3, "UNKNOWN"), (30, "UNKNOWN"), (51, "CRITICAL")])
def test_a_value_that_may_be_higher_proves_only_a_breach(value, verdict):
    judged = judge(reading(value, at_least="the rest was not read"), ERRORS)
    assert judged.verdict is Verdict(verdict)
    assert "the rest was not read" in judged.reason


@pytest.mark.parametrize(("value", "verdict"), [(3, "UNKNOWN"), (10, "WARNING")])
def test_where_warning_is_the_worst_a_value_that_may_be_higher_proves_it(value, verdict):
    rule = Rule("s", Thresholds.parse("> 5", ""))
    judged = judge(reading(value, unit="s", at_least="no whole answer within 10 s"), rule)
    assert judged.verdict is Verdict(verdict)
    assert "no whole answer within 10 s" in judged.reason


def test_where_lower_is_worse_a_value_that_may_be_higher_proves_nothing():
    rule = Rule("%", Thresholds.parse("< 70", "< 50"))
    assert judge(reading(10, unit="%", at_least="cut off"), rule).verdict is Verdict.UNKNOWN
    rule = Rule("%", Thresholds.parse("< 70", ""))
    assert judge(reading(10, unit="%", at_least="cut off"), rule).verdict is Verdict.UNKNOWN


def test_one_slow_answer_is_a_warning_that_says_it_has_not_lasted():
    judged = judge(reading(150, unit="ms"), DATABASE, earlier(20, 150))
    assert judged == Judgement(Verdict.WARNING, "> 100, but not yet 3 in a row")


def test_the_third_slow_answer_in_a_row_is_critical():
    assert judge(reading(150, unit="ms"), DATABASE, earlier(20, 150, 120)) == Judgement(Verdict.CRITICAL)


def test_a_breach_stays_until_three_in_a_row_are_under_target():
    judged = judge(reading(20, unit="ms"), DATABASE, earlier(150, 150, 150, 20))
    assert judged == Judgement(Verdict.CRITICAL, "was CRITICAL, and is not yet under target 3 times in a row")
    assert judge(reading(20, unit="ms"), DATABASE, earlier(150, 150, 150, 20, 20)) == Judgement(Verdict.OK)


def test_three_measurements_within_five_minutes_are_not_three_in_a_row():
    clicks = [(NOW + timedelta(seconds=each), 150) for each in (1, 2)]
    assert judge(reading(150, unit="ms"), DATABASE, clicks).verdict is Verdict.WARNING


def test_one_outlier_among_the_samples_of_five_minutes_does_not_breach():
    calm = [(NOW + timedelta(seconds=each), 20) for each in (1, 2)]
    assert judge(reading(150, unit="ms"), DATABASE, calm) == Judgement(Verdict.OK)
