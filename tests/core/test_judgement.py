from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.durations import Duration
from verenigingen_maintenance.core.judgement import History, Judgement, Rule, judge
from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.core.thresholds import Thresholds
from verenigingen_maintenance.core.verdicts import Verdict

NOW = datetime(2026, 11, 24, 9, tzinfo=timezone.utc)
ERRORS = Rule("errors", Thresholds.parse(">= 10", "> 50"))
DATABASE = Rule("ms", Thresholds.parse(">= 50", "> 100"), Duration(3, 3))


def ago(minutes):
    return NOW - timedelta(minutes=minutes)


def earlier(*values, **more):
    """One value in the second minute of each stretch of five, the last of which is over now."""
    stretches = range(len(values), 0, -1)
    return History(
        [(ago(5 * each - 1), value) for each, value in zip(stretches, values, strict=True)], **more
    )


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


NOTHING_FORMER = History()


def slow(value, history=NOTHING_FORMER, rule=DATABASE, **more):
    return judge(reading(value, unit="ms", **more), rule, history)


def since(judged):
    return judged.verdict.value, judged.onset, judged.met


def test_one_slow_answer_is_a_warning_that_says_it_has_not_lasted():
    assert slow(150, earlier(20, 150)) == Judgement(Verdict.WARNING, "> 100, but not yet 3 in a row")


def test_a_slow_answer_after_two_slow_stretches_is_not_the_third():
    assert slow(150, earlier(20, 150, 120)).verdict is Verdict.WARNING
    assert slow(150, earlier(20, 150, 120, 101)) == Judgement(Verdict.CRITICAL)


def test_a_breach_stays_until_three_stretches_in_a_row_are_under_target():
    not_yet = Judgement(Verdict.CRITICAL, "was CRITICAL, and is not yet under target 3 times in a row")
    assert slow(20, earlier(150, 150, 150, 20, 20)) == not_yet
    assert slow(60, earlier(150, 150, 150, 20, 20)) == not_yet
    assert slow(20, earlier(150, 150, 150, 20, 20, 20)) == Judgement(Verdict.OK)
    assert slow(20, earlier(150, 150, 150, 20, 20, 60)) == not_yet


def test_what_was_critical_before_the_samples_begin_stays_so_until_it_is_cleared():
    assert slow(20, earlier(20, 20)).verdict is Verdict.OK
    assert since(slow(20, earlier(20, 20, was_critical=True))) == ("CRITICAL", None, None)
    assert slow(20, earlier(20, 20, 20, was_critical=True)).verdict is Verdict.OK
    assert slow(20, History(was_critical=True)).verdict is Verdict.CRITICAL


def test_where_one_value_decides_nothing_former_is_looked_at():
    rule = Rule("ms", DATABASE.thresholds)
    history = earlier(150, 150, 150, was_critical=True)
    assert slow(20, history, rule) == Judgement(Verdict.OK)
    assert slow(60, history, rule) == Judgement(Verdict.WARNING)
    assert since(slow(150, history, rule)) == ("CRITICAL", NOW, NOW)


def test_a_breach_begins_with_the_first_sample_of_its_row_and_is_met_when_the_third_stretch_is_over():
    assert since(slow(150, earlier(20, 150, 150, 150, 150))) == ("CRITICAL", ago(19), ago(5))
    assert since(slow(20, earlier(150, 150, 150, 20))) == ("CRITICAL", ago(19), ago(5))
    assert since(slow(150, earlier(150, 150, 150))) == ("CRITICAL", ago(14), NOW)


def test_what_is_not_critical_has_neither_a_beginning_nor_a_trigger():
    assert since(slow(150, earlier(150, 150), began=ago(90))) == ("WARNING", None, None)
    assert since(slow(20, began=ago(90))) == ("OK", None, None)
    assert since(judge(reading(30, began=ago(90)), ERRORS)) == ("WARNING", None, None)
    assert since(judge(Unknown("Redis is gone", NOW), ERRORS)) == ("UNKNOWN", None, None)


def test_without_a_duration_rule_a_breach_begins_when_its_source_says_and_is_met_now():
    assert since(judge(reading(51, began=ago(90)), ERRORS)) == ("CRITICAL", ago(90), NOW)
    assert since(judge(reading(51), ERRORS)) == ("CRITICAL", NOW, NOW)


def test_with_a_duration_rule_a_breach_begins_with_its_row_whatever_the_source_says():
    assert since(slow(150, earlier(150, 150, 150, 150), began=ago(90))) == ("CRITICAL", ago(19), ago(5))
    three_clears = Rule("ms", DATABASE.thresholds, Duration(1, 3))
    assert since(slow(150, NOTHING_FORMER, three_clears, began=ago(90))) == ("CRITICAL", ago(90), NOW)
    assert since(slow(20, earlier(150, 20), three_clears, began=ago(90))) == ("CRITICAL", ago(9), ago(5))


def test_when_a_breach_was_met_makes_no_other_judgement_of_it():
    assert Judgement(Verdict.CRITICAL, "slow", NOW, NOW) == Judgement(Verdict.CRITICAL, "slow")
    assert Judgement(Verdict.CRITICAL, "slow") != Judgement(Verdict.CRITICAL, "slower")


