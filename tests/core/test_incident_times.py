"""How long an incident took, and whether its procedure's minutes held: what is not known is never nought."""

from datetime import datetime, timedelta, timezone

import pytest

from verenigingen_maintenance.core import incident_minutes
from verenigingen_maintenance.core.incident_minutes import Answer
from verenigingen_maintenance.core.incident_times import Moments, compared, in_words, times

BEGAN = datetime(2026, 11, 24, 3, 0, tzinfo=timezone.utc)


def at(minutes):
    return BEGAN + timedelta(minutes=minutes)


def told(promised=300.0, **moments):
    """The times in minutes; of one that is not known, why."""
    found = times(Moments(**{"began": BEGAN, "opened": at(6), **moments}), promised)
    return {each.key: each.why if each.seconds is None else each.seconds / 60 for each in found}


def one(key, promised=300.0, **moments):
    found = times(Moments(**{"began": BEGAN, "opened": at(6), **moments}), promised)
    return next(each for each in found if each.key == key)


def test_each_time_is_counted_from_where_its_clock_begins():
    found = told(escalated=at(4), acknowledged=at(9), mitigated=at(20), resolved=at(45))
    assert found == {"detect": 4, "acknowledge": 5, "mitigate": 20, "resolve": 45}


def test_what_is_opened_by_hand_before_its_escalation_was_detected_by_people():
    assert told(escalated=at(9))["detect"] == 6


def test_what_did_not_happen_says_why():
    assert told() == {
        "detect": 6,
        "acknowledge": "nobody took command of it or acknowledged it",
        "mitigate": "it was not mitigated yet",
        "resolve": "it was not resolved yet",
    }
    assert told(resolved=at(9))["mitigate"] == "it was resolved without being mitigated first"
    assert told(escalated=at(-1))["detect"].startswith("its escalation was opened before")
    assert told(acknowledged=at(2))["acknowledge"].startswith("its end is before its beginning")


def test_without_a_beginning_the_time_to_detect_is_not_nought():
    for escalated in (None, at(6), at(6.001)):
        by_hand = one("detect", began=at(6), escalated=escalated)
        assert (by_hand.seconds, by_hand.held) == (None, None)
        assert by_hand.why == "opened by hand, and nobody said when it began"


@pytest.mark.parametrize(
    ("promised", "held"), [(359, False), (360, True), (None, None)], ids=["late", "in time", "not promised"]
)
def test_detection_is_beside_the_promise_of_the_settings(promised, held):
    assert one("detect", promised=promised).held is held


@pytest.mark.parametrize(("until", "held"), [(10, True), (9, False), (4, False)])
def test_acknowledgement_is_beside_the_time_of_its_level(until, held):
    time = one("acknowledge", escalated=at(4), answer_until=at(until), acknowledged=at(10))
    assert (time.promised, time.held) == (60 * (until - 4), held)
    assert one("acknowledge", escalated=at(4), acknowledged=at(10)).held is None


def test_what_went_to_the_next_level_did_not_hold_though_its_first_time_is_not_known():
    late = one("acknowledge", escalated=at(4), answered_late=True, acknowledged=at(10))
    assert (late.promised, late.held) == (None, False)


def test_of_a_reopened_incident_the_last_mitigation_counts_and_both_are_told():
    steps = (("Mitigated", 10), ("Resolved", 12), ("Reopened", 15), ("Mitigated", 40), ("Resolved", 60))
    found = Moments(BEGAN, at(6), steps=tuple((event, at(minutes)) for event, minutes in steps))
    by_key = {each.key: each for each in times(found)}
    assert (by_key["mitigate"].seconds, by_key["mitigate"].earlier) == (2400, (600,))
    assert (by_key["resolve"].seconds, by_key["resolve"].earlier) == (3600, (720,))
    assert found.reopened == 1


def test_a_mitigation_that_was_taken_back_is_none():
    steps = (("Mitigated", at(10)), ("Reopened", at(15)))
    time = one("mitigate", steps=steps, mitigated=at(10))
    assert (time.seconds, time.earlier) == (None, (600,))
    assert time.why == "it was mitigated, reopened, and not mitigated again"


def test_times_stand_beside_the_middle_of_those_that_are_known():
    now = times(Moments(BEGAN, at(6), resolved=at(30)))
    others = [times(Moments(BEGAN, at(6), resolved=at(minutes))) for minutes in (40, 80)]
    rows = {each["key"]: each for each in compared(now, [*others, times(Moments(BEGAN, at(6)))])}
    assert (rows["resolve"]["before"], rows["resolve"]["of"], rows["resolve"]["change"]) == (3600, 2, -50)
    assert (rows["mitigate"]["before"], rows["mitigate"]["change"]) == (None, None)


def test_a_time_in_words_says_what_is_not_known():
    assert in_words(7500) == "2 h 5 min"
    assert in_words(0) == "0 s"
    assert in_words(None, "nobody looked") == "not known: nobody looked"


# --- the minutes of the procedure

NOW, LATER, LOOSE = "Immediate Actions (0-5 minutes)", "Follow-up Actions (5-30 minutes)", "Afterwards"
GROUPS = [(NOW, 5), (LATER, 25), (LOOSE, 0)]


def held(*answers, began=0):
    rows = [
        Answer(f"Row {number}", group, None if minute is None else at(minute))
        for number, (group, minute) in enumerate(answers)
    ]
    found = incident_minutes.held(GROUPS, rows, at(began), BEGAN)
    return {each["group"]: each for each in found}


def test_task_groups_follow_one_another():
    windows = [(each.begins, each.ends) for each in incident_minutes.windows(GROUPS)]
    assert windows == [(0, 5), (5, 30), (None, None)]


@pytest.mark.parametrize(
    ("minutes", "is_held", "why"),
    [
        ((1, 5), True, ""),
        ((1, 5.2), False, "1 of 2 rows were answered after minute 5"),
        ((1, None), None, "1 of 2 rows were never answered: when they were done is not known"),
        ((None, 7), False, "1 of 2 rows were answered after minute 5"),
        ((), None, "the run has no rows of it"),
    ],
)
def test_a_group_held_where_each_row_was_answered_in_its_minutes(minutes, is_held, why):
    found = held(*((NOW, minute) for minute in minutes))[NOW]
    assert (found["held"], found["why"]) == (is_held, why)


def test_a_group_without_minutes_is_not_judged():
    found = held((LOOSE, 300))[LOOSE]
    assert (found["held"], found["why"], found["in_time"]) == (None, "no minutes given", None)


def test_minutes_count_from_taking_command_and_those_since_it_was_opened_stand_beside():
    found = held((NOW, 13), (NOW, 8), began=10)[NOW]
    assert (found["held"], found["last"], found["last_from_opened"]) == (True, 3, 13)
    late = held((NOW, 16), began=10)[NOW]
    assert late["late"] == [{"title": "Row 0", "minutes": 6.0}]
