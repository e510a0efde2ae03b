"""The analysis of errors over some days, in the shape that the monitoring app documents for its own.

Plain data throughout: keys are texts, numbers are finite, what is not known is None.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import time
from functools import lru_cache
from itertools import combinations
from statistics import fmean, median
from typing import Any

from .error_facts import Facts, PatternFacts, errors_of
from .rates import Change, change
from .severity import SeverityRule, rule_of

RECURRING = 3
MANY_FOR_ONE_USER = 10
MOST_LISTED = 50
TOP_USERS = 10
SHORTEST_GROWTH = 7
SIGNIFICANT = 0.05
FEWEST_DAYS = 5
SYSTEM_USERS = ("Administrator", "(nobody)")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
CATEGORIES = ("permission", "validation", "database", "api", "timeout", "other")
# The first rule that matches exception or title decides.
_RULES = (
    SeverityRule.of("permission", "permission*, unauthorized, forbidden, not permitted, authenticationerror"),
    SeverityRule.of("timeout", "timeout*, timed out, time-out*"),
    SeverityRule.of(
        "database",
        "operationalerror, integrityerror, programmingerror, dataerror, deadlock*, database*, sql, mariadb",
    ),
    SeverityRule.of(
        "api", "connection*, http*, requestexception, jsondecode*, api, webhook*, sslerror, endpoint*"
    ),
    SeverityRule.of("validation", "validation*, mandatory*, duplicate*, doesnotexist*, invalid*, valueerror"),
)


def analysis(facts: Facts, opens: time, closes: time) -> dict[str, Any]:
    """Trends, profiles, types, users, recurring patterns, severities and growth."""
    return {
        "total_errors": facts.total,
        "analysis_period": f"{facts.days} days",
        "start_date": facts.begins.isoformat(),
        "end_date": facts.now.isoformat(timespec="seconds"),
        "patterns": {
            "daily_trends": daily_trends(facts),
            "hourly_patterns": hourly_patterns(facts, opens, closes),
            "error_types": error_types(facts),
            "user_impact": user_impact(facts),
            "recurring_issues": recurring_issues(facts),
            "severity_distribution": severity_distribution(facts),
            "growth_trends": growth_trends(facts),
        },
    }


def daily_trends(facts: Facts) -> dict[str, Any]:
    """Errors by day; the trend is that of the whole days, and told only where it is not by chance."""
    daily, whole = facts.daily, list(facts.whole_days.values())
    peak = max(daily, key=lambda day: (daily[day], day))
    return {
        "trend": _trend(whole),
        "slope": round(_slope(whole), 3) if len(whole) > 1 else None,
        "daily_data": {day.isoformat(): errors for day, errors in daily.items()},
        "average_daily_errors": round(facts.total / facts.days_counted, 2),
        "peak_day": peak.isoformat(),
        "peak_count": daily[peak],
    }


def _slope(values: Sequence[int]) -> float:
    """Errors a day more each day: the median slope of all pairs (Theil and Sen); no one day turns it."""
    pairs = combinations(enumerate(values), 2)
    return median((later - value) / (then - at) for (at, value), (then, later) in pairs)


def _trend(values: Sequence[int]) -> str:
    """By the test of Mann and Kendall, two-sided at 5 %."""
    if len(values) < FEWEST_DAYS:
        return "insufficient_data"
    score = sum((later > value) - (later < value) for value, later in combinations(values, 2))
    count = len(values)
    deviation = math.sqrt(count * (count - 1) * (2 * count + 5) / 18)
    if math.erfc(max(0, abs(score) - 1) / deviation / math.sqrt(2)) >= SIGNIFICANT:
        return "stable"
    return "increasing" if score > 0 else "decreasing"


def hourly_patterns(facts: Facts, opens: time, closes: time) -> dict[str, Any]:
    """Errors by hour of the day and by day of the week; business hours are those of Monday to Friday."""
    hourly = facts.hourly
    business = sum(
        errors
        for day, hours in facts.by_day.items()
        for hour, errors in enumerate(hours)
        if day.weekday() < 5 and opens <= time(hour) < closes
    )
    return {
        "hourly_distribution": {str(hour): errors for hour, errors in enumerate(hourly)},
        "weekly_distribution": dict(zip(WEEKDAYS, facts.weekdays, strict=True)),
        "peak_hour": hourly.index(max(hourly)),
        "peak_count": max(hourly),
        "quiet_hour": hourly.index(min(hourly)),
        "quiet_count": min(hourly),
        "business_hours_errors": business,
        "off_hours_errors": facts.total - business,
    }


def error_types(facts: Facts) -> dict[str, Any]:
    """Errors by category."""
    found = {category: errors_of(patterns) for category, patterns in facts.by(category_of).items()}
    categories = {f"{category}_errors": found.get(category, 0) for category in CATEGORIES}
    total = sum(categories.values())
    return {
        "categories": categories,
        "percentages": _shares(categories),
        "most_common_category": max(categories, key=categories.__getitem__) if total else None,
        "total_categorized": total,
    }


def category_of(pattern: PatternFacts) -> str:
    """One of CATEGORIES."""
    return _category(f"{pattern.exception} {pattern.title}")


@lru_cache(maxsize=5_000)
def _category(text: str) -> str:
    return rule_of(text, _RULES).kind or "other"


def user_impact(facts: Facts) -> dict[str, Any]:
    """Whom the errors happened to; those of the system itself are counted beside."""
    people = {user: errors for user, errors in facts.by_user.items() if user not in SYSTEM_USERS}
    ranked = dict(sorted(people.items(), key=lambda each: (-each[1], each[0])))
    many = [user for user, errors in ranked.items() if errors > MANY_FOR_ONE_USER]
    return {
        "total_affected_users": len(people),
        "top_affected_users": dict(list(ranked.items())[:TOP_USERS]),
        "average_errors_per_user": round(fmean(people.values()), 2) if people else 0,
        "users_with_high_errors": many[:MOST_LISTED],
        "total_users_with_high_errors": len(many),
        "errors_of_the_system": sum(facts.by_user.values()) - sum(people.values()),
    }


def recurring_issues(facts: Facts) -> dict[str, Any]:
    """Patterns with three errors or more, the most frequent first."""
    ranked = facts.ranked
    recurring = [pattern for pattern in ranked if pattern.errors >= RECURRING]
    return {
        "recurring_errors": {_named(pattern, ranked): pattern.errors for pattern in recurring[:MOST_LISTED]},
        "total_recurring": len(recurring),
        "most_frequent_error": ranked[0].title if ranked else None,
        "frequency_threshold": RECURRING,
    }


def _named(pattern: PatternFacts, others: Sequence[PatternFacts]) -> str:
    """Its title; with its name where two have the same."""
    twice = sum(other.title == pattern.title for other in others) > 1
    return f"{pattern.title} ({pattern.name})" if twice else pattern.title


def severity_distribution(facts: Facts) -> dict[str, Any]:
    """Errors by the severity that the rules give their patterns."""
    found = {
        severity: errors_of(patterns) for severity, patterns in facts.by(lambda each: each.severity).items()
    }
    distribution = {level.lower(): found.get(level, 0) for level in ("Critical", "High", "Medium", "Low")}
    shares = _shares(distribution)
    return {
        "distribution": distribution,
        "percentages": shares,
        "critical_percentage": shares["critical"],
    }


def growth_trends(facts: Facts) -> dict[str, Any]:
    """The second half of the whole days against the first; a middle day belongs to neither."""
    whole = list(facts.whole_days.values())
    if len(whole) + 1 < SHORTEST_GROWTH:
        message = "Need at least 7 days for trend analysis"
        return {"trend": "insufficient_period", "message": message}
    half = len(whole) // 2
    found = change(sum(whole[:half]), sum(whole[-half:]))
    earlier = sum(list(facts.daily.values())[: -half - 1])
    return {
        "growth_rate_percentage": None if found.percent is None else round(found.percent, 2),
        "first_half_errors": found.before,
        "second_half_errors": found.after,
        "trend_direction": _direction(found, earlier),
        "probability_by_chance": round(found.p, 6),
    }


def _direction(found: Change, earlier: int) -> str:
    """`earlier` are all errors before the second half, those of the middle and of the broken day included."""
    if not earlier and found.after:
        return "new"
    if found.is_rise:
        return "increasing"
    return "decreasing" if change(found.after, found.before).is_rise else "stable"


def _shares(counts: dict[str, int]) -> dict[str, float]:
    total = sum(counts.values())
    return {key: round(100 * count / total, 2) if total else 0.0 for key, count in counts.items()}
