"""Should this be sent, and why not: a decision with a named reason, which is kept with the notification."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .escalation_states import OVER, UNRESOLVED, Status

OPENING = frozenset({"Opened", "Next Level", "Reopened"})
OF_ONGOING = OPENING | {"More Broke"}
OF_OVER = frozenset({"Cleared"})


class Act(str, Enum):
    """What becomes of a notification: it goes out now, waits, or never goes out."""

    SEND = "send"
    HOLD = "hold"
    DROP = "drop"


@dataclass(frozen=True)
class Decision:
    """An act, and its reason in words."""

    act: Act
    reason: str


@dataclass(frozen=True)
class About:
    """What a notification is about, as it is now.

    `status` is None where it is about no escalation (a digest). `muted` says why nobody is told of it, and
    `unreachable` why its recipient cannot be: disabled meanwhile, for instance.
    """

    kind: str
    status: Status | None = None
    muted: str = ""
    unreachable: str = ""
    is_drill: bool = False


def decide(about: About) -> Decision:
    """Who cannot be reached is told nothing; what is over or in hand is news no more; what is muted waits."""
    if about.unreachable:
        return Decision(Act.DROP, about.unreachable)
    if over := _news_no_more(about):
        return Decision(Act.DROP, over)
    if about.muted and about.kind != "Cleared":
        return Decision(Act.HOLD, about.muted)
    return Decision(Act.SEND, "drill" if about.is_drill else "due")


def _news_no_more(about: About) -> str:
    if about.kind in OF_OVER and about.status not in OVER:
        return f"open again: {_in_words(about.status)}"
    if about.kind in OF_ONGOING and about.status not in UNRESOLVED:
        return f"over before it was told: {_in_words(about.status)}"
    if about.kind == "Reminder" and about.status is not Status.OPEN:
        return f"no longer open: {_in_words(about.status)}"
    if about.kind in OPENING and about.status is Status.ACKNOWLEDGED and not about.is_drill:
        return "acknowledged before it was told"
    return ""


def _in_words(status: Status | None) -> str:
    return status.value if status else "gone"
