"""Whom to call: who cannot be called is said beside the name, and once where that is mended."""

import pytest

from verenigingen_maintenance.core.call_list import FILL_IN, lines


@pytest.mark.parametrize(
    ("row", "line"),
    [
        (("Team", "+31 20 555 0100", "ops@club.nl", "24 h"), "Team, +31 20 555 0100, ops@club.nl, 24 h"),
        (("Team", None, "Jan, 06 1234 5678"), "Team, Jan, 06 1234 5678"),
        (("Fire", "112", None), "Fire, 112"),
    ],
)
def test_who_can_be_called_is_told_as_it_is(row, line):
    assert lines([row]) == [line]


@pytest.mark.parametrize(
    ("row", "line"),
    [
        (("Team", None, "operations@vereniging.nl"), "Team, operations@vereniging.nl (still a placeholder)"),
        (("Team", "[Phone]", "[E-mail]"), "Team, [Phone], [E-mail] (still a placeholder)"),
        (("Team", "", "ops112@club.nl"), "Team, ops112@club.nl (no telephone number)"),
        (("Technical Lead", None, None), "Technical Lead (still a placeholder)"),
    ],
)
def test_who_cannot_be_called_says_so_and_where_it_is_entered_stands_once(row, line):
    assert lines([row, row, ("Fire", "112", None)]) == [line, line, "Fire, 112", FILL_IN]
    assert lines([]) == []
