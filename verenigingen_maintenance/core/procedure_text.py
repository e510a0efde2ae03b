"""A procedure's words as text: the same words give the same text, which can be read back and compared."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

Content = Mapping[str, Any]
Row = Mapping[str, Any]
# Tables, and what tells their rows apart in a difference.
GROUPS, TASKS, CHECKS, FREE_FIELDS = "task_groups", "tasks", "checks", "free_fields"
LINES = ("boxes",)
LINE_WIDTH, LONG = 100, 80
AROUND = 2


class ContentError(ValueError):
    """The text is no procedure; the message says what is wrong."""


class _Dumper(yaml.SafeDumper):
    """Long texts and those of several lines as blocks, which no colon makes a quoted one of."""


def _represent(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    may_be_folded = len(text) > LONG and text == text.strip() and "  " not in text
    style = "|" if "\n" in text else ">" if may_be_folded else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent)


def to_text(content: Content) -> str:
    """`content` (fields of a procedure; tables as lists of rows) as YAML: empty fields left out, the checks
    of a task below it, boxes as a list."""
    return _dump(_nested(content))


def says_the_same(one: Content, other: Content) -> bool:
    """Whether two would give the same text, without making it."""
    return _nested(one) == _nested(other)


def from_text(text: str) -> dict[str, Any]:
    """The content that `to_text` made a text of. Raises ContentError for any other text."""
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ContentError(f"this is no procedure: {error}") from error
    if not isinstance(found, dict):
        raise ContentError("this is no procedure: it has no fields")
    checks = []
    for task in found.get(TASKS, []):
        checks += [{"task": task.get("title"), **row} for row in task.pop(CHECKS, [])]
    lines = {field: "\n".join(found[field]) for field in LINES if field in found}
    return {**found, **lines, CHECKS: checks}


def diff(before: str, after: str) -> str:
    """What changed from one text to another, part by part; empty where nothing did.

    A part is a heading such as "=== Task “Check cron” (changed)" and a unified difference.
    """
    old, new = _sections(before), _sections(after)
    names = [*new, *(name for name in old if name not in new)]
    parts = [_part(name, old.get(name), new.get(name)) for name in names]
    return "\n".join(part for part in parts if part)


def _part(name: str, old: str | None, new: str | None) -> str:
    if old == new:
        return ""
    first, second = (old or "").splitlines(), (new or "").splitlines()
    lines = list(difflib.unified_diff(first, second, n=AROUND, lineterm=""))
    word = "new" if old is None else "removed" if new is None else "changed"
    shown = [line for line in lines[2:] if not line.startswith("@@") or word == "changed"]
    return "\n".join([f"=== {name} ({word})", *shown])


def _sections(text: str) -> dict[str, str]:
    """The text of each part by its heading; a task moved without a change of words is in the order only."""
    if not text:
        return {}
    content = _nested(from_text(text))
    tables = (GROUPS, TASKS, FREE_FIELDS, *LINES)
    found = {"Procedure": _dump({key: value for key, value in content.items() if key not in tables})}
    for table, word in ((GROUPS, "Task group"), (TASKS, "Task")):
        found |= {f"{word} “{row['title']}”": _dump(row) for row in content.get(table, [])}
        found[f"Order of {word.lower()}s"] = "\n".join(row["title"] for row in content.get(table, []))
    rest = (*LINES, FREE_FIELDS)
    return found | {key.replace("_", " ").capitalize(): _dump(content[key]) for key in rest if key in content}


def _nested(content: Content) -> dict[str, Any]:
    """Without what is empty; checks below their tasks; lines as a list."""
    found = {key: _filled(value) for key, value in content.items() if value not in (None, "", [], 0)}
    for field in LINES:
        if field in found:
            found[field] = [line.strip() for line in found[field].splitlines() if line.strip()]
    checks = found.pop(CHECKS, [])
    if TASKS in found:
        found[TASKS] = [_with_checks(task, checks) for task in found[TASKS]]
    return found


def _with_checks(task: Row, checks: Sequence[Row]) -> dict[str, Any]:
    own = [{key: value for key, value in row.items() if key != "task"} for row in _of(task, checks)]
    return {**task, CHECKS: own} if own else dict(task)


def _of(task: Row, checks: Sequence[Row]) -> Iterator[Row]:
    return (row for row in checks if row.get("task") == task.get("title"))


def _filled(value: Any) -> Any:
    if isinstance(value, list):
        return [{key: inner for key, inner in row.items() if inner not in (None, "", 0)} for row in value]
    return value


def _dump(value: object) -> str:
    return yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=LINE_WIDTH, default_flow_style=False
    )
