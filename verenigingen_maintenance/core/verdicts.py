"""The four verdicts, and the worst of several."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class Verdict(str, Enum):
    """What a measurement means. Its exit code is that of monitoring plugins (0-3)."""

    OK = "OK"
    WARNING = "WARNING"
    CRITICAL = "CRITICAL"
    UNKNOWN = "UNKNOWN"

    @property
    def exit_code(self) -> int:
        return _EXIT_CODES[self]

    def __str__(self) -> str:
        return self.value


_EXIT_CODES = {Verdict.OK: 0, Verdict.WARNING: 1, Verdict.CRITICAL: 2, Verdict.UNKNOWN: 3}
_BADNESS = (Verdict.OK, Verdict.WARNING, Verdict.UNKNOWN, Verdict.CRITICAL)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of several: CRITICAL > UNKNOWN > WARNING > OK. Of none at all: UNKNOWN."""
    return max(verdicts, key=_BADNESS.index, default=Verdict.UNKNOWN)
