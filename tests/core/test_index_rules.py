"""Which index a slow query lacks."""

import pytest

from verenigingen_maintenance.core.index_rules import Asked, Missing, covers, missing


def asked(column, matches, kind="equal", type="varchar(140)"):
    return Asked(column, kind, matches, type)


@pytest.mark.parametrize(
    ("conditions", "reads", "together", "expected"),
    [
        ([asked("member", 40)], 50_000, 40, (("member",), 40)),
        ([asked("status", 25_000), asked("member", 40)], 50_000, 20, (("member",), 40)),
        ([asked("status", 5_000), asked("branch", 4_000)], 50_000, 90, (("branch", "status"), 90)),
        ([asked("day", 3_000, "range"), asked("branch", 4_000)], 50_000, 90, (("branch", "day"), 90)),
        ([asked("status", 25_000)], 50_000, 25_000, None),
        ([asked("member", 40)], 4_000, 40, None),
        ([asked("note", 1, type="longtext")], 50_000, 1, None),
        ([asked("member", None)], 50_000, None, None),
        (
            [asked("a", 9_000), asked("b", 9_000), asked("c", 9_000), asked("d", 8_000)],
            90_000,
            10,
            (("d", "a", "b"), 10),
        ),
        ([], 50_000, None, None),
    ],
)
def test_the_index_that_leads_to_few_rows(conditions, reads, together, expected):
    found = missing(conditions, reads, together)
    assert found == (None if expected is None else Missing(expected[0], reads, expected[1]))


def test_an_index_covers_what_it_begins_with():
    assert covers(("a", "b", "c"), ["b", "a"])
    assert not covers(("a", "b", "c"), ["c"])
    assert not covers(("a",), ["a", "b"])
