"""What others are told of an incident: a text to begin with, for people to change before they send it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from .incident_states import Severity, Status

NEXT_UPDATE = {Severity.CRITICAL.value: 30, Severity.MAJOR.value: 60, Severity.MINOR.value: 240}
FEELS = {
    Severity.CRITICAL.value: "Members cannot work with the system, or data may be in danger.",
    Severity.MAJOR.value: "The system works slowly, or parts of it do not work.",
    Severity.MINOR.value: "Members should notice nothing.",
}


@dataclass(frozen=True)
class Facts:
    """What is known; times in the zone of the site. `actions` are what was done, in words."""

    name: str
    title: str
    status: str
    severity: str
    began_at: datetime
    commander: str = ""
    resolution: str = ""
    actions: Sequence[str] = ()
    is_drill: bool = False


def draft(facts: Facts, now: datetime) -> tuple[str, str]:
    """Subject and text. Nothing of a cause: that is for the review."""
    word = {Status.OPEN.value: "is being worked on", Status.MITIGATED.value: "works again, under watch"}
    told = word.get(facts.status, "is over")
    drill = "DRILL: " if facts.is_drill else ""
    subject = f"{drill}{facts.name}: {facts.title} {told}"
    lines = [
        *(["This is a drill. Nothing is broken.", ""] if facts.is_drill else []),
        f"What: {facts.title}",
        f"Since: {facts.began_at:%Y-%m-%d %H:%M}",
        f"What you notice: {FEELS[facts.severity]}",
        f"State: {told}.",
        *([f"Done so far: {'; '.join(facts.actions)}."] if facts.actions else []),
        *([f"How it ended: {facts.resolution}"] if facts.resolution and facts.status not in word else []),
        f"Who leads: {facts.commander or 'nobody yet'}",
        _next(facts, now),
    ]
    return subject, "\n".join(lines)


def _next(facts: Facts, now: datetime) -> str:
    if facts.status not in (Status.OPEN.value, Status.MITIGATED.value):
        return "This is the last message; what we learn from it follows in the review."
    at = now + timedelta(minutes=NEXT_UPDATE[facts.severity])
    return f"Next message: at {at:%H:%M}, or earlier if something changes."
