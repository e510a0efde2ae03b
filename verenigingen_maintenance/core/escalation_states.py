"""What state an escalation is in, and what may become of it: one table, which everything else asks."""

from __future__ import annotations

from enum import Enum

from .transitions import follow


class Status(str, Enum):
    """Where an escalation stands.

    Pending is a breach that has not lasted as long as its rule wants; nobody is told of it. Closed is what
    a person has reviewed; nothing follows it.
    """

    PENDING = "Pending"
    OPEN = "Open"
    ACKNOWLEDGED = "Acknowledged"
    RESOLVED = "Resolved"
    FALSE_POSITIVE = "False Positive"
    CLOSED = "Closed"


UNRESOLVED = frozenset({Status.OPEN, Status.ACKNOWLEDGED})
ONGOING = UNRESOLVED | {Status.PENDING}
OVER = frozenset(Status) - ONGOING

# What happens to an escalation: from where it may, and where that leads.
TRANSITIONS: dict[str, tuple[frozenset[Status], Status]] = {
    "Pending": (frozenset({Status.RESOLVED}), Status.PENDING),
    "Did Not Last": (frozenset({Status.PENDING}), Status.RESOLVED),
    "Opened": (frozenset({Status.PENDING}), Status.OPEN),
    "Acknowledged": (frozenset({Status.OPEN}), Status.ACKNOWLEDGED),
    "Next Level": (UNRESOLVED, Status.OPEN),  # its time is over
    "Handed On": (UNRESOLVED, Status.OPEN),  # a person says so
    "Raised": (UNRESOLVED, Status.OPEN),  # more of it broke, which starts higher
    "Cleared": (UNRESOLVED, Status.RESOLVED),
    "Resolved": (UNRESOLVED, Status.RESOLVED),
    "False Positive": (UNRESOLVED | {Status.RESOLVED}, Status.FALSE_POSITIVE),
    "Reopened": (frozenset({Status.RESOLVED}) | UNRESOLVED, Status.OPEN),
    "Closed": (frozenset({Status.RESOLVED, Status.FALSE_POSITIVE}), Status.CLOSED),
}


def after(status: Status, event: str) -> Status:
    """The state that `event` leads to. Raises TransitionError where it may not happen now."""
    return follow(TRANSITIONS, status, event)
