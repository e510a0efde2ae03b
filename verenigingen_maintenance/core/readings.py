"""What a source answers: one measured value with its provenance, or Unknown with its reason."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Reading:
    """One measured value.

    `at_least` says why the true value may be higher than `value` (a bound was hit, a part could not be
    read); a judgement then only trusts it where it is already a breach. `detail` says in a few words what was
    seen; it is told when the value is off target. `began` is when that came to be, where the source knows it:
    the first of the errors that a value counts.

    Raises ValueError for a value that is not a finite number, and for a time without a zone.
    """

    value: float
    unit: str
    observed_at: datetime
    source: str
    evidence: Mapping[str, object] = field(default_factory=dict)
    at_least: str = ""
    detail: str = ""
    began: datetime | None = None

    def __post_init__(self) -> None:
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise ValueError(f"a reading needs a number, not {type(self.value).__name__} {self.value!r}")
        if not math.isfinite(self.value):
            raise ValueError(f"a reading needs a finite number, not {self.value}")
        if self.observed_at.tzinfo is None or (self.began and self.began.tzinfo is None):
            raise ValueError("a reading needs a time with a time zone")


@dataclass(frozen=True)
class Unknown:
    """Nothing was measured, and why. `learning` marks what time alone will mend."""

    reason: str
    observed_at: datetime
    source: str = ""
    learning: bool = False
    evidence: Mapping[str, object] = field(default_factory=dict)
