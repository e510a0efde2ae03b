"""A period as a filter of moments: from its first midnight until before the one after it; and what a limit
left out."""

from __future__ import annotations

from collections.abc import Sized
from datetime import datetime, time, timedelta

from verenigingen_maintenance.core.report_periods import Period

Within = tuple[str, list[datetime]]


def within(period: Period) -> Within:
    """For `get_all`, whose “between” has both ends; times are as they are stored."""
    begins, ends = (datetime.combine(day, time()) for day in (period.begins, period.ends))
    return "between", [begins, ends - timedelta(microseconds=1)]


def cut(lists: dict[str, Sized], most: int) -> list[list[str]]:
    """Which lists are as long as they may be, and why there may be more: `cut` of the facts that are told."""
    return [[name, f"only {most} of them were read"] for name, rows in lists.items() if len(rows) >= most]
