"""Why nobody is told of a subject now: a silence, planned downtime, or a cause that is open already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Silence:
    """From `begins` up to `ends` (instants) nobody is told of `subject`; of nothing where that is empty."""

    name: str
    subject: str
    begins: datetime
    ends: datetime
    reason: str

    def is_meant(self, subject: str, now: datetime) -> bool:
        return self.begins <= now < self.ends and self.subject in ("", subject)


@dataclass(frozen=True)
class Inhibition:
    """While `cause` is open, nobody is told of `silenced`: a subject, or an area."""

    cause: str
    silenced: str
    reason: str = ""


@dataclass(frozen=True)
class Quiet:
    """All that may keep people from being told: `open_now` has the escalation of each open subject."""

    silences: Sequence[Silence] = ()
    inhibitions: Sequence[Inhibition] = ()
    open_now: Mapping[str, str] | None = None


def why_muted(subject: str, areas: Iterable[str], quiet: Quiet, now: datetime) -> str:
    """The reason, in words; empty where people are told."""
    for silence in quiet.silences:
        if silence.is_meant(subject, now):
            return f"{silence.name}: {silence.reason}"
    about, open_now = {subject, *areas}, quiet.open_now or {}
    for rule in quiet.inhibitions:
        if rule.silenced in about and rule.cause != subject and rule.cause in open_now:
            return f"follows from {open_now[rule.cause]}, {rule.cause}" + (
                f": {rule.reason}" * bool(rule.reason)
            )
    return ""


def in_a_circle(inhibitions: Iterable[Inhibition]) -> list[str]:
    """Subjects that silence each other: none of them would ever be told. Empty where there is no circle."""
    silences: dict[str, set[str]] = {}
    for rule in inhibitions:
        silences.setdefault(rule.cause, set()).add(rule.silenced)
    for cause in sorted(silences):
        if cause in _reached(cause, silences):
            return sorted({cause, *(_reached(cause, silences) & set(silences))})
    return []


def _reached(cause: str, silences: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [cause]
    while waiting:
        for silenced in silences.get(waiting.pop(), set()) - found:
            found.add(silenced)
            waiting.append(silenced)
    return found
