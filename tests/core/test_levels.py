import pytest

from verenigingen_maintenance.core.levels import starting_level


@pytest.mark.parametrize(
    ("area", "in_business_hours", "level"),
    [
        ("Errors", True, 1),
        ("Errors", False, 2),
        ("Health", True, 1),
        ("Performance", True, 2),
        ("Optimisation", True, 2),
        ("Analytics", False, 2),
        ("Data Loss", True, 3),
        ("Data Loss", False, 3),
    ],
)
def test_where_a_breach_opens(area, in_business_hours, level):
    assert starting_level(area, in_business_hours) == level
