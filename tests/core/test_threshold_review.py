"""Proposals for thresholds: none loses what was real, and each figure can be counted again."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from verenigingen_maintenance.core.alert_review import Kind
from verenigingen_maintenance.core.threshold_review import (
    FEWEST_ALERTS,
    FEWEST_GONE,
    Case,
    cases_under,
    keeping,
    lost,
    propose,
    written,
)
from verenigingen_maintenance.core.thresholds import Limit, Thresholds, in_full

NOISE = (Kind.FALSE_POSITIVE, Kind.NO_ACTION_NEEDED, Kind.NOBODY_ACTED)
VALUES = st.floats(-1e6, 1e6).map(lambda value: round(value, 3))
LIMITS = st.builds(Limit, st.sampled_from([">", ">=", "<", "<="]), VALUES)


def cases(kind, *values):
    return [Case(value, kind) for value in values]


def real(*values):
    return cases(Kind.REAL, *values)


def noise(*values):
    return cases(Kind.FALSE_POSITIVE, *values)


def test_the_sentence_of_forty_one_alerts_of_which_two_were_real():
    found = propose(Limit.parse("> 200"), "ms", [*real(245, 380), *noise(250), *noise(*range(201, 239))])
    assert found.finding == (
        "at 240 ms instead of 200, 3 of 41 alerts remain, none of the 2 real ones is lost"
    )
    assert written(found.proposed) == "> 240"
    assert (found.alerts, found.remaining, found.real, found.real_kept) == (41, 3, 2, 2)


def test_ten_alerts_are_enough_and_five_that_go():
    some = [*real(*[400] * 5), *noise(*[210] * 5)]
    assert propose(Limit.parse("> 200"), "ms", some).remaining == 5
    assert propose(Limit.parse("> 200"), "ms", some[1:]) is None


def test_one_real_alert_among_a_dozen_is_worded_as_one():
    found = propose(Limit.parse("< 50"), "%", [*real(42), *noise(*[46.5] * 11)])
    assert found.finding == "at 43 % instead of 50, 1 of 12 alerts remains, the one real one is not lost"
    assert written(found.proposed) == "< 43"


def test_where_no_alert_was_real_there_is_a_finding_and_no_number():
    some = [*noise(*[210] * 30), *cases(Kind.NOBODY_ACTED, *[220] * 11)]
    found = propose(Limit.parse("> 200"), "ms", some)
    assert found.proposed is None
    assert found.finding.startswith("41 alerts, none of them real: False Positive 30, Nobody Acted 11. ")
    assert (found.alerts, found.remaining, found.real, found.real_kept) == (41, 41, 0, 0)


@pytest.mark.parametrize(
    ("why", "some"),
    [
        ("too few", [*real(900), *noise(*[210] * 8)]),
        ("less than five go", [*real(*[400] * 8), *noise(*[210] * 4)]),
        ("less than half of the noise goes", [*real(400), *noise(*[210] * 6), *noise(*[500] * 7)]),
        ("the real one was hardly a breach", [*real(201), *noise(*[210] * 30)]),
        ("none is decided", cases(Kind.OPEN, *[300] * 30)),
    ],
)
def test_nothing_is_proposed_where(why, some):
    assert propose(Limit.parse("> 200"), "ms", some) is None, why


def test_what_would_be_no_alert_now_does_not_count_and_what_would_be_one_does():
    under = cases_under(Limit.parse("> 200"), [*noise(150, 200, 200.5), *real(900), *cases(Kind.OPEN, 300)])
    assert [case.worst for case in under] == [200.5, 900]
    some = [*real(900), *noise(*[210] * 8), *noise(*[150] * 30)]
    assert propose(Limit.parse("> 200"), "ms", some) is None, "nine alerts are under the present threshold"


@pytest.mark.parametrize(
    ("limit", "least_severe", "proposed"),
    [
        ("> 200", 245, "> 240"),
        ("> 200", 240, "> 230"),
        (">= 200", 240, ">= 240"),
        ("> 50", 100, "> 99"),
        (">= 50", 100, ">= 100"),
        ("> 0.5", 0.853, "> 0.85"),
        ("> 100", 1234567, "> 1200000"),
        ("< 50", 41.2, "< 42"),
        ("<= 50", 41, "<= 41"),
        ("< 50", 41, "< 42"),
        ("< -5", -99.5, "< -99"),
        ("> -50", -23.7, "> -24"),
        ("> -50", -20, "> -21"),
        ("> 200", 205, None),
        ("> 200", 200.001, None),
        ("< 50", 0, None),
    ],
)
def test_the_round_value_nearest_to_the_least_severe_real_one(limit, least_severe, proposed):
    severe = 1e7 if limit.startswith(">") else -1e7
    found = keeping(Limit.parse(limit), [severe, least_severe])
    assert (written(found) if found else None) == proposed


def test_of_counts_a_whole_number_is_proposed():
    found = propose(Limit.parse("> 0"), "alerts", [*real(5, 9), *noise(*[1] * 10)])
    assert written(found.proposed) == "> 4"
    found = propose(Limit.parse("> 0"), "alerts", [*real(10, 12), *noise(*[1] * 10)])
    assert written(found.proposed) == "> 9"
    found = propose(Limit.parse("> 0"), "ms", [*real(5, 9), *noise(*[1.5] * 10)])
    assert written(found.proposed) == "> 4.9"


@given(LIMITS, st.lists(st.tuples(st.floats(-2, 50), st.sampled_from([*Kind, *NOISE, *NOISE])), max_size=60))
def test_a_proposal_never_loses_what_was_real_and_each_figure_can_be_counted_again(limit, offsets):
    sign = 1 if limit.higher_is_worse else -1
    some = [Case(round(limit.value + sign * offset, 3), kind) for offset, kind in offsets]
    found, known = propose(limit, "ms", some), cases_under(limit, some)
    if found is None:
        return
    assert found.alerts == len(known) >= FEWEST_ALERTS
    assert found.real == found.real_kept == sum(case.kind is Kind.REAL for case in known)
    if found.proposed is None:
        assert found.real == 0
        return
    assert lost(found.proposed, known) == []
    assert found.remaining == sum(found.proposed.is_breached_by(case.worst) for case in known)
    assert found.alerts - found.remaining >= max(FEWEST_GONE, (found.alerts - found.real) / 2)


SPEAKING = st.builds(
    lambda limit, near, far: (limit, near, far),
    LIMITS,
    st.lists(st.floats(0.001, 5), min_size=10, max_size=40),
    st.lists(st.floats(20, 1e5), min_size=1, max_size=5),
)


@given(SPEAKING)
def test_where_noise_is_near_and_the_real_is_far_the_limit_moves_away_and_can_be_read(speaking):
    limit, near, far = speaking
    sign = 1 if limit.higher_is_worse else -1
    some = [*noise(*(limit.value + sign * each for each in near))]
    some += real(*(limit.value + sign * each for each in far))
    found = propose(limit, "ms", some)
    assume(found is not None and found.proposed is not None)
    assert lost(found.proposed, some) == []
    assert found.proposed.operator == limit.operator
    assert sign * found.proposed.value > sign * limit.value
    assert Limit.parse(written(found.proposed)) == found.proposed
    for warning in (limit, Limit(limit.operator[0], limit.value - sign)):
        assert Thresholds.parse(written(warning), written(found.proposed)).critical == found.proposed


@given(VALUES)
def test_a_value_is_written_without_an_exponent_and_read_as_the_same(value):
    assert float(in_full(value)) == value
    assert Limit.parse(f"> {in_full(value)}").value == value
