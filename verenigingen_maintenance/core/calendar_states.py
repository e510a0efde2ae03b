"""What a calendar says of a run, a change and a drill: a state in a word, and its colour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class State:
    """A word, in English as it is stored; `verdict` goes with it where there is one; the name of a colour."""

    word: str
    color: str
    verdict: str = ""


# A slot that nobody opened a run for yet.
DUE = State("Due", "gray")
OF_VERDICT = {"OK": "green", "WARNING": "orange", "CRITICAL": "red", "UNKNOWN": "gray"}
OF_CHANGE = {"Applied": "blue", "Kept": "green", "Rolled Back": "gray"}


def of_run(status: str, verdict: str, due_until: datetime | None, now: datetime) -> State:
    """Of a run; `due_until` and `now` are by one clock, the first None outside any slot."""
    if status == "Missed":
        return State("Missed", "red")
    if status == "Accepted":
        return State("Accepted", "orange")
    if status == "Signed":
        return State("Signed", "blue", verdict)
    if due_until and due_until < now:
        return State("Overdue", "red", verdict)
    return State("To do", OF_VERDICT.get(verdict, "gray"), verdict)


def of_planned_change(is_over: bool) -> State:
    """Of one that somebody is to do until a day, which may be over."""
    return State("Overdue", "red") if is_over else State("Planned", "gray")


def of_applied_change(status: str, verdict: str) -> State:
    """Of one that was applied, and what became of it."""
    return State(status, "red" if verdict == "Worse" else OF_CHANGE.get(status, "gray"), verdict)


def of_drill(status: str, verdict: str) -> State:
    """Of a recovery drill. One without a verdict is Running or was abandoned."""
    if status == "Running":
        return State(status, "blue")
    return State(status, OF_VERDICT.get(verdict, "gray"), verdict)
