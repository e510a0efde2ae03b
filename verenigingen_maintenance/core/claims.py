"""Judges what a foreign function claims, part by part, beside what this app measured itself.

A part is OK only where this app measured the same and both agree. What nobody here measures is CLAIMED: of
the right shape, fresh, no known constant, and not checked. All else is UNKNOWN, with its reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Any

from . import claim_doubts as doubts
from . import claim_times
from .claim_parts import ANY, TIME, Part, Shape
from .claim_shapes import SHAPES
from .claim_status import meaning, plain
from .readings import Reading, Unknown
from .redaction import redact
from .wording import number

WHOLE = "answer"
UNCHANGED = 5
MOST_TEXT = 80
LABELS = frozenset({"analysis_period", "report_period", "forecast_period", "start_date"})
_Late = tuple[tuple[str, ...], str]
_STATES = ("status", "overall_status")


class Standing(str, Enum):
    """What a part of a claim is worth."""

    OK = "OK"
    CLAIMED = "CLAIMED"
    UNKNOWN = "UNKNOWN"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class Section:
    """One part: what it claims, what was measured, why it is worth nothing, and why both differ.

    `says` is its word for a state in this app's words.
    """

    name: str
    standing: Standing
    claimed: str = ""
    measured: str = ""
    reason: str = ""
    differs: str = ""
    says: str = ""


@dataclass(frozen=True)
class Case:
    """An answer, and what it is held against. `earlier` has the numbers claimed before, oldest first."""

    answer: Any
    now: datetime
    measured: Mapping[str, float | None] = field(default_factory=dict)
    earlier: Mapping[str, Sequence[str]] = field(default_factory=dict)


def judge(name: str, case: Case) -> list[Section]:
    """The parts of the answer of the function `name`. A time in it without a zone is one of `now`'s."""
    shape = SHAPES.get(name, Shape())
    if why := _failed_whole(case.answer) or doubts.wrong_type(case.answer, shape.kind):
        return [_unknown(WHOLE, case.answer, why)]
    parts = _parts(shape, case.answer)
    late: list[_Late] = claim_times.all_of(case.answer, case.now) if isinstance(case.answer, Mapping) else []
    found: dict[str, Section] = {}
    for part in _after_what_they_rest_on(parts):
        found[part.path] = _judged(part, case, found, late)
    sections = {found[part.path].name: found[part.path] for part in parts}
    return _times_believed(list(sections.values()))


def _after_what_they_rest_on(parts: Sequence[Part]) -> list[Part]:
    """In an order that can be judged."""
    ordered: list[Part] = []
    for part in parts:
        needed = [each for each in parts if each.path in part.rests_on and each not in ordered]
        ordered += [each for each in (*_after_what_they_rest_on(needed), part) if each not in ordered]
    return ordered


def own_figures(readings: Mapping[str, Reading | Unknown]) -> dict[str, float | None]:
    """What can be compared with: a value that is only “at least” so much is none."""
    return {
        name: each.value if isinstance(each, Reading) and not each.at_least else None
        for name, each in readings.items()
    }


def unavailable(reason: str) -> list[Section]:
    """Where the function did not answer at all."""
    return [Section(WHOLE, Standing.UNKNOWN, reason=redact(reason))]


def _failed_whole(answer: object) -> str:
    """An error at the top is that of all; deeper ones are of their parts."""
    if doubts.is_empty(answer):
        return "it is empty"
    top = isinstance(answer, Mapping) and {
        key: value for key, value in answer.items() if not isinstance(value, Mapping | list)
    }
    return doubts.failed(top) if top else ""


def _parts(shape: Shape, answer: object) -> list[Part]:
    """The known parts, and the keys that none of them names."""
    known = {part.keys[0] for part in shape.parts if part.keys}
    whole = any(not part.keys for part in shape.parts)
    keys = [] if whole or not isinstance(answer, Mapping) else [key for key in answer if key not in known]
    more = [Part(key, TIME if key in claim_times.NAMES else ANY) for key in keys if key not in LABELS]
    return [*shape.parts, *more]


def _judged(part: Part, case: Case, before: Mapping[str, Section], late: Sequence[_Late]) -> Section:
    above, why = doubts.failed_above(case.answer, part.keys)
    if above:
        return _unknown(above, "", why)
    value, beside = _value_at(case.answer, part)
    measured, differs = _compared(value, part, case)
    section = Section(
        part.path or WHOLE,
        Standing.UNKNOWN,
        _claimed(value),
        number(measured),
        redact(_doubt(part, value, beside, case)),
        differs,
        says=_says(value, part),
    )
    reason = section.reason or _late(part, late) or _rests(part, before) or differs
    if not reason and measured is not None and doubts.figure(value, part) is not None:
        return replace(section, standing=Standing.OK)
    if reason := reason or _unchanged(section, value, case):
        return replace(section, reason=reason)
    missed = f"{part.own.source} measured nothing to compare it with" if part.own else ""
    return replace(section, standing=Standing.CLAIMED, reason=missed)


