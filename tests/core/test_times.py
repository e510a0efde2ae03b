"""Minutes that were worked: between the answers of one person, breaks left out."""

from datetime import datetime, timedelta, timezone

import pytest

from verenigingen_maintenance.core.times import Stamp, minutes_of, spent

BEGIN = datetime(2026, 11, 23, 8, tzinfo=timezone.utc)


def worked(*stamps):
    """Stamps as (minute, group) of one person, or (minute, group, who)."""
    made = [
        Stamp((*rest, "ann")[0], BEGIN + timedelta(minutes=minute), group) for minute, group, *rest in stamps
    ]
    return {group: minutes_of(time) for group, time in spent(made).items()}


@pytest.mark.parametrize(
    ("stamps", "minutes"),
    [
        ([], {}),
        ([(0, "A")], {}),  # since when was it worked on? nobody knows
        ([(0, "A"), (5, "A"), (12, "B")], {"A": 5, "B": 7}),
        ([(12, "B"), (0, "A"), (5, "A")], {"A": 5, "B": 7}),
        ([(0, "A"), (15, "A")], {"A": 15}),
        ([(0, "A"), (16, "A"), (20, "A")], {"A": 4}),
        ([(0, "A"), (0, "A"), (0, "B")], {}),  # all saved at once: not measured, which is not nought
        ([(0, "A", "ann"), (4, "A", "bob"), (6, "A", "ann"), (9, "A", "bob")], {"A": 11}),
    ],
)
def test_the_time_between_two_answers_of_a_person_is_that_of_the_later_ones_group(stamps, minutes):
    assert worked(*stamps) == minutes
