from datetime import datetime, timezone

import pytest

from verenigingen_maintenance.core.readings import Reading

NOW = datetime(2026, 11, 24, 9, tzinfo=timezone.utc)


@pytest.mark.parametrize("lie", [float("nan"), float("inf"), True, None, "12", [12]])
def test_a_reading_refuses_what_is_not_a_finite_number(lie):
    with pytest.raises(ValueError, match=r"a reading needs a (finite )?number, not"):
        Reading(lie, "ms", NOW, "test")


def test_a_reading_refuses_a_time_without_a_zone():
    with pytest.raises(ValueError, match="a time with a time zone"):
        Reading(1, "ms", datetime(2026, 11, 24), "test")
