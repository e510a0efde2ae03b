"""What an action changed, for people: what was read before it beside what was read after it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from .redaction import redact

MOST, MOST_NAMES, LONGEST = 6, 3, 80
Parts = dict[str, Any]


def changed(before: str | None, after: str | None) -> str:
    """A line for each part that was other afterwards, from two texts of JSON; empty where one was not read.

    Of what is no JSON any more, how each text begins.
    """
    if not before or not after:
        return ""
    try:
        was, came = _parts(before), _parts(after)
    except ValueError:
        return "\n".join(_cut(text) for text in (before, after))
    lines = [_line(name, was, came) for name in {**came, **was} if _is_other(name, was, came)]
    more = [f"and {len(lines) - MOST} more"] if len(lines) > MOST else []
    return "\n".join([*lines[:MOST], *more])


def _parts(text: str) -> Parts:
    """A list by itself is one of processes: that is what is read of a service."""
    read = json.loads(text)
    return dict(_flat(read if isinstance(read, dict) else {"processes": read}))


def _flat(read: Parts) -> Iterator[tuple[str, Any]]:
    """What has parts, by part; of a list the order says nothing."""
    for name, value in read.items():
        if isinstance(value, dict):
            yield from ((f"{name}, {key}", each) for key, each in _flat(value))
        else:
            yield name, sorted(value, key=str) if isinstance(value, list) else value


def _is_other(name: str, was: Parts, came: Parts) -> bool:
    return name not in was or name not in came or was[name] != came[name]


def _line(name: str, was: Parts, came: Parts) -> str:
    old, new = was.get(name), came.get(name)
    if isinstance(old, list) and isinstance(new, list):
        sides = {"gone": [each for each in old if each not in new], "new": [e for e in new if e not in old]}
        told = "; ".join(f"{word}: {_value(each)}" for word, each in sides.items() if each)
        return f"{_cut(name)}: {told or f'{len(old)} → {len(new)}'}"
    shown = [_value(each[name]) for each in (was, came) if name in each]
    return f"{_cut(name)}: {' → '.join([*shown, *([] if name in came else ['gone'])])}"


def _value(value: object) -> str:
    if isinstance(value, list):
        return _names(value)
    if isinstance(value, dict):
        return _cut(" ".join(str(each) for each in value.values()))
    known = {None: "none", True: "yes", False: "no"}
    return known[value] if value is None or isinstance(value, bool) else _cut(str(value))


def _names(values: Sequence[object]) -> str:
    more = f" and {len(values) - MOST_NAMES} more" if len(values) > MOST_NAMES else ""
    return (", ".join(_value(each) for each in values[:MOST_NAMES]) or "none") + more


def _cut(text: str) -> str:
    """Redacted as a whole: of a secret that is cut, a part would be left."""
    return redact(text)[:LONGEST]
