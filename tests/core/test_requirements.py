"""docs/requirements.md names each row once, and says "works" only of what the runbook really has."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
RUNBOOK = ROOT / "verenigingen_maintenance" / "runbook"
LINE = re.compile(r"\| (\d+) \| ([^|]+) \| (works|part|later) \| ([^|]*)\|")


def table():
    text = (ROOT / "docs" / "requirements.md").read_text(encoding="utf-8")
    return {int(row): (state, by.strip()) for row, _what, state, by in LINE.findall(text)}


def entries():
    for file in RUNBOOK.glob("*.yaml"):
        for name, entry in yaml.safe_load(file.read_text(encoding="utf-8")).items():
            yield name, entry.get("requirements", [])


def test_the_table_has_each_row_once_and_no_other():
    text = (ROOT / "docs" / "requirements.md").read_text(encoding="utf-8")
    numbers = [int(row) for row, *_rest in LINE.findall(text)]
    assert numbers == list(range(1, 121))
    assert text.count("\n| ") == 120 + 2, "a line that is no row"


def test_what_works_names_a_check_of_the_runbook_that_names_the_row():
    named = {(name, row) for name, rows in entries() for row in rows}
    for row, (state, by) in table().items():
        if state == "works":
            check = re.fullmatch(r"check `(\w+)`", by)
            assert check, f"row {row} works by “{by}”, which is no check"
            assert (check[1], row) in named, f"row {row}: {check[1]} does not name it"


@pytest.mark.parametrize("row", sorted({row for _name, rows in entries() for row in rows}))
def test_a_row_that_the_runbook_names_is_not_later(row):
    assert table()[row][0] in ("works", "part")


def test_a_file_that_is_named_exists():
    for row, (_state, by) in table().items():
        for path in re.findall(r"`((?:runbook|core)/[\w.]+)`", by):
            assert (ROOT / "verenigingen_maintenance" / path).exists(), f"row {row}: {path}"
