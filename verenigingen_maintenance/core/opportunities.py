"""Something that could be better: its evidence, expected gain and way back; and the facts that it is read
from.

What was dismissed comes back when its `signature` changes: that is the evidence in coarse steps, so that a
table that grew twofold is another matter.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .change_states import Kind

HIGH, MEDIUM, LOW = "High", "Medium", "Low"
GAINS = (HIGH, MEDIUM, LOW)


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


def step(value: float) -> str:
    """A figure in steps of two: the same up to its double."""
    return str(round(math.log2(value))) if value > 0 else "0"
