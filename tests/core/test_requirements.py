"""docs/requirements.md has each row once, and names for it what really is there."""

import re
from functools import cache
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
APP = ROOT / "verenigingen_maintenance"
LINE = re.compile(r"\| (\d+) \| ([^|]+) \| ([^|]+) \|")
NAMED = re.compile(r"(check|metric|component|task|group|level|contact|procedure|settings|file) `([^`]+)`")
# What the daily checklist, its levels and its templates promise.
DONE = {1, 2, *range(5, 8), *range(9, 23), 25, 29, *range(30, 36), *range(112, 121)}
# What the analytics engine promises.
DONE |= {3, 4, 8, 23, 24, 26, 27, 28, 36, 71, 72, *range(108, 112)}
# What the weekly, the monthly and the quarterly run promise.
REVIEWS = range(36, 98)
DONE |= {*REVIEWS, 105, 107}
# What emergencies and recovery promise.
DONE |= set(range(91, 112))


def table():
    text = (ROOT / "docs" / "requirements.md").read_text(encoding="utf-8")
    return {int(row): by.strip() for row, _what, by in LINE.findall(text)}


def read(pattern):
    for file in sorted((APP / "runbook").glob(pattern)):
        for name, entry in yaml.safe_load(file.read_text(encoding="utf-8")).items():
            yield name, entry or {}


@cache
def named_by_the_runbook():
    """(kind, name) of everything in the runbook, with the rows that it says it fulfils."""
    found = {}
    kinds = {
        "checks/*.yaml": "check",
        "metrics.yaml": "metric",
        "levels.yaml": "level",
        "analytics.yaml": "component",
        "contacts.yaml": "contact",
        "settings.yaml": "settings",
    }
    for pattern, kind in kinds.items():
        found |= {(kind, name): entry.get("requirements", []) for name, entry in read(pattern)}
    for name, procedure in [*read("*ly.yaml"), *read("emergencies.yaml")]:
        found[("procedure", name)] = procedure["requirements"]
        for kind, rows in (("task", procedure["tasks"]), ("group", procedure["task_groups"])):
            for row in rows:
                found.setdefault((kind, row["title"]), []).extend(row.get("requirements", []))
    return found


def test_the_table_has_each_row_once_and_no_other():
    text = (ROOT / "docs" / "requirements.md").read_text(encoding="utf-8")
    numbers = [int(row) for row, *_rest in LINE.findall(text)]
    assert numbers == list(range(1, 121))
    assert text.count("\n| ") == 120 + 2, "a line that is no row"


@pytest.mark.parametrize("row", range(1, 121))
def test_a_row_is_open_or_names_what_is_there_and_names_it(row):
    by, runbook = table()[row], named_by_the_runbook()
    named = NAMED.findall(by)
    assert named or by == "open", f"row {row} names nothing"
    for kind, name in named:
        if kind == "file":
            assert (ROOT / name).exists(), f"row {row}: {name}"
        else:
            assert row in runbook.get((kind, name), []), f"row {row}: {kind} {name} does not name it"


@pytest.mark.parametrize("row", sorted({row for rows in named_by_the_runbook().values() for row in rows}))
def test_a_row_that_the_runbook_names_is_told_by_what(row):
    assert NAMED.search(table()[row])


@pytest.mark.parametrize("row", REVIEWS)
def test_each_row_of_the_reviews_names_its_check_or_the_task_of_a_person(row):
    assert {kind for kind, _name in NAMED.findall(table()[row])} & {"check", "task"}


@pytest.mark.parametrize("row", sorted(DONE))
def test_what_is_promised_is_not_open(row):
    assert "open" not in re.findall(r"[a-z]+", table()[row].lower())
