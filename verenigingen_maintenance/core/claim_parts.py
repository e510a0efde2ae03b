"""What can be known of an answer beforehand: its parts, and of each part what to hold it against."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

FIGURE, TEXT, MAPPING, LIST, TIME, ANY = "a number", "a text", "a mapping", "a list", "a time", "anything"


@dataclass(frozen=True)
class Own:
    """This app's figure for the same: its source, a factor, and how far both may differ."""

    source: str
    absolute: float
    relative: float = 0.0
    factor: float = 1.0


@dataclass(frozen=True)
class Part:
    """One part of an answer.

    `constants` are the values that a hard-coded answer has there: a scalar itself, of a mapping some entries.
    A `flaw` is what no answer can mend: such a part is never believed. `rests_on` names parts without which
    this one says nothing. `figure` finds the number that is compared with `own`. `adds_up` says why a value
    contradicts the answer it is in.
    """

    path: str
    kind: str = ANY
    own: Own | None = None
    constants: Sequence[object] = ()
    flaw: str = ""
    rests_on: Sequence[str] = ()
    fewest: int = 0
    figure: Callable[[Any], float | None] = field(default=lambda value: value)
    adds_up: Callable[[Any, Any], str] | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self.path.split(".")) if self.path else ()


@dataclass(frozen=True)
class Shape:
    """The parts of one function's answer. Keys that no part names are parts too: nothing is known of them."""

    parts: Sequence[Part] = ()
    kind: str = MAPPING
