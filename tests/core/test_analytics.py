"""Rules of the analytics engine: what an answer is worth; when a component is switched off and restored."""

from datetime import datetime, timezone

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


def course(*outcomes, start=WORKING, most=3):
    """States and events while outcomes come one after another."""
    standing, told = Standing(start), []
    for each in outcomes:
        step = after(standing, each, most)
        standing = step.standing
        told.append((standing.state, step.event))
    return told, standing


@pytest.mark.parametrize(
    ("answered", "reason"),
    [
        (None, "it answered NoneType, and no data"),
        ({"total": 1}, "it answered dict, and no data"),
        (Answer({}, NOW), "it is empty"),
        (Answer({"patterns": {}, "rows": []}, NOW), "it is empty"),
        (Answer({"error": "no table"}, NOW), "it carries an error: no table"),
        (
            Answer({"total": 0, "areas": {"sepa": {"status": "error", "message": "no table"}}}, NOW),
            "it carries an error at areas.sepa: no table",
        ),
    ],
)
def test_an_answer_without_data_or_with_an_error_however_deep_is_a_failure(answered, reason):
    assert outcome(answered) == Failed(reason)


def test_an_answer_with_data_is_good_and_what_has_nothing_to_answer_from_is_no_failure():
    assert outcome(GOOD) is GOOD
    assert outcome(NOTHING) is NOTHING
    assert outcome(Answer({"total_errors": 0, "error_types": {"api_errors": 3}}, NOW)).answer


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


def test_one_failure_while_it_is_restored_switches_off_at_once():
    told, standing = course(GOOD, GOOD, BAD, start=RESTORING)
    assert told[-1] == (OFF, "Recurred")
    assert standing.off_by == BY_FAILURE


def test_what_has_nothing_to_answer_from_is_never_switched_off_and_can_be_restored():
    assert course(*[NOTHING] * 5)[1] == Standing()
    assert course(*[NOTHING] * 3, start=RESTORING)[0][-1] == (WORKING, "Restored")


def test_what_a_person_switched_off_is_not_broken():
    assert not Standing(OFF, off_by=BY_PERSON).is_broken
