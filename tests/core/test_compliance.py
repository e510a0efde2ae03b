"""Scores of compliance: only what was measured counts, and how much that was is told."""

from datetime import date, timedelta

import pytest

from verenigingen_maintenance.core.compliance import (
    WEIGHTS,
    Area,
    Assessment,
    Control,
    Found,
    NotHere,
    Outcome,
    Unmeasured,
)
from verenigingen_maintenance.core.compliance_history import Kept, compare, loss_in_words, most_lost
from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.core.verdicts import Verdict

MET, BROKEN = Found(0, "fine"), Found(1, "not fine")
OFF, ABSENT = Unmeasured("the log is off"), NotHere("this site has no DocType Member")
CRASHED = Unknown("TypeError: x", None)


def outcome(answer, severity="High", name="one"):
    return Outcome.of_answer(Control(f"area.{name}", name.title(), severity, "Mend it."), answer)


def area(*outcomes, key="area"):
    return Area(key, key.title(), outcomes)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([(MET, "High")], 100),
        ([(BROKEN, "High")], 0),
        ([(MET, "Critical"), (BROKEN, "Low")], 100 * 8 / 9),
        ([(BROKEN, "Critical"), (MET, "Low")], 100 * 1 / 9),
        ([(Found(1, "x", 4), "High")], 75),
        ([(Found(1, "x", 4), "High"), (MET, "Medium")], 100 * (4 * 0.75 + 2) / 6),
        ([(MET, "High"), (OFF, "Critical"), (CRASHED, "Critical"), (ABSENT, "Critical")], 100),
        ([(OFF, "High"), (CRASHED, "High")], None),
        ([(ABSENT, "High")], None),
        ([], None),
    ],
)
def test_the_score_of_an_area_is_the_weighted_share_of_what_was_measured(answers, expected):
    found = area(*(outcome(answer, severity) for answer, severity in answers)).score
    assert found == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([MET], Verdict.OK),
        ([MET, BROKEN], Verdict.WARNING),
        ([MET, OFF], Verdict.UNKNOWN),
        ([BROKEN, OFF], Verdict.UNKNOWN),
        ([ABSENT, MET], Verdict.OK),
        ([ABSENT, ABSENT], None),
    ],
)
def test_the_verdict_of_an_area_is_the_worst_of_what_applies(answers, expected):
    assert area(*map(outcome, answers)).verdict is expected


def test_a_broken_critical_control_makes_its_area_critical_whatever_is_unknown():
    assert area(outcome(BROKEN, "Critical"), outcome(OFF)).verdict is Verdict.CRITICAL


def test_what_broke_while_it_was_measured_is_unknown_with_its_reason_and_an_error_what_is_off_is_none():
    crashed, off, silly = outcome(CRASHED), outcome(OFF), outcome("yes")
    assert [each.state.value for each in (crashed, off, silly)] == ["Unknown"] * 3
    assert [each.failed for each in (crashed, off, silly)] == [True, False, True]
    assert (crashed.told, off.told) == ("TypeError: x", "the log is off")
    assert silly.told == "the source answered str"
    assert area(crashed).has_failed
    assert not area(off, outcome(MET)).has_failed


def test_the_overall_score_is_the_mean_of_the_measured_areas_and_says_how_many_those_are():
    found = Assessment(
        [area(outcome(MET)), area(outcome(BROKEN)), area(outcome(CRASHED)), area(outcome(ABSENT))]
    )
    assert found.score == 50
    assert found.in_words == "measured 2 of 3 areas (2 of 3 controls), 1 not applicable"


def test_where_nothing_was_measured_there_is_no_score_neither_0_nor_100():
    found = Assessment([area(outcome(CRASHED)), area(outcome(ABSENT))])
    assert found.score is None
    assert found.in_words == "measured 0 of 1 areas (0 of 1 controls), 1 not applicable"


def test_an_area_says_what_is_broken_and_what_is_not_known():
    words = area(outcome(BROKEN), outcome(OFF, name="two"), outcome(MET)).in_words
    assert words == "not fine; not known: Two (the log is off)"
    assert area(outcome(ABSENT), outcome(ABSENT)).in_words == "this site has no DocType Member"


def test_gaps_are_the_broken_controls_however_small_their_share():
    found = Assessment([area(outcome(Found(1, "one of many", 4000)), outcome(OFF), outcome(MET))])
    assert [gap.told for gap in found.gaps] == ["one of many"]


