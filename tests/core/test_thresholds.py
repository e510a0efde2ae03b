import pytest
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.thresholds import Limit, ThresholdError, Thresholds
from verenigingen_maintenance.core.verdicts import Verdict


@pytest.mark.parametrize(
    ("warning", "critical", "value", "verdict"),
    [
        # errors in 24 hours: fewer than 10 is OK, 10 to 50 a WARNING, more than 50 CRITICAL
        (">= 10", "> 50", 9, "OK"),
        (">= 10", "> 50", 10, "WARNING"),
        (">= 10", "> 50", 50, "WARNING"),
        (">= 10", "> 50", 51, "CRITICAL"),
        # errors in any 60 minutes: more than 20 is CRITICAL on its own
        ("", "> 20", 20, "OK"),
        ("", "> 20", 21, "CRITICAL"),
        # the same error: 6 to 10 is a WARNING, 11 and more CRITICAL
        ("> 5", "> 10", 5, "OK"),
        ("> 5", "> 10", 6, "WARNING"),
        ("> 5", "> 10", 10, "WARNING"),
        ("> 5", "> 10", 11, "CRITICAL"),
        # database: under 50 ms is the target, over 100 CRITICAL
        (">= 50", "> 100", 49.999, "OK"),
        (">= 50", "> 100", 50, "WARNING"),
        (">= 50", "> 100", 100, "WARNING"),
        (">= 50", "> 100", 100.001, "CRITICAL"),
        # cache: below 70 % a WARNING, below 50 % CRITICAL
        ("< 70", "< 50", 70, "OK"),
        ("< 70", "< 50", 69.99, "WARNING"),
        ("< 70", "< 50", 50, "WARNING"),
        ("< 70", "< 50", 49.99, "CRITICAL"),
        # a WARNING alone
        ("<= 90", "", 90, "WARNING"),
        ("<= 90", None, -5, "WARNING"),
    ],
)
def test_a_value_is_judged_to_the_very_limit(warning, critical, value, verdict):
    assert Thresholds.parse(warning, critical).judge(value) is Verdict(verdict)


@pytest.mark.parametrize(
    ("warning", "critical", "target"),
    [(">= 10", "> 50", "< 10"), ("", "> 20", "<= 20"), ("< 70", "< 50", ">= 70"), ("<= 90", "", "> 90")],
)
def test_the_target_is_the_opposite_of_the_first_limit(warning, critical, target):
    assert Thresholds.parse(warning, critical).target == target


@pytest.mark.parametrize("text", ["10", "> ", "> ten", "=> 5", "> 1,5", "> nan", "> 1e400", "> 5 ms", "<> 5"])
def test_what_is_not_a_threshold_is_refused_with_an_example(text):
    with pytest.raises(ThresholdError, match=r"is not a threshold\. Write a comparison and a number"):
        Limit.parse(text)


@pytest.mark.parametrize(
    ("warning", "critical"),
    [("> 60", "> 50"), ("< 40", "< 50"), ("> 50", ">= 50"), ("< 50", "<= 50")],
)
def test_thresholds_that_cross_are_refused(warning, critical):
    with pytest.raises(ThresholdError, match="cross: no value would be a WARNING before it is CRITICAL"):
        Thresholds.parse(warning, critical)


def test_thresholds_that_look_in_opposite_directions_are_refused():
    with pytest.raises(ThresholdError, match="look in opposite directions"):
        Thresholds.parse("> 10", "< 5")


def test_no_threshold_at_all_is_refused():
    with pytest.raises(ThresholdError, match="without one nothing can be judged"):
        Thresholds.parse(" ", None)


LIMITS = st.builds("{} {}".format, st.sampled_from([">", ">=", "<", "<="]), st.integers(-1000, 1000))
SEVERITY = [Verdict.OK, Verdict.WARNING, Verdict.CRITICAL]


@given(LIMITS, LIMITS, st.floats(-2000, 2000), st.floats(0, 1000))
def test_a_value_further_out_is_never_judged_milder(warning, critical, value, further):
    try:
        thresholds = Thresholds.parse(warning, critical)
    except ThresholdError:
        return
    outward = value + further if thresholds.higher_is_worse else value - further
    nearer, farther = (SEVERITY.index(thresholds.judge(each)) for each in (value, outward))
    assert farther >= nearer


@given(LIMITS)
def test_a_limit_reads_back_what_it_writes(text):
    limit = Limit.parse(text)
    assert Limit.parse(str(limit)) == limit


@pytest.mark.parametrize(
    ("critical", "clear", "refusal"),
    [
        ("> 50", "<= 50", None),
        ("> 50", "< 40", None),
        ("< 50", ">= 60", None),
        (">= 50", "< 50", None),
        (">= 50", "<= 50", "a value could be both"),
        ("> 50", "<= 60", "a value could be both"),
        ("< 50", ">= 40", "a value could be both"),
        ("> 50", "> 40", "look in one direction"),
        (None, "< 40", "there is no CRITICAL limit"),
    ],
)
def test_where_a_breach_is_over_no_value_is_critical(critical, clear, refusal):
    if refusal is None:
        assert str(Thresholds.parse(None, critical, clear).clear) == clear
        return
    with pytest.raises(ThresholdError, match=refusal):
        Thresholds.parse(None if critical else "> 1", critical, clear)


LIMITS = st.builds(Limit, st.sampled_from([">", ">=", "<", "<="]), st.integers(-9, 9))


@given(LIMITS, LIMITS, st.integers(-20, 20).map(lambda half: half / 2))
def test_no_value_begins_and_ends_a_breach_at_once(critical, clear, value):
    try:
        thresholds = Thresholds(None, critical, clear)
    except ThresholdError:
        return
    assert not (thresholds.is_over(value) and thresholds.judge(value) is Verdict.CRITICAL)
