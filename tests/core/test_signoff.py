import pytest

from verenigingen_maintenance.core.signoff import Row, missing

NOT_KNOWN = "a note on what is not known"
ESCALATE = "an escalation or a note"
ANSWER = "Done or Failed"
WHAT_FAILED = "a note on what failed"


@pytest.mark.parametrize(
    ("verdict", "note", "has_escalation", "need"),
    [
        ("OK", "", False, ""),
        ("WARNING", "", False, ""),
        ("CRITICAL", "", False, ESCALATE),
        ("CRITICAL", "", True, ""),
        ("CRITICAL", "the vendor knows", False, ""),
        ("CRITICAL", " \n\t", False, ESCALATE),
        ("UNKNOWN", "", False, NOT_KNOWN),
        ("UNKNOWN", "Redis was being moved", False, ""),
        ("UNKNOWN", "  ", False, NOT_KNOWN),
        ("UNKNOWN", "", True, NOT_KNOWN),
        ("", "", False, NOT_KNOWN),
        ("", "measured by hand", False, ""),
    ],
)
def test_a_measured_row_needs_an_escalation_or_a_note_where_it_is_critical_or_not_known(
    verdict, note, has_escalation, need
):
    assert missing(Row("row", verdict=verdict, note=note, has_escalation=has_escalation)) == need


@pytest.mark.parametrize(
    ("result", "note", "has_escalation", "need"),
    [
        ("", "", False, ANSWER),
        ("", "looked at it", False, ANSWER),
        ("", "", True, ANSWER),
        ("Perhaps", "looked at it", False, ANSWER),
        ("Done", "", False, ""),
        ("Failed", "", False, WHAT_FAILED),
        ("Failed", " \n", False, WHAT_FAILED),
        ("Failed", "", True, WHAT_FAILED),
        ("Failed", "the backup is from May", False, ""),
    ],
)
def test_a_row_by_hand_needs_an_answer_and_a_failed_one_a_note(result, note, has_escalation, need):
    assert missing(Row("row", by_hand=True, result=result, note=note, has_escalation=has_escalation)) == need


@pytest.mark.parametrize(
    ("result", "verdict"), [("Done", "OK"), ("Done", ""), ("Done", "UNKNOWN"), ("Done", "CRITICAL")]
)
def test_a_row_by_hand_is_asked_for_its_answer_whatever_its_verdict(result, verdict):
    assert missing(Row("row", by_hand=True, result=result, verdict=verdict)) == ""
    assert missing(Row("row", by_hand=True, verdict=verdict)) == ANSWER


@pytest.mark.parametrize("result", ["Done", "Failed"])
def test_a_measured_row_is_not_settled_by_an_answer(result):
    assert missing(Row("row", result=result, verdict="CRITICAL")) == ESCALATE
    assert missing(Row("row", result=result)) == NOT_KNOWN


@pytest.mark.parametrize("kind", ["is_derived", "not_applicable"])
@pytest.mark.parametrize("verdict", ["OK", "WARNING", "CRITICAL", "UNKNOWN", ""])
@pytest.mark.parametrize(("by_hand", "result"), [(False, ""), (True, ""), (True, "Failed")])
def test_a_derived_row_and_one_that_is_not_applicable_need_nothing(kind, verdict, by_hand, result):
    assert missing(Row("row", verdict=verdict, by_hand=by_hand, result=result, **{kind: True})) == ""
