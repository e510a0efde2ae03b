"""What differed between two captures of the state of a system, whatever parts they have.

A capture is {"parts": {key: {"title", "reason", and anything else}}}; `reason` says why a part was not read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from .redaction import redact

MOST_OF_PART, MOST, LONGEST = 12, 60, 200
KNOWN_BY = ("name", "key", "id", "title", "metric", "check")
NOT_THERE = "(not there)"
OF_PART = ("title", "reason", "source", "at", "read_at", "seconds")

BROKEN = {"parts": {"state": {"title": "State", "reason": "what was kept cannot be read any more"}}}

State = Mapping[str, Any]
Flat = dict[str, str]


def differences(first: State, last: State) -> list[dict[str, str]]:
    """Each as part, what, before and after; and what could not be compared, and why. Texts are redacted."""
    before, after = _parts(first), _parts(last)
    keys = [*before, *(key for key in after if key not in before)]
    found = [row for key in keys for row in _of_part(before.get(key), after.get(key), key)]
    return [{name: redact(text) for name, text in row.items()} for row in found[:MOST]]


def read(text: str | None) -> State:
    """A capture as it is stored; of what is none any more, one part that says so."""
    try:
        found = json.loads(text or "")
    except ValueError:
        return BROKEN
    parts = found.get("parts") if isinstance(found, dict) else None
    is_whole = isinstance(parts, dict) and all(isinstance(part, dict) for part in parts.values())
    return found if is_whole else BROKEN


def not_read(state: State) -> dict[str, str]:
    """The parts that could not be read, by title, and why."""
    return {
        _title(part, key): redact(str(part["reason"]))
        for key, part in _parts(state).items()
        if part.get("reason")
    }


def titles(state: State) -> list[str]:
    return [_title(part, key) for key, part in _parts(state).items() if not part.get("reason")]


def _parts(state: State) -> dict[str, Mapping[str, Any]]:
    parts = state.get("parts")
    if not isinstance(parts, Mapping):
        return {}
    return {str(key): part for key, part in parts.items() if isinstance(part, Mapping)}


def _title(part: Mapping[str, Any], key: str) -> str:
    return str(part.get("title") or key)


def _of_part(
    old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, key: str
) -> Iterator[dict[str, str]]:
    title = _title(new or old or {}, key)
    reasons = [
        str(each.get("reason")) if each else "not captured"
        for each in (old, new)
        if not each or each.get("reason")
    ]
    if reasons:
        yield {"part": title, "what": "not compared", "before": _read_or(old), "after": _read_or(new)}
        return
    before, after = _flat(_content(old)), _flat(_content(new))
    changed = [
        (name, before.get(name, NOT_THERE), after.get(name, NOT_THERE))
        for name in [*before, *(name for name in after if name not in before)]
        if before.get(name) != after.get(name)
    ]
    for name, was, came in changed[:MOST_OF_PART]:
        yield {"part": title, "what": name, "before": was, "after": came}
    if len(changed) > MOST_OF_PART:
        yield {"part": title, "what": f"and {len(changed) - MOST_OF_PART} more", "before": "", "after": ""}


def _read_or(part: Mapping[str, Any] | None) -> str:
    if part is None:
        return "not captured"
    return f"not read: {part['reason']}"[:LONGEST] if part.get("reason") else "read"


def _content(part: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (part or {}).items() if name not in OF_PART}


def _flat(value: object, path: str = "") -> Flat:
    """Each value by its path. Rows are known by their name or first value, not by their place."""
    if isinstance(value, Mapping):
        pairs = [(str(name), inner) for name, inner in value.items()]
    elif isinstance(value, list):
        pairs = [(_known_by(row, number), _joined(row)) for number, row in enumerate(value)]
    else:
        return {path: "" if value is None else str(value)[:LONGEST]}
    found: Flat = {}
    for name, inner in pairs:
        found |= _flat(inner, f"{path}, {name}" if path and path not in ("rows", "figures") else name)
    return found


def _joined(row: object) -> object:
    """A row that is a list is compared as a whole."""
    return ", ".join(map(str, row)) if isinstance(row, list) else row


def _known_by(row: object, number: int) -> str:
    if isinstance(row, Mapping):
        named = next((str(row[key]) for key in KNOWN_BY if row.get(key)), None)
        return (named or str(next(iter(row.values()), number)))[:LONGEST]
    if isinstance(row, list) and row:
        return str(row[0])[:LONGEST]
    return str(row)[:LONGEST]