def test_three_measurements_within_five_minutes_are_not_three_in_a_row():
    clicks = History([(ago(minutes), 150) for minutes in (4, 3, 2, 1)])
    assert slow(150, clicks).verdict is Verdict.WARNING


def test_a_stretch_that_is_not_over_does_not_count():
    before = [*earlier(150, 150).samples, (NOW, 150), (ago(-1), 150)]
    assert slow(150, History(before)).verdict is Verdict.WARNING
    in_six_minutes = Reading(150, "ms", ago(-6), "test")
    assert since(judge(in_six_minutes, DATABASE, History(before))) == ("CRITICAL", ago(9), ago(-5))


def test_one_outlier_among_the_samples_of_five_minutes_does_not_breach():
    outlier = [(ago(minutes), value) for minutes, value in ((14, 20), (13, 900), (12, 20))]
    history = History([*outlier, *earlier(150, 150).samples])
    assert slow(20, history) == Judgement(Verdict.OK)
    assert slow(20, History(history.samples[1:])).verdict is Verdict.CRITICAL, "the mean of 900 and 20"


def test_a_gap_longer_than_the_rounds_allow_breaks_the_rows():
    apart = [(ago(minutes), 150) for minutes in (44, 34, 14)]
    assert slow(150, History(apart)).verdict is Verdict.CRITICAL
    assert slow(150, History(apart, longest_gap=timedelta(minutes=20))).verdict is Verdict.CRITICAL
    assert slow(150, History(apart, longest_gap=timedelta(minutes=19))).verdict is Verdict.WARNING
    calm = [(moment, 20) for moment, _value in apart]
    assert slow(20, History(calm, True, timedelta(minutes=20))).verdict is Verdict.OK
    assert slow(20, History(calm, True, timedelta(minutes=19))).verdict is Verdict.CRITICAL


def test_a_reason_tells_what_was_seen_why_it_is_held_and_that_it_may_be_more():
    judged = slow(150, earlier(150), detail="one query", at_least="cut off")
    assert judged.reason == "one query; > 100, but not yet 3 in a row; cut off"
    lasting = slow(20, earlier(150, 150, 150), detail="one query")
    assert lasting.reason == "one query; was CRITICAL, and is not yet under target 3 times in a row"


VALUES = st.sampled_from([20, 60, 150])
RULES = st.builds(Duration, st.integers(1, 4), st.integers(1, 4)).map(
    lambda each: Rule("ms", DATABASE.thresholds, each)
)


@given(st.lists(VALUES, max_size=10), VALUES, st.booleans(), RULES)
def test_a_value_that_is_kept_before_it_is_judged_counts_no_more_than_once(values, value, was_critical, rule):
    history = earlier(*values, was_critical=was_critical)
    kept = History([(NOW, value), *history.samples], was_critical)
    assert slow(value, kept, rule) == slow(value, history, rule)
    assert since(slow(value, kept, rule)) == since(slow(value, history, rule))


@given(st.lists(VALUES, max_size=10), VALUES, st.booleans(), RULES)
def test_only_what_is_critical_has_a_trigger_and_it_is_not_before_the_onset(
    values, value, was_critical, rule
):
    judged = slow(value, earlier(*values, was_critical=was_critical), rule)
    if judged.verdict is not Verdict.CRITICAL:
        assert (judged.onset, judged.met) == (None, None)
    elif judged.met:
        assert judged.onset <= judged.met <= NOW
    else:
        assert was_critical


@pytest.mark.parametrize(
    ("value", "was_critical", "verdict"),
    [
        (51, False, "CRITICAL"),
        (45, False, "WARNING"),
        (45, True, "CRITICAL"),
        (40, True, "WARNING"),
        (9, True, "OK"),
    ],
)
def test_a_breach_of_one_value_lasts_until_its_own_end(value, was_critical, verdict):
    rule = Rule("errors", Thresholds.parse(">= 10", "> 50", "<= 40"))
    judged = judge(Reading(value, "errors", NOW, "test"), rule, History(was_critical=was_critical))
    assert judged.verdict.value == verdict
    if verdict == "CRITICAL" and value <= 50:
        assert judged.reason == "was CRITICAL, and is not yet <= 40"


def test_a_rule_that_must_last_ends_with_as_many_values_beyond_its_own_end():
    rule = Rule("ms", Thresholds.parse(">= 50", "> 100", "< 80"), Duration(3, 3))
    assert slow(70, earlier(150, 150, 150, 70, 70, 70), rule).verdict is Verdict.WARNING
    assert slow(90, earlier(150, 150, 150, 90, 90, 90), rule).verdict is Verdict.CRITICAL


@pytest.mark.parametrize(
    ("values", "pending"), [((), True), ((150,), True), ((150, 150, 150), False), ((20, 20), True)]
)
def test_what_has_not_lasted_yet_is_pending(values, pending):
    assert slow(150, earlier(*values)).pending is pending
    assert not slow(20, earlier(*values)).pending