@pytest.mark.parametrize(("count", "of"), [(-1, None), (5, 4), (1, 0), (0, 0)])
def test_what_cannot_be_counted_is_refused(count, of):
    with pytest.raises(ValueError, match="cannot be counted"):
        Found(count, "x", of)


def test_a_severity_without_a_weight_is_refused():
    with pytest.raises(ValueError, match="a severity is one of Critical, High, Medium, Low, not 'Urgent'"):
        Control("area.one", "One", "Urgent", "Mend it.")
    assert list(WEIGHTS) == ["Critical", "High", "Medium", "Low"]


# --- two assessments


def kept(key, met, severity="High"):
    return Kept(key, key.partition(".")[0], severity, met)


def test_points_lost_are_the_difference_of_the_scores_where_both_measured_the_same():
    before = [kept("a.one", 1.0), kept("a.two", 1.0), kept("b.one", 1.0)]
    now = [kept("a.one", 1.0), kept("a.two", 0.5), kept("b.one", 1.0)]
    found = compare(before, now)
    assert (found.before, found.now, found.lost) == (100, 87.5, 12.5)
    assert found.areas == {"a": (100, 75), "b": (100, 100)}


def test_a_control_or_area_that_only_one_measured_neither_wins_nor_loses_points():
    before = [kept("a.one", 1.0), kept("a.two", None), kept("c.one", 1.0), kept("d.one", 0.0)]
    now = [kept("a.one", 1.0), kept("a.two", 0.0), kept("b.one", 0.0), kept("d.one", None)]
    found = compare(before, now)
    assert (found.lost, found.controls, list(found.areas)) == (0, 1, ["a"])


def test_a_severity_that_an_upgrade_changed_is_weighed_by_its_own_assessment_and_improving_is_below_nought():
    found = compare([kept("a.one", 0.0), kept("a.two", 1.0)], [kept("a.one", 1.0), kept("a.two", 1.0)])
    assert found.lost == -50


def test_without_anything_measured_in_both_there_is_no_comparison():
    assert compare([kept("a.one", None)], [kept("a.one", 1.0)]) is None
    assert compare([], []) is None


def days_of(*met):
    """A control of each of two areas, day by day; the second one is always met."""
    begin = date(2026, 10, 5)
    return {
        begin + timedelta(days=each): [kept("a.one", value), kept("b.one", 1.0)]
        for each, value in enumerate(met)
    }


def test_the_week_that_lost_most_is_told_and_that_it_was_won_back():
    history = days_of(*[1.0] * 9, *[0.4] * 10, *[1.0] * 10)
    found = most_lost(history, date(2026, 10, 5))
    assert (found.day, found.before, found.of) == (date(2026, 10, 14), date(2026, 10, 7), 22)
    assert found.compared.lost == pytest.approx(30)
    told = loss_in_words(found, compare(history[found.before], history[max(history)]))
    assert told == (
        "100.0 on 2026-10-07 to 70.0 on 2026-10-14 (week 2026-W42): a 100.0 to 40.0; won back since"
    )


@pytest.mark.parametrize(
    ("after", "told"),
    [(0.4, "not won back"), (0.8, "10.0 of them still lost"), (None, "of 2 controls, 1 can be compared now")],
)
def test_what_is_left_of_a_loss_is_told(after, told):
    history = days_of(*[1.0] * 9, *[0.4] * 3, *[after])
    found = most_lost(history, min(history))
    assert loss_in_words(found, compare(history[found.before], history[max(history)])).endswith(f"; {told}")


def test_what_fell_slowly_is_lost_too_and_what_was_before_the_period_is_not():
    slow = days_of(*[1.0] * 8, *[1.0 - each / 7 for each in range(8)], *[0.0] * 30)
    assert most_lost(slow, min(slow)).compared.lost == pytest.approx(50)
    late = most_lost(slow, max(slow) - timedelta(days=10))
    assert late.compared.lost == 0
    assert loss_in_words(late, late.compared) == "nothing was lost in any of 11 weeks up to each day"


def test_days_that_were_not_assessed_are_bridged_and_a_first_week_has_nothing_to_compare_with():
    history = days_of(*[1.0] * 3, *[0.0] * 20)
    gap = {day: each for day, each in history.items() if not 2 <= (day - min(history)).days < 18}
    assert most_lost(gap, min(gap)).before == min(history) + timedelta(days=1)
    assert most_lost(days_of(*[1.0] * 7), date(2026, 10, 5)) is None
