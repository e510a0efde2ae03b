"""Something that could be better: its evidence, expected gain and way back; and the facts that it is read
from.

What was dismissed comes back when its `signature` says more: a table that grew twofold is another matter, and
so is another query.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .change_states import Kind

HIGH, MEDIUM, LOW = "High", "Medium", "Low"
GAINS = (HIGH, MEDIUM, LOW)
SIZE = "size"


@dataclass(frozen=True)
class Facts:
    """What a source found out about one system, for a rule; plain data. `not_measured` says what is missing
    of it."""

    data: Mapping[str, Any]
    not_measured: str = ""


@dataclass(frozen=True)
class Opportunity:
    """Something that could be better. `key` is the same for the same thing; `measures` say what to compare.

    A measure is {"probe": "query|rows|estimate|metric|path|finding", "of": what of, "better":
    "lower|higher"}.
    """

    key: str
    kind: Kind
    area: str
    title: str
    finding: str
    gain: str
    gain_level: str
    gain_value: float
    measured_how: str
    evidence: Mapping[str, Any]
    signature: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    steps: str = ""
    steps_back: str = ""
    measures: Sequence[Mapping[str, str]] = ()


def size(*figures: float) -> str:
    """Figures as a signature: more of the same is another matter once one of them doubled."""
    return " ".join((SIZE, *(str(float(each)) for each in figures)))


def is_more(signature: str, before: str) -> bool:
    """Whether something that was decided on with the evidence `before` is another matter now."""
    now, then = _figures(signature), _figures(before)
    if not then or len(now) != len(then):
        return signature != before
    return any(new >= 2 * old and new > old for new, old in zip(now, then, strict=True))


def _figures(signature: str) -> list[float]:
    kind, *figures = signature.split(" ")
    return [float(each) for each in figures] if kind == SIZE else []
