"""Thresholds as people write them: "> 50" is a limit with a direction and a strictness."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from .verdicts import Verdict

_LIMIT = re.compile(r"\s*(>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)\s*")
_OPPOSITE = {">": "<=", ">=": "<", "<": ">=", "<=": ">"}


class ThresholdError(ValueError):
    """A threshold that cannot be meant; the message says what to write instead."""


@dataclass(frozen=True)
class Limit:
    """One side of a number line: `> 50` is breached by 50.1, not by 50; `>= 50` is breached by 50."""

    operator: str
    value: float

    @classmethod
    def parse(cls, text: str) -> Limit:
        """Read "> 50", ">= 50", "< 70" or "<= 70". Raises ThresholdError for anything else."""
        found = _LIMIT.fullmatch(text)
        if not found or not math.isfinite(float(found[2])):
            raise ThresholdError(
                f"“{text}” is not a threshold. Write a comparison and a number, such as “> 50” or “<= 70.5”."
            )
        return cls(found[1], float(found[2]))

    @property
    def higher_is_worse(self) -> bool:
        return self.operator.startswith(">")

    def is_breached_by(self, value: float) -> bool:
        inclusive = self.operator.endswith("=") and value == self.value
        return inclusive or (value > self.value if self.higher_is_worse else value < self.value)

    def __str__(self) -> str:
        return f"{self.operator} {self.value:g}"


@dataclass(frozen=True)
class Thresholds:
    """When a value is a WARNING and when it is CRITICAL. At least one is set; both look the same way."""

    warning: Limit | None = None
    critical: Limit | None = None

    def __post_init__(self) -> None:
        if self.warning is None and self.critical is None:
            raise ThresholdError("Set a WARNING or a CRITICAL threshold: without one nothing can be judged.")
        if self.warning and self.critical:
            _refuse_crossing(self.warning, self.critical)

    @classmethod
    def parse(cls, warning: str | None, critical: str | None) -> Thresholds:
        """From two texts, either of which may be empty. Raises ThresholdError."""
        return cls(*(Limit.parse(text) if text and text.strip() else None for text in (warning, critical)))

    @property
    def higher_is_worse(self) -> bool:
        limit = self.warning or self.critical
        return limit is not None and limit.higher_is_worse

    @property
    def target(self) -> str:
        """What is OK, as text: the opposite of the first limit that would be breached."""
        limit = self.warning or self.critical
        return f"{_OPPOSITE[limit.operator]} {limit.value:g}" if limit else ""

    def judge(self, value: float) -> Verdict:
        if self.critical and self.critical.is_breached_by(value):
            return Verdict.CRITICAL
        if self.warning and self.warning.is_breached_by(value):
            return Verdict.WARNING
        return Verdict.OK


def _refuse_crossing(warning: Limit, critical: Limit) -> None:
    if warning.higher_is_worse != critical.higher_is_worse:
        raise ThresholdError(
            f"WARNING “{warning}” and CRITICAL “{critical}” look in opposite directions. "
            "Write both with > or both with <."
        )
    crossed = warning.value > critical.value if warning.higher_is_worse else warning.value < critical.value
    swallowed = warning.value == critical.value and "=" in critical.operator and "=" not in warning.operator
    if crossed or swallowed:
        raise ThresholdError(
            f"WARNING “{warning}” and CRITICAL “{critical}” cross: no value would be a WARNING before it is "
            "CRITICAL. Let the WARNING come first."
        )
