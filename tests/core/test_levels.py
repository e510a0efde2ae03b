import pytest

from verenigingen_maintenance.core.levels import starting_level

STARTS = {"Errors": (1, 2), "Performance": (2, 2), "Analytics": (2, 2), "Data Loss": (3, 3)}


@pytest.mark.parametrize(
    ("areas", "in_business_hours", "level"),
    [
        (["Errors"], True, 1),
        (["Errors"], False, 2),
        (["Performance"], True, 2),
        (["Analytics"], False, 2),
        (["Data Loss"], True, 3),
        (["Errors", "Performance"], True, 2),
        (["an area without a row"], True, 1),
        (["an area without a row"], False, 2),
        ([], True, 1),
    ],
)
def test_where_a_breach_opens(areas, in_business_hours, level):
    assert starting_level(areas, in_business_hours, STARTS) == level


def test_a_check_with_a_level_of_its_own_starts_there_where_that_is_higher():
    assert starting_level(["Errors"], True, STARTS, own=[3]) == 3
    assert starting_level(["Performance"], True, STARTS, own=[1]) == 2
