"""A value beside that of the run before: nothing is called better or worse that nobody can know."""

import pytest

from verenigingen_maintenance.core.previous import MOST_EARLIER, change, direction, measured_before

MORE_IS_WORSE, LESS_IS_WORSE, NOT_KNOWN = True, False, None


@pytest.mark.parametrize(
    ("now", "before", "higher_is_worse", "expected"),
    [
        (61, 60, MORE_IS_WORSE, "Worse"),
        (59, 60, MORE_IS_WORSE, "Better"),
        (95, 90, LESS_IS_WORSE, "Better"),
        (85, 90, LESS_IS_WORSE, "Worse"),
        (60, 60, MORE_IS_WORSE, "Same"),
        (0, 0, NOT_KNOWN, "Same"),
        (61, 60, NOT_KNOWN, ""),
        (None, 60, MORE_IS_WORSE, ""),
        (0, None, MORE_IS_WORSE, ""),
        (None, None, MORE_IS_WORSE, ""),
    ],
)
def test_a_change_is_told_where_both_were_measured_and_the_direction_is_known(
    now, before, higher_is_worse, expected
):
    assert change(now, before, higher_is_worse).value == expected


@pytest.mark.parametrize(
    ("warning", "critical", "expected"),
    [
        ("> 10", "> 50", True),
        ("< 70", "", False),
        ("", "<= 3", False),
        ("", "", None),
        ("much", "> 50", None),
        ("> 10", "< 5", None),
        (None, None, None),
    ],
)
def test_thresholds_tell_the_direction_and_those_that_cannot_be_meant_tell_none(warning, critical, expected):
    assert direction(warning, critical) is expected


def test_what_was_measured_before_is_kept_in_its_order_and_never_grows_without_end():
    kept: list[dict] = []
    for value in range(MOST_EARLIER + 5):
        kept = measured_before(kept, {"value": str(value)})
    assert len(kept) == MOST_EARLIER
    assert [kept[0]["value"], kept[-1]["value"]] == ["5", "24"]
