"""When a message that failed is tried again, when its failure is told, and when it is given up."""

from __future__ import annotations

from datetime import datetime, timedelta

MINUTES = (1, 2, 4, 8, 15, 30, 60)
TOLD_AFTER = 3
GIVEN_UP_AFTER = timedelta(hours=24)


def next_try(attempts: int, now: datetime) -> datetime:
    """When to try again after so many failed attempts, the last of them now."""
    return now + timedelta(minutes=MINUTES[min(max(attempts, 1), len(MINUTES)) - 1])


def is_failing(attempts: int) -> bool:
    """Whether so many failed attempts are more than a hiccup: somebody else is told then."""
    return attempts >= TOLD_AFTER


def is_given_up(tried_since: datetime | None, now: datetime) -> bool:
    """Whether it was tried for so long that it is not tried again."""
    return tried_since is not None and now - tried_since >= GIVEN_UP_AFTER
