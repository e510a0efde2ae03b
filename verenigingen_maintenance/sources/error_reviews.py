"""The errors of a week, a month and a quarter, for the reviews."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from verenigingen_maintenance.core.error_answers import (
    MANY_FOR_ONE_USER,
    daily_trends,
    growth_trends,
    user_impact,
)
from verenigingen_maintenance.core.error_facts import Facts
from verenigingen_maintenance.core.hotspots import standing_out
from verenigingen_maintenance.core.rates import change
from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.core.wording import some
from verenigingen_maintenance.sources import clock, error_facts, error_log, error_patterns, errors, source

WEEK, MONTH, QUARTER = 7, 30, 90
ORIGIN = "Error Log, counted by pattern and day"


@source
def mean_of_7_days(now: datetime) -> Reading | Unknown:
    """Errors a day, on average over seven days."""
    return _mean(WEEK, now)


@source
def mean_of_30_days(now: datetime) -> Reading | Unknown:
    """Errors a day, on average over thirty days."""
    return _mean(MONTH, now)


@source
def mean_of_90_days(now: datetime) -> Reading | Unknown:
    """Errors a day, on average over ninety days."""
    return _mean(QUARTER, now)


@source
def week_over_week(now: datetime) -> Reading | Unknown:
    """By how many percent the errors of the last complete ISO week exceed those of the one before.

    0 where it is fewer than ten errors, or may be by chance; 100 where there were none before.
    """
    weeks = error_facts.weeks(now)
    if weeks is None:
        return Unknown("two complete weeks are not counted yet", now, ORIGIN, learning=True)
    (_monday, before), (monday, after) = weeks
    found = change(before, after)
    told = "new" if found.percent is None else f"{found.percent:+.0f} %"
    evidence = {
        "last complete week from": monday.isoformat(),
        "errors of that week": after,
        "errors of the week before": before,
        "change": told,
        "probability by chance": round(found.p, 6),
    }
    return _reading(round(found.rise, 1), "%", now, evidence, f"{before} errors, then {after}: {told}")


@source
def new_patterns_of_7_days(now: datetime) -> Reading | Unknown:
    """Patterns that were seen for the first time in the last seven days."""
    return errors.first_seen_since(now - timedelta(days=WEEK), now)


@source
def hotspots_of_7_days(now: datetime) -> Reading:
    """Areas with ten errors or more and a quarter of all errors of seven days."""
    spots = standing_out(error_facts.facts(WEEK, now))
    detail = some([f"{spot['name']}: {spot['errors']} ({spot['share']} %)" for spot in spots])
    return _reading(len(spots), "areas", now, {"areas": spots}, detail, WEEK)


@source
def users_of_7_days(now: datetime) -> Reading:
    """Users who met more than ten errors in seven days."""
    impact = user_impact(error_facts.facts(WEEK, now))
    many = impact["total_users_with_high_errors"]
    evidence = {
        "affected users": impact["total_affected_users"],
        f"users with more than {MANY_FOR_ONE_USER} errors": many,
        "errors of the system itself": impact["errors_of_the_system"],
    }
    detail = f"{impact['total_affected_users']} users affected"
    return _reading(many, "users", now, evidence, detail, WEEK)


def _mean(days: int, now: datetime) -> Reading | Unknown:
    since = error_patterns.counted_since()
    if since is None:
        return Unknown("Error Log was never counted", now, ORIGIN, learning=True)
    facts = error_facts.facts(days, now)
    trend = daily_trends(facts)
    detail = f"{facts.total} errors in {days} days, the trend is {trend['trend']}"
    evidence = _evidence(facts, trend, since)
    return _reading(round(facts.total / days, 2), "errors a day", now, evidence, detail, days)


def _evidence(facts: Facts, trend: Mapping, since: datetime) -> dict:
    return {
        "errors": facts.total,
        "errors by day": trend["daily_data"],
        "trend": trend["trend"],
        "growth": growth_trends(facts),
        "counted since": clock.shown(clock.instant(since)),
    }


def _reading(value: float, unit: str, now: datetime, evidence: dict, detail: str, days: int = 0) -> Reading:
    """Of the last `days` days; where they are not counted as a whole, the value may be higher."""
    waiting = error_patterns.not_counted(error_log.Waiting())
    at_least = _missing(days, now) or waiting or error_patterns.not_rolled_up()
    return Reading(value, unit, now, ORIGIN, evidence, at_least, detail)


def _missing(days: int, now: datetime) -> str:
    if left := error_patterns.days_left():
        return f"{len(left)} days of Error Log are not counted yet"
    since = error_patterns.counted_since()
    is_short = since is None or clock.instant(since) > now - timedelta(days=days)
    return f"errors are not counted for {days} days yet" if days and is_short else ""
