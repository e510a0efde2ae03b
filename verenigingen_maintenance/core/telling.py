"""Should this be sent, to whom, and why not: a decision with a named reason."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Act(str, Enum):
    """What becomes of a notification: it goes out now, waits, or never goes out."""

    SEND = "send"
    HOLD = "hold"
    DROP = "drop"


@dataclass(frozen=True)
class Decision:
    """An act, and its reason in words; the reason is stored with the notification."""

    act: Act
    reason: str
