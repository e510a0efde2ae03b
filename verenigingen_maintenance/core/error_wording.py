"""A review of errors as people read it in a shell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .wording import number

MOST_LINES = 15
BAR = 40


def error_summary(review: Mapping[str, Any]) -> str:
    """A review as text: how many, by day, which patterns, where, and what Error Log does not show."""
    parts = (
        _head(review),
        _days(review["patterns"]["daily_trends"]["daily_data"]),
        _patterns(review["error_patterns"]),
        _spots(review["error_hotspots"]["hotspots"]["functional_areas"]),
        _beside(review["beside_error_log"]),
        ["", *(f"- {text}" for text in (*review["insights"], *review["recommendations"]))],
    )
    return "\n".join(line for part in parts for line in part)


def _head(review: Mapping[str, Any]) -> list[str]:
    users = review["patterns"]["user_impact"]["total_affected_users"]
    head = f"{review['total_errors']} errors in {review['analysis_period']}, {users} users affected"
    period = f"from {review['start_date']} to {review['end_date']}"
    left = review["not_counted_yet"]
    own = review["errors_of_this_app"]
    return [
        f"{head}  ({period})",
        *([f"{own} of them are errors of this app itself."] if own else []),
        *([f"{left} rows of Error Log are not counted yet."] if left else []),
        *_since(review["counted_since"], review["start_date"]),
    ]


def _since(counted_since: str | None, start: str) -> list[str]:
    """What the period has no counts of; both moments are those of the site's clock."""
    if not counted_since:
        return ["No error was ever counted."]
    is_later = counted_since[: len(start)] > start
    return [f"Errors are counted since {counted_since}; of the time before nothing is known."] * is_later


def _days(daily: Mapping[str, int]) -> list[str]:
    most = max(daily.values(), default=0)
    shown = list(daily.items())[-MOST_LINES:]
    return [
        "",
        *(f"  {day}  {errors:>7}  {'#' * (BAR * errors // most if most else 0)}" for day, errors in shown),
    ]


def _patterns(patterns: Sequence[Mapping[str, Any]]) -> list[str]:
    if not patterns:
        return []
    lines = [
        f"  {each['errors']:>7}  {each['severity']:<8} {each['state']:<10} {each['title'][:80]}"
        f"{'  (this app)' if each.get('of_this_app') else ''}"
        for each in patterns[:MOST_LINES]
    ]
    return ["", "Patterns:", *lines]


def _spots(spots: Sequence[Mapping[str, Any]]) -> list[str]:
    ranked = sorted(spots, key=lambda spot: -spot["errors"])[:MOST_LINES]
    lines = [f"  {spot['errors']:>7}  {spot['share']:>5} %  {spot['name']}" for spot in ranked]
    return ["", "Areas:", *lines] if lines else []


def _beside(beside: Mapping[str, Mapping[str, Any]]) -> list[str]:
    lines = [f"  {_told(found):>7}  {name}{_why(found)}" for name, found in beside.items()]
    return ["", "Beside Error Log, in 24 hours:", *lines]


def _told(found: Mapping[str, Any]) -> str:
    return "UNKNOWN" if found["value"] is None else number(found["value"])


def _why(found: Mapping[str, Any]) -> str:
    why = found.get("reason") or found.get("detail")
    return f": {why}" if why else ""
