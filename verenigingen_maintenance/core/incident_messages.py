"""What others are told of an incident: a text to begin with, for people to change before they send it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from .incident_actions import Outcome
from .incident_states import Severity, Status

NEXT_UPDATE = {Severity.CRITICAL.value: 30, Severity.MAJOR.value: 60, Severity.MINOR.value: 240}
STATES = {
    Status.OPEN.value: "we are working on it.",
    Status.MITIGATED.value: "it works again, and we keep an eye on it.",
}
OVER = "it is over."
FEELS = {
    Severity.CRITICAL.value: "Members cannot work with the system, or data may be in danger.",
    Severity.MAJOR.value: "The system works slowly, or parts of it do not work.",
    Severity.MINOR.value: "Members should notice nothing.",
}


# What was done, for members: the names of buttons tell them nothing.
DONE = {
    "Clear Cache": "stored pages were thrown away",
    "Delete Engine Cache Keys": "stored analyses were thrown away",
    "Pause Scheduler": "work in the background was paused",
    "Resume Scheduler": "work in the background goes on again",
    "Pause a Job": "one kind of work in the background was paused",
    "Resume a Job": "work in the background that was paused goes on again",
    "Retry Failed Jobs": "work that had failed was started again",
    "Switch Analytics to Basic": "analyses were reduced to the basic ones",
    "Restore Next Component": "analyses are being brought back",
    "Roll Back a Change": "a recent change was taken back",
    "Restart": "parts of the system were started anew",
}
# How the proof of a restart by hand begins where something was started anew (service_processes.proof).
STARTED = ("Restarted", "It did not run before")


@dataclass(frozen=True)
class Facts:
    """What is known; times in the zone of the site. `actions` are the names of what was done."""

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
    is_over = facts.status not in (Status.OPEN.value, Status.MITIGATED.value)
    title = facts.title.strip().rstrip(".")
    lines = [
        *(["This is a drill. Nothing is broken.", ""] if facts.is_drill else []),
        f"What: {title}",
        f"Since: {facts.began_at:%Y-%m-%d %H:%M}",
        f"What you notice: {FEELS[facts.severity]}",
        f"State: {STATES.get(facts.status, OVER)}",
        *([f"Done so far: {_done(facts.actions)}."] if facts.actions else []),
        *([f"How it ended: {facts.resolution}"] if facts.resolution and is_over else []),
        f"Who leads: {facts.commander or 'nobody yet'}",
        _next(facts, now),
    ]
    return ("DRILL: " if facts.is_drill else "") + _subject(facts, title), "\n".join(lines)


def _subject(facts: Facts, title: str) -> str:
    if facts.status == Status.OPEN.value:
        return f"{facts.name} is being worked on: {title}"
    if facts.status == Status.MITIGATED.value:
        return f"{facts.name} works again, under watch: {title}"
    return f"{facts.name} is over: {title}"


def was_done(outcome: str, result: str) -> bool:
    """Whether others are told that an action was done; one by hand is where the processes prove it."""
    is_proven = outcome == Outcome.BY_HAND.value and result.startswith(STARTED)
    return is_proven or outcome == Outcome.DONE.value


def _done(actions: Sequence[str]) -> str:
    return "; ".join(dict.fromkeys(DONE.get(each, each.lower()) for each in actions))


def _next(facts: Facts, now: datetime) -> str:
    if facts.status not in (Status.OPEN.value, Status.MITIGATED.value):
        return "This is the last message; what we learn from it follows in the review."
    at = now + timedelta(minutes=NEXT_UPDATE[facts.severity])
    return f"Next message: at {at:%H:%M}, or earlier if something changes."
