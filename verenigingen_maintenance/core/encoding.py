"""What a foreign function answered, as JSON: tolerantly, and without hiding what JSON cannot say.

Infinity, NaN, objects, bytes and circles become a mark, which `mark_of` finds again; nothing becomes null or
a text that could be taken for the value. Times and dates become ISO 8601, as keys too.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import date, datetime, time
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

MARK = "not in JSON"
DEEPEST = 40
MOST_TEXT = 100
LARGEST = 10**300


def encode(value: object) -> str:
    """Any Python value as JSON text. Objects of unknown classes are named, and not asked what they are."""
    return json.dumps(_plain(value, ()), allow_nan=False)


def mark_of(value: object) -> str:
    """What JSON could not say here, such as "inf"; empty where it could."""
    return str(value[MARK]) if isinstance(value, Mapping) and set(value) == {MARK} else ""


def marks(value: object) -> Iterator[str]:
    """All marks in a decoded answer, with the path to each."""
    for path, inner in walk(value):
        if mark := mark_of(inner):
            yield f"{'.'.join(path) or 'the answer'} is {mark}"


def walk(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """A decoded answer and all that is in it, each with its path; a list's items have numbers."""
    yield path, value
    for key, inner in items(value):
        yield from walk(inner, (*path, key))


def items(value: object) -> Iterable[tuple[str, object]]:
    if isinstance(value, Mapping):
        return [(str(key), inner) for key, inner in value.items()]
    return [(str(number), inner) for number, inner in enumerate(value)] if isinstance(value, list) else []


def _plain(value: object, above: tuple[int, ...]) -> Any:
    """`above` holds the ids of what this is in, so that a circle ends."""
    if isinstance(value, Mapping | list | tuple | Set):
        if id(value) in above or len(above) == DEEPEST:
            return {MARK: "a circle" if id(value) in above else f"more than {DEEPEST} levels deep"}
        return _container(value, (*above, id(value)))
    return _scalar(value)


def _container(value: Any, above: tuple[int, ...]) -> Any:
    if not isinstance(value, Mapping):
        return [_plain(inner, above) for inner in value]
    found: dict[str, Any] = {}
    for key, inner in value.items():
        name = _key(key)
        found[name] = {MARK: f"two keys named {name}"} if name in found else _plain(inner, above)
    return found


def _key(key: object) -> str:
    plain = _scalar(key)
    if isinstance(plain, str):
        return plain
    return mark_of(plain) or json.dumps(plain)


def _scalar(value: object) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return _number(value) if isinstance(value, Real | Decimal) else {MARK: _named(value)}


def _number(value: Any) -> Any:
    if isinstance(value, Integral):
        whole = int(value)
        return whole if abs(whole) < LARGEST else {MARK: "a number too long to tell"}
    if isinstance(value, Decimal) and value.is_nan():
        return {MARK: "nan"}
    number = float(value)
    return number if math.isfinite(number) else {MARK: str(number)}


def _named(value: object) -> str:
    if isinstance(value, bytes | bytearray):
        return f"{len(value)} bytes"
    kind = type(value)
    return f"an object of {kind.__module__}.{kind.__qualname__}"[:MOST_TEXT]
