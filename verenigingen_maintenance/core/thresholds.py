"""Thresholds as people write them: "> 50" is a limit with a direction and a strictness."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal

from .verdicts import Verdict

_LIMIT = re.compile(r"\s*(>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)\s*")
_OPPOSITE = {">": "<=", ">=": "<", "<": ">=", "<=": ">"}


def in_full(value: float) -> str:
    """A number as a threshold is written: with all its digits, and without an exponent."""
    return f"{Decimal(repr(float(value))).normalize():f}"


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
    """When a value is a WARNING and when it is CRITICAL. At least one is set; both look the same way.

    `clear` looks the other way, and says when a breach is over; without it that is what is on target.
    """

    warning: Limit | None = None
    critical: Limit | None = None
    clear: Limit | None = None

    def __post_init__(self) -> None:
        if self.warning is None and self.critical is None:
            raise ThresholdError("Set a WARNING or a CRITICAL threshold: without one nothing can be judged.")
        if self.warning and self.critical:
            _refuse_crossing(self.warning, self.critical)
        if self.clear:
            _refuse_overlapping(self.critical, self.clear)

    @classmethod
    def parse(cls, warning: str | None, critical: str | None, clear: str | None = None) -> Thresholds:
        """From texts, of which some may be empty. Raises ThresholdError."""
        texts = (warning, critical, clear)
        return cls(*(Limit.parse(text) if text and text.strip() else None for text in texts))

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

    def is_over(self, value: float) -> bool:
        """Whether a value speaks for the end of a breach."""
        return self.clear.is_breached_by(value) if self.clear else self.judge(value) is Verdict.OK

    def judge_lasting(self, value: float) -> Verdict:
        """As a duration rule looks at a value: CRITICAL speaks for a breach, OK for its end."""
        verdict = self.judge(value)
        if verdict is Verdict.CRITICAL:
            return verdict
        return Verdict.OK if self.is_over(value) else Verdict.WARNING


def _refuse_overlapping(critical: Limit | None, clear: Limit) -> None:
    if critical is None:
        raise ThresholdError(f"Over when “{clear}” ends a breach, and there is no CRITICAL limit. Empty it.")
    told = f"Over when “{clear}” and CRITICAL when “{critical}”"
    if clear.higher_is_worse == critical.higher_is_worse:
        raise ThresholdError(f"{told} look in one direction. Write one with <, and the other with >.")
    beyond = clear.value > critical.value if critical.higher_is_worse else clear.value < critical.value
    both = clear.value == critical.value and "=" in clear.operator and "=" in critical.operator
    if beyond or both:
        raise ThresholdError(f"{told}: a value could be both. Change Over when too, or empty it.")


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
