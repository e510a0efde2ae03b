"""Components errors and hotspots: the analyses of errors, stored without the names of users."""

from __future__ import annotations

from datetime import datetime

from verenigingen_maintenance.core.analytics import NotKnown
from verenigingen_maintenance.core.error_answers import user_impact
from verenigingen_maintenance.operations import error_review
from verenigingen_maintenance.sources import clock, error_facts, error_patterns

DAYS, DAYS_OF_HOTSPOTS = 30, 7
SHORTER = (1, 7)


def errors(now: datetime) -> dict | NotKnown:
    """The analysis of 30 days, with the totals of a day and of a week beside."""
    if error_patterns.counted_since() is None:
        return NotKnown("no error was ever counted", learning=True)
    found = error_review.analyze_error_patterns(DAYS, now)
    shorter = {f"{days} days": _totals(days, now) for days in SHORTER}
    found["patterns"]["user_impact"] = _nameless(found["patterns"]["user_impact"])
    return {**found, "totals": {**shorter, f"{DAYS} days": _of(found)}, "as_of": counted_until(now)}


def hotspots(now: datetime) -> dict | NotKnown:
    """Where the errors of 7 days gather."""
    if error_patterns.counted_since() is None:
        return NotKnown("no error was ever counted", learning=True)
    return {**error_review.identify_error_hotspots(DAYS_OF_HOTSPOTS, now), "as_of": counted_until(now)}


def counted_until(now: datetime) -> datetime:
    """Until when all errors are counted: now, or the oldest one that waits; none was before that."""
    if not error_patterns.uncounted():
        return now
    oldest = error_patterns.oldest_uncounted()
    return min(clock.instant_before(oldest, now), now) if oldest else _begun(now)


def _begun(now: datetime) -> datetime:
    since = error_patterns.counted_since()
    return min(clock.instant_before(since, now), now) if since else now


def _totals(days: int, now: datetime) -> dict:
    facts = error_facts.facts(days, now)
    return {"errors": facts.total, "users": user_impact(facts)["total_affected_users"]}


def _of(found: dict) -> dict:
    users = found["patterns"]["user_impact"]["total_affected_users"]
    return {"errors": found["total_errors"], "users": users}


def _nameless(impact: dict) -> dict:
    """Names are e-mail addresses; who they are is told by analyze_error_patterns, and not kept."""
    names = {name: f"user {number}" for number, name in enumerate(impact["top_affected_users"], start=1)}
    top = {names[name]: errors for name, errors in impact["top_affected_users"].items()}
    many = [names[name] for name in impact["users_with_high_errors"] if name in names]
    return {**impact, "top_affected_users": top, "users_with_high_errors": many}