def _doubt(part: Part, value: object, beside: object, case: Case) -> str:
    """The first reason why the value says nothing, whatever was measured."""
    if why := doubts.missing(value, part):
        return why
    return (
        doubts.failed(value)
        or doubts.not_in_json(value)
        or doubts.wrong_type(value, part.kind)
        or doubts.empty(value)
        or doubts.says_nothing(value)
        or doubts.flawed(part)
        or doubts.constant(value, part)
        or _outside(part, value, beside, case)
    )


def _outside(part: Part, value: object, beside: object, case: Case) -> str:
    """Reasons that lie in what is around it, or in how much it is."""
    return (
        doubts.all_zero(value, beside)
        or doubts.too_few(value, part)
        or claim_times.doubt_of_days(value, case.now)
        or doubts.contradicts_itself(value, part, beside)
        or (claim_times.doubt(value, case.now) if part.kind == TIME else "")
    )


def _late(part: Part, late: Sequence[_Late]) -> str:
    return next((why for where, why in late if claim_times.concerns(where, part.keys)), "")


def _rests(part: Part, before: Mapping[str, Section]) -> str:
    for name in part.rests_on:
        if name not in before or before[name].standing is Standing.UNKNOWN:
            return f"it rests on {name}, which is UNKNOWN"
    return ""


def _compared(value: object, part: Part, case: Case) -> tuple[float | None, str]:
    """This app's own figure, and why the claim differs from it."""
    own = part.own
    measured = case.measured.get(own.source) if own else None
    if own is None or measured is None:
        return None, ""
    measured *= own.factor
    claimed = doubts.figure(value, part)
    if claimed is None or abs(claimed - measured) <= max(own.absolute, own.relative * abs(measured)):
        return measured, ""
    return measured, f"it claims {number(claimed)}; {own.source} measured {number(round(measured, 3))}"


def _unchanged(section: Section, value: object, case: Case) -> str:
    """A figure that is the same in one answer after another is a constant, known as one or not."""
    earlier = case.earlier.get(section.name, ())[-UNCHANGED:]
    is_figure = isinstance(value, int | float) and not isinstance(value, bool)
    same = is_figure and len(earlier) == UNCHANGED and set(earlier) == {section.claimed}
    return f"it was the same in the {UNCHANGED} answers before" if same else ""


def _times_believed(sections: list[Section]) -> list[Section]:
    """“Now” above data of which nothing can be believed says nothing of those data."""
    times = [each for each in sections if each.name in claim_times.NAMES]
    rest = [each for each in sections if each not in times]
    hollow = bool(rest) and all(each.standing is Standing.UNKNOWN for each in rest)
    remark = "nothing beside it can be believed" if hollow else "when it answered, not the age of its data"
    standing = Standing.UNKNOWN if hollow else Standing.CLAIMED
    fresh = [
        each if each.standing is Standing.UNKNOWN else replace(each, standing=standing, reason=remark)
        for each in times
    ]
    return rest + fresh


def _value_at(answer: Any, part: Part) -> tuple[Any, Any]:
    """A part's value, and the mapping that it is in."""
    beside, value = None, answer
    for key in part.keys:
        beside = value
        value = beside.get(key, doubts.MISSING) if isinstance(beside, Mapping) else doubts.MISSING
    return value, beside


def _claimed(value: object) -> str:
    """A value in a few words, redacted."""
    if value is doubts.MISSING or value is None:
        return ""
    if isinstance(value, bool | str):
        return redact(str(value))[:MOST_TEXT]
    if isinstance(value, int | float):
        return number(round(value, 3))
    return _container(value)


def _container(value: Any) -> str:
    if isinstance(value, Mapping):
        texts = [value[key] for key in (*_STATES, "trend", "message") if isinstance(value.get(key), str)]
        texts += [f"{key} {number(round(v, 3))}" for key, v in value.items() if doubts.is_number(v)]
        told = redact(", ".join(texts[:4]))[:MOST_TEXT]
        return told or f"{len(value)} entries"
    return f"{len(value)} rows" if value else "none"


def _says(value: object, part: Part) -> str:
    """A state in this app's words; of a word that is none of the known ones, that."""
    states = [value.get(key) for key in _STATES] if isinstance(value, Mapping) else [value]
    word = next((each for each in states if isinstance(each, str) and plain(each)), "")
    is_state = isinstance(value, Mapping) or any(name in part.path for name in ("status", "health"))
    if found := meaning(word):
        return str(found)
    return f"no known word: {redact(word)[:MOST_TEXT]}" if word and is_state else ""


def _unknown(name: str, value: object, reason: str) -> Section:
    return Section(name, Standing.UNKNOWN, _claimed(value), reason=redact(reason))
