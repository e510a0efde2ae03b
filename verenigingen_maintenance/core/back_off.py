"""When a message that failed, or is held back, is looked at again; when a failure is told, or given up."""

from __future__ import annotations

from datetime import datetime, timedelta

MINUTES = (1, 2, 4, 8, 15, 30, 60)
TOLD_AFTER = 3
GIVEN_UP_AFTER = timedelta(hours=24)
LONGEST_WAIT = timedelta(minutes=max(MINUTES))
SHORTEST_HOLD, LONGEST_HOLD = timedelta(minutes=1), timedelta(minutes=5)
OUTAGE_AFTER = timedelta(minutes=2)


def next_try(attempts: int, now: datetime) -> datetime:
    """When to try again after so many failed attempts, the last of them now."""
    return now + timedelta(minutes=MINUTES[min(max(attempts, 1), len(MINUTES)) - 1])


def next_look(held_since: datetime, now: datetime) -> datetime:
    """When to ask again about what is held back: ever later, and soon enough after its end."""
    return now + min(max((now - held_since) / 2, SHORTEST_HOLD), LONGEST_HOLD)


def is_outage(attempts: int, since: datetime, now: datetime) -> bool:
    """Whether so many failed attempts at a server, whoever they were for, are more than its restart."""
    return is_failing(attempts) and now - since >= OUTAGE_AFTER


def is_failing(attempts: int) -> bool:
    """Whether so many failed attempts are more than a hiccup: somebody else is told then."""
    return attempts >= TOLD_AFTER


def is_given_up(tried_since: datetime | None, now: datetime) -> bool:
    """Whether it was tried for so long that it is not tried again."""
    return tried_since is not None and now - tried_since >= GIVEN_UP_AFTER
