"""What state an incident is in, and what may become of it: one table, which everything else asks."""

from __future__ import annotations

from enum import Enum

from .transitions import follow


class Status(str, Enum):
    """Where an incident stands. Mitigated: members can work again, its cause is not removed yet. Reviewed is
    what people have learnt from; nothing follows it."""

    OPEN = "Open"
    MITIGATED = "Mitigated"
    RESOLVED = "Resolved"
    REVIEWED = "Reviewed"


class Severity(str, Enum):
    """Critical: members cannot work, or data is in danger. Major: they can, slowly or in part. Minor: they do
    not notice."""

    CRITICAL = "Critical"
    MAJOR = "Major"
    MINOR = "Minor"


ONGOING = frozenset({Status.OPEN, Status.MITIGATED})
OVER = frozenset(Status) - ONGOING

# What happens to an incident: from where it may, and where that leads.
TRANSITIONS: dict[str, tuple[frozenset[Status], Status]] = {
    "Mitigated": (frozenset({Status.OPEN}), Status.MITIGATED),
    "Resolved": (ONGOING, Status.RESOLVED),
    "Reopened": (frozenset({Status.MITIGATED, Status.RESOLVED}), Status.OPEN),
    "Reviewed": (frozenset({Status.RESOLVED}), Status.REVIEWED),
}


def after(status: Status, event: str) -> Status:
    """The state that `event` leads to. Raises TransitionError where it may not happen now."""
    return follow(TRANSITIONS, status, event)
