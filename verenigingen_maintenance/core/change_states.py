"""What state a change is in, and what may become of it: one table, which everything else asks."""

from __future__ import annotations

from enum import Enum

from .transitions import TransitionError, follow


class Status(str, Enum):
    """Where a change stands. What is Kept, Rolled Back, Dismissed or Outdated frees its key: it may be
    proposed anew."""

    PROPOSED = "Proposed"
    APPROVED = "Approved"
    APPLIED = "Applied"
    KEPT = "Kept"
    ROLLED_BACK = "Rolled Back"
    DISMISSED = "Dismissed"
    OUTDATED = "Outdated"


class Kind(str, Enum):
    """What is changed. All but By Hand are applied by the app, after a person said so."""

    ADD_INDEX = "Add Index"
    SET_RETENTION = "Set Retention"
    CLEAR_CACHE = "Clear Cache"
    ANALYSE_TABLE = "Analyse Table"
    BY_HAND = "By Hand"


PLANNED = frozenset({Status.PROPOSED, Status.APPROVED})
IN_PLACE = frozenset({Status.APPLIED, Status.KEPT})
GOING_ON = PLANNED | {Status.APPLIED}

# What people do: from where they may, and where that leads.
TRANSITIONS: dict[str, tuple[frozenset[Status], Status]] = {
    "Approve": (frozenset({Status.PROPOSED}), Status.APPROVED),
    "Apply": (frozenset({Status.APPROVED}), Status.APPLIED),
    "Keep": (frozenset({Status.APPLIED}), Status.KEPT),
    "Roll Back": (IN_PLACE, Status.ROLLED_BACK),
    "Dismiss": (PLANNED, Status.DISMISSED),
    "Outdate": (PLANNED, Status.OUTDATED),
}


def after(status: Status, event: str, is_begun: bool = False) -> Status:
    """The state that `event` leads to. One that was begun and not finished is still Approved: it is
    finished or rolled back, and not dismissed. Raises TransitionError where the event may not happen now."""
    if is_begun and status is Status.APPROVED:
        if event in ("Dismiss", "Outdate"):
            raise TransitionError("It was begun: apply it once more to finish it, or roll it back.")
        if event == "Roll Back":
            return Status.ROLLED_BACK
    return follow(TRANSITIONS, status, event)
