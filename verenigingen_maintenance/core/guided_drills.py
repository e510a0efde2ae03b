"""What drills that people carry out have in common: steps, each with what was expected and what was found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from verenigingen_maintenance.core.verdicts import Verdict, worst


@dataclass(frozen=True)
class Step:
    """One row of a drill; without a verdict it is still to come."""

    title: str
    verdict: Verdict | None
    expected: str
    found: str = ""
    seconds: float = 0
    detail: str = ""
    subject: str = ""
    done_by: str = ""
    done_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True)
class Told:
    """What a person says that they saw: when, who, and what shows it."""

    at: datetime
    by: str
    evidence: str = ""
    person: str = ""


def verdict_of(steps: Iterable[Step]) -> Verdict:
    """Of a drill that is over: the worst of its steps; one that nobody answered is UNKNOWN."""
    return worst(step.verdict or Verdict.UNKNOWN for step in steps)


def lasted(seconds: float) -> str:
    """Such as “4 min 5 s”."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
