"""What an action changed, from what was read before and after it."""

import json

import pytest

from verenigingen_maintenance.core.incident_changed import changed


def lines(before, after):
    return changed(json.dumps(before), json.dumps(after)).splitlines()


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            {"stopped": False, "cron": "0 * * * *"},
            {"stopped": True, "cron": "0 * * * *"},
            ["stopped: no → yes"],
        ),
        (
            {"answers": {"a": "03:00", "b": None}, "keys": 3},
            {"answers": {}, "keys": 0},
            ["keys: 3 → 0", "answers, a: 03:00 → gone", "answers, b: none → gone"],
        ),
        ({"left": ["a", "b"]}, {"left": ["c", "b"]}, ["left: gone: a; new: c"]),
        ({"left": ["a", "b"]}, {"left": ["b", "a"]}, []),
        ({"left": []}, {"left": list("abcde")}, ["left: new: a, b, c and 2 more"]),
        ({"left": ["a", "a"]}, {"left": ["a"]}, ["left: 2 → 1"]),
        ({}, {"queued again": ["j1", "j2"]}, ["queued again: j1, j2"]),
        ({"x": {"y": {"z": 1, "w": 2}}}, {"x": {"y": {"z": 3, "w": 2}}}, ["x, y, z: 1 → 3"]),
        (
            [{"pid": 1, "started": "03:00"}],
            [{"pid": 2, "started": "03:09"}],
            ["processes: gone: 1 03:00; new: 2 03:09"],
        ),
    ],
)
def test_what_an_action_changed_is_told_also_what_is_gone_and_the_names_in_lists(before, after, told):
    assert lines(before, after) == told


def test_what_changed_is_bounded_and_the_rest_is_counted():
    jobs = {f"job {number}": "failed" for number in range(9)}
    found = lines({"chosen": jobs}, {"chosen": dict.fromkeys(jobs, "queued")})
    assert found[5:] == ["chosen, job 5: failed → queued", "and 3 more"]
    (line,) = lines({"a": "x" * 900}, {"a": "y" * 900})
    assert "→ y" in line
    assert len(line) < 200


@pytest.mark.parametrize(("before", "after"), [('{"a": 1}', ""), (None, '{"a": 1}'), ("", "")])
def test_where_one_side_was_not_read_nothing_is_called_changed(before, after):
    assert changed(before, after) == ""


def test_what_cannot_be_read_any_more_is_shown_as_it_is_kept_without_secrets():
    assert changed('{"a": 1}', '{"chosen": {"a": "queu') == '{"a": 1}\n{"chosen": {"a": "queu'
    assert lines({"by": "none"}, {"by": "a@example.com"}) == ["by: none → <e-mail>"]
