"""What reports tell of errors, read from their counts; of Error Log only which days are not counted yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import frappe

from verenigingen_maintenance.core.pattern_states import IGNORED
from verenigingen_maintenance.core.report_periods import Period
from verenigingen_maintenance.core.report_weeks import LEAD_IN
from verenigingen_maintenance.operations.report_filters import within
from verenigingen_maintenance.sources import clock, error_patterns
from verenigingen_maintenance.sources.error_patterns import COUNT, PATTERN

MOST_PATTERNS = 20
GOES_ON = {"continues_in": ("is", "not set")}
FIELDS = ("name", "title", "state", "severity", "kind", "area", "own")


def facts(period: Period, now: datetime) -> dict[str, Any]:
    """Errors by day from 13 weeks before on, the most frequent patterns, and those that came, went and
    returned in the period. Days before errors were counted, whose counts are not kept, or that are not over,
    are in no figure."""
    since, kept = error_patterns.counted_since(), error_patterns.kept_since()
    first = max(since.date(), kept or since.date()) if since else None
    ends = min(period.ends, clock.stored(now).date())
    days = _by_day(min(period.begins - LEAD_IN, period.before.begins), ends)
    return {
        "counted_since": str(since.date()) if since else None,
        "kept_since": str(kept) if kept else None,
        "by_day": {str(day): errors for day, errors in days.items() if first and day >= first},
        **_patterns(period),
        "not_rolled_up": _not_counted(period),
        "sources": {
            "days": "Error Count: errors of each day",
            "patterns": "Error Count and Error Pattern: errors of each pattern; its state when read",
        },
    }


def _not_counted(period: Period) -> str:
    """Why there may be more errors than are told, here or in the period before; empty if all are counted."""
    left = [day for day in error_patterns.days_left() if period.before.begins <= day < period.ends]
    if left:
        return f"{len(left)} days of Error Log are not counted yet"
    anew = {"stale": (">", 0), "day": ("between", [period.before.begins, period.last])}
    days = frappe.db.count(COUNT, anew)
    return f"{days} days are to be counted anew" if days else ""


def _by_day(begins: date, ends: date) -> dict[date, int]:
    """All days; one without a row had no error."""
    rows = frappe.db.sql(
        f"select day, errors from `tab{COUNT}` where span = 'Day' and user = '' and day >= %s and day < %s "
        "and pattern = ''",
        (begins, ends),
    )
    counted = {day: int(errors) for day, errors in rows}
    days = (begins + timedelta(days=each) for each in range((ends - begins).days))
    return {day: counted.get(day, 0) for day in days}


def _patterns(period: Period) -> dict[str, Any]:
    errors, before = (_by_pattern(each) for each in (period, period.before))
    known = error_patterns.patterns()
    begins, ends = (datetime.combine(day, time()) for day in (period.begins, period.ends))
    new = {
        name
        for name, each in known.items()
        if each.first_at and begins <= each.first_at < ends and each.state != IGNORED
    }
    most = [name for name, _count in errors.most_common() if name in known]
    critical = [name for name in new if known[name].severity == "Critical"]
    critical.sort(key=lambda name: (-errors[name], name))
    return {
        "patterns": [_told(known[name], errors, before) for name in most[:MOST_PATTERNS]],
        "patterns_with_errors": len(most),
        "new": len(new),
        "new_critical": len(critical),
        "new_critical_patterns": [_told(known[name], errors, before) for name in critical[:MOST_PATTERNS]],
        "by_area": dict(_grouped(errors, {name: each.area for name, each in known.items()}).most_common(10)),
        "resolved": frappe.db.count(PATTERN, {"resolved_at": within(period), **GOES_ON}),
        "regressed": frappe.db.count(PATTERN, {"regressed_at": within(period), **GOES_ON}),
        "regressed_patterns": _regressed(period),
    }


def _by_pattern(period: Period) -> Counter[str]:
    """Errors by the pattern that goes on for theirs."""
    rows = frappe.db.sql(
        f"select pattern, sum(errors) from `tab{COUNT}` where span = 'Day' and user = '' and day >= %s "
        "and day < %s and pattern != '' group by pattern order by pattern",
        (period.begins, period.ends),
    )
    survivors, found = error_patterns.survivors(), Counter[str]()
    for pattern, errors in rows:
        found[survivors.survivor(pattern)] += int(errors)
    return found


def _told(pattern: Any, errors: Mapping[str, int], before: Mapping[str, int]) -> dict[str, Any]:
    told = {field: getattr(pattern, field) for field in FIELDS}
    first = str(pattern.first_at.date()) if pattern.first_at else None
    return {
        **told,
        "errors": errors.get(pattern.name, 0),
        "before": before.get(pattern.name, 0),
        "first": first,
    }


def _grouped(errors: Mapping[str, int], group_of: Mapping[str, str]) -> Counter[str]:
    found: Counter[str] = Counter()
    for name, count in errors.items():
        found[group_of.get(name) or "(no area)"] += count
    return found


def _regressed(period: Period) -> list[dict[str, Any]]:
    rows = frappe.get_all(
        PATTERN,
        {"regressed_at": within(period), **GOES_ON},
        ["title", "severity", "regressed_at"],
        order_by="regressed_at desc",
        limit=MOST_PATTERNS,
    )
    return [
        {"title": row.title, "severity": row.severity, "day": str(row.regressed_at.date())} for row in rows
    ]
