"""A period as a filter of moments: from its first midnight until before the one after it."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from verenigingen_maintenance.core.report_periods import Period

Within = tuple[str, list[datetime]]


def within(period: Period) -> Within:
    """For `get_all`, whose “between” has both ends; times are as they are stored."""
    begins, ends = (datetime.combine(day, time()) for day in (period.begins, period.ends))
    return "between", [begins, ends - timedelta(microseconds=1)]
