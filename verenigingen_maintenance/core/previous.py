"""What a value became since the run before: better, worse or the same, where that can be said at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

from .thresholds import ThresholdError, Thresholds

MOST_EARLIER = 20


class Change(str, Enum):
    """What became of a value. Which way is better, only thresholds tell: without them nothing is said."""

    BETTER = "Better"
    WORSE = "Worse"
    SAME = "Same"
    UNKNOWN = ""


def change(now: float | None, before: float | None, higher_is_worse: bool | None) -> Change:
    """How `now` stands beside `before`. UNKNOWN where one was not measured, or no direction is known."""
    if now is None or before is None:
        return Change.UNKNOWN
    if now == before:
        return Change.SAME
    if higher_is_worse is None:
        return Change.UNKNOWN
    return Change.WORSE if (now > before) is higher_is_worse else Change.BETTER


def direction(warning: str | None, critical: str | None) -> bool | None:
    """Whether more is worse, by a check's thresholds as texts; None where they do not tell."""
    try:
        return Thresholds.parse(warning, critical).higher_is_worse
    except ThresholdError:
        return None


def measured_before(kept: Sequence[Mapping[str, Any]], row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a row that is measured again had before, the latest last; of very many the last twenty."""
    return [*map(dict, kept), dict(row)][-MOST_EARLIER:]
