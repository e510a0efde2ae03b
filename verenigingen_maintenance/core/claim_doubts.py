"""Why a value in a foreign answer says nothing: one rule a function, each a reason or an empty text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .claim_parts import ANY, FIGURE, LIST, MAPPING, TEXT, TIME, Part
from .claim_status import is_failed, is_nothing
from .encoding import items, mark_of, marks, walk

MISSING = object()
MOST_TEXT = 160
_ERRORS = frozenset({"error", "exception", "traceback", "exc", "exc_info"})
_STATES = frozenset({"status", "overall_status", "state", "trend", "trend_direction"})
_NOTHING = re.compile(
    r"\bnot enough\b|\binsufficient\b|\btoo early\b|\bneed at least\b|\bno recent\b|\bnot available\b"
    r"|\bno (?:\w+ ){0,4}(?:found|data|activity)\b",
    re.I,
)
_TYPES: Mapping[str, tuple[type, ...]] = {
    FIGURE: (int, float),
    TEXT: (str,),
    TIME: (str,),
    MAPPING: (dict,),
    LIST: (list,),
}


def missing(value: object, part: Part) -> str:
    return f"it answered no “{part.path}”" if value is MISSING else ""


def failed(value: object) -> str:
    """An error inside, however deep, and whatever the answer around it says."""
    for path, inner in walk(value):
        if why := _failure(inner) if isinstance(inner, Mapping) else _failed_text(inner, path):
            where = f" at {'.'.join(path)}" if path else ""
            return f"it carries an error{where}: {why[:MOST_TEXT]}"
    return ""


def failed_above(answer: object, keys: Sequence[str]) -> tuple[str, str]:
    """The nearest mapping around a part that says it failed, without looking into what it holds; and why."""
    for depth, key in enumerate(keys[:-1], start=1):
        answer = answer.get(key) if isinstance(answer, Mapping) else None
        if isinstance(answer, Mapping) and (why := _failure(answer)):
            return ".".join(keys[:depth]), f"it carries an error: {why[:MOST_TEXT]}"
    return "", ""


def _failure(value: Mapping[str, Any]) -> str:
    for key, inner in value.items():
        if key in _ERRORS and inner and not is_number(inner):
            return inner if isinstance(inner, str) else f"“{key}” is filled"
    words = [str(value[key]) for key in _STATES if is_failed(value.get(key))]
    if value.get("success") is False or words:
        return str(value.get("message") or f"its status is {''.join(words[:1]) or 'no success'}")
    return ""


def _failed_text(value: object, path: Sequence[str]) -> str:
    """A word for failure as a value, or on a board of states; in the row of a list it is what was found."""
    is_content = any(key.isdigit() for key in path) or len(path) > 1
    is_traceback = isinstance(value, str) and not path and value.startswith("Traceback (most recent")
    return str(value) if is_traceback or (is_failed(value) and not is_content) else ""


def not_in_json(value: object) -> str:
    found = list(marks(value))
    return f"it is no figure: {found[0]}" if found else ""


def wrong_type(value: object, kind: str) -> str:
    is_right = kind == ANY or (isinstance(value, _TYPES[kind]) and not isinstance(value, bool))
    right = is_right and not mark_of(value)
    return "" if right else f"it should be {kind}, and is {_type(value)}"


def empty(value: object) -> str:
    return "it is empty" if is_empty(value) else ""


def is_empty(value: object) -> bool:
    """Nothing, or nothing in it."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, Mapping | list) and all(is_empty(v) for _, v in items(value)))


def says_nothing(value: object) -> str:
    """It says of itself that there was nothing to look at."""
    for path, inner in walk(value):
        told = isinstance(inner, str) and (not path or path[-1] in _STATES) and is_nothing(inner)
        if told or (path and path[-1] == "message" and isinstance(inner, str) and _NOTHING.search(inner)):
            return f"it says that nothing was there to look at: {str(inner)[:MOST_TEXT]}"
    return ""


def flawed(part: Part) -> str:
    return part.flaw


def constant(value: object, part: Part) -> str:
    found = next((each for each in part.constants if _holds(value, each)), None)
    return (
        f"it is hard-coded, or what it answers when it failed: {_words(found)}" if found is not None else ""
    )


def _holds(value: object, known: object) -> bool:
    if isinstance(known, Mapping):
        return isinstance(value, Mapping) and all(_holds(value.get(key), of) for key, of in known.items())
    return not isinstance(value, bool) and isinstance(value, int | float | str) and value == known


def _words(known: object) -> str:
    pairs = known.items() if isinstance(known, Mapping) else ()
    return ", ".join(f"{key} {_words(value)}" for key, value in pairs) or str(known)


def all_zero(value: object, beside: object) -> str:
    """Only noughts: in a mapping or list, or a figure with nothing but noughts beside it."""
    group = beside if is_number(value) and isinstance(beside, Mapping) else value
    return "nothing in it, or beside it, is anything but 0" if _is_hollow(group) else ""


def _is_hollow(value: object) -> bool:
    leaves = [inner for _, inner in walk(value) if not isinstance(inner, Mapping | list)]
    figures = [leaf for leaf in leaves if is_number(leaf)]
    rest = [leaf for leaf in leaves if not is_number(leaf)]
    return bool(figures) and not any(figures) and all(is_empty(leaf) or is_nothing(leaf) for leaf in rest)


def too_few(value: object, part: Part) -> str:
    few = isinstance(value, list) and len(value) < part.fewest
    return f"it has {len(value)} of at least {part.fewest} days" if few else ""  # type: ignore[arg-type]


def contradicts_itself(value: object, part: Part, beside: object) -> str:
    """Asked where what is beside it has the wrong shape too: then nothing adds up."""
    if not part.adds_up or not isinstance(beside, Mapping):
        return ""
    try:
        return part.adds_up(value, beside)
    except (AttributeError, TypeError):
        return "what it should add up to has another shape"


def figure(value: object, part: Part) -> float | None:
    """The number in a value that can be compared."""
    try:
        found: Any = part.figure(value)
    except (AttributeError, TypeError):
        return None
    return found if is_number(found) else None


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _type(value: object) -> str:
    if mark := mark_of(value):
        return mark
    names = {str: TEXT, dict: MAPPING, list: LIST, type(None): "nothing", bool: "yes or no"}
    return names.get(type(value), FIGURE)
