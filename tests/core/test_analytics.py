"""Rules of the analytics engine: what an answer is worth; when a component is switched off and restored."""

from datetime import datetime, timedelta, timezone

import pytest

from verenigingen_maintenance.core.analytics import (
    BY_FAILURE,
    BY_PERSON,
    FAILING,
    OFF,
    RESTORING,
    WORKING,
    Answer,
    Failed,
    NotKnown,
    Standing,
    after,
    outcome,
)

NOW = datetime(2026, 11, 24, 9, tzinfo=timezone.utc)
GOOD, BAD, NOTHING = Answer({"total": 1}, NOW), Failed("it broke"), NotKnown("nothing to look at", True)


def course(*outcomes, start=WORKING, most=3, needed=3):
    """States and events while outcomes come one after another."""
    standing, told = Standing(start), []
    for each in outcomes:
        step = after(standing, each, most, needed)
        standing = step.standing
        told.append((standing.state, step.event))
    return told, standing


def answer(as_of=NOW, **data):
    return {**data, "as_of": as_of}


@pytest.mark.parametrize(
    ("answered", "reason"),
    [
        (None, "it answered NoneType, and no data"),
        ("fine", "it answered str, and no data"),
        (answer(), "it is empty"),
        (answer(patterns={}, rows=[]), "it is empty"),
        (answer(error="no table"), "it carries an error: no table"),
        (
            answer(total=0, areas={"sepa": {"status": "error", "message": "no table"}}),
            "it carries an error at areas.sepa: no table",
        ),
        ({"total": 1}, "it does not say as of when its data are"),
        (answer(str(NOW), total=1), "it does not say as of when its data are"),
        (answer(NOW.date(), total=1), "it does not say as of when its data are"),
        (answer(NOW.replace(tzinfo=None), total=1), "it does not say as of when its data are"),
        (answer(NOW + timedelta(days=3), total=1), "its data are 3 days, 0:00:00 ahead of the clock"),
        (answer(text="x" * 1_000_000), "it answered 1000015 letters; 1000000 are taken"),
    ],
)
def test_an_answer_without_data_of_no_known_age_or_with_an_error_however_deep_is_a_failure(answered, reason):
    assert outcome(answered, NOW) == Failed(reason)


@pytest.mark.parametrize(
    ("data", "error"),
    [({"rate": float("nan")}, ValueError), ({"rate": float("inf")}, ValueError), ({NOW: 1}, TypeError)],
)
def test_what_is_no_json_is_refused(data, error):
    with pytest.raises(error):
        outcome({**data, "as_of": NOW}, NOW)


def test_what_holds_itself_is_refused():
    circle = answer(total=1)
    circle["again"] = circle
    with pytest.raises(ValueError, match="Circular"):
        outcome(circle, NOW)


def test_an_answer_with_data_is_good_and_what_has_nothing_to_answer_from_is_no_failure():
    assert outcome(NOTHING, NOW) is NOTHING
    found = outcome(answer(total_errors=0, error_types={"api_errors": 3}), NOW)
    assert found == Answer({"total_errors": 0, "error_types": {"api_errors": 3}}, NOW)


def test_data_that_came_while_it_was_computed_are_those_of_now():
    assert outcome(answer(NOW + timedelta(seconds=20), total=1), NOW).as_of == NOW


def test_the_third_failure_in_a_row_switches_off():
    told, standing = course(BAD, BAD, BAD)
    assert told == [(FAILING, "Failed"), (FAILING, ""), (OFF, "Switched Off")]
    assert (standing.off_by, standing.is_computed, standing.is_broken) == (BY_FAILURE, False, True)


def test_a_good_one_in_between_starts_the_count_anew():
    told, standing = course(BAD, BAD, GOOD, BAD, BAD)
    assert [state for state, _event in told] == [FAILING, FAILING, WORKING, FAILING, FAILING]
    assert told[2] == (WORKING, "Recovered")
    assert standing.failures == 2


def test_how_many_failures_switch_off_is_a_setting():
    assert course(BAD, most=1)[0] == [(OFF, "Switched Off")]


def test_what_is_restored_works_after_three_good_refreshes():
    told, standing = course(GOOD, GOOD, GOOD, start=RESTORING)
    assert told == [(RESTORING, ""), (RESTORING, ""), (WORKING, "Restored")]
    assert standing == Standing()


def test_how_many_good_ones_restore_is_given():
    assert course(GOOD, start=RESTORING, needed=1)[0] == [(WORKING, "Restored")]


def test_one_failure_while_it_is_restored_switches_off_at_once():
    told, standing = course(GOOD, GOOD, BAD, start=RESTORING)
    assert told[-1] == (OFF, "Recurred")
    assert standing.off_by == BY_FAILURE


def test_what_has_nothing_to_answer_from_is_never_switched_off_and_can_be_restored():
    assert course(*[NOTHING] * 5)[1] == Standing()
    assert course(*[NOTHING] * 3, start=RESTORING)[0][-1] == (WORKING, "Restored")


def test_what_a_person_switched_off_is_not_broken():
    assert not Standing(OFF, off_by=BY_PERSON).is_broken
