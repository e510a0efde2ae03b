"""Findings from the errors of the period: weeks compared, new and returned patterns, hotspots, users."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from verenigingen_maintenance.core.error_answers import MANY_FOR_ONE_USER, user_impact
from verenigingen_maintenance.core.error_facts import Facts, PatternFacts
from verenigingen_maintenance.core.findings import Finding, Found, Review, worst_first
from verenigingen_maintenance.core.hotspots import standing_out
from verenigingen_maintenance.core.pattern_states import SETTLED
from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.core.verdicts import Verdict
from verenigingen_maintenance.core.wording import errors_in_words
from verenigingen_maintenance.sources import error_facts, error_patterns, error_reviews
from verenigingen_maintenance.sources.error_patterns import PATTERN

REPORT, WEEKS = "Report", "errors week over week"
BEHIND = timedelta(hours=1)


def found(review: Review, now: datetime) -> Found:
    """The rise from week to week, patterns that are new, return or escalate, areas that stand out, users."""
    facts, weeks = error_facts.facts(review.days, now), error_reviews.week_over_week(now)
    not_counted = _not_counted(facts, now)
    missing = [not_counted, weeks.reason if isinstance(weeks, Unknown) else weeks.at_least]
    if facts.unknown_before:
        missing.append(f"errors are counted since {facts.unknown_before:%Y-%m-%d} only")
    each = (*_weeks(weeks), *_patterns(facts, review), *_hotspots(facts), *_users(facts))
    unread = [WEEKS] if isinstance(weeks, Unknown) or weeks.at_least else []
    told = "; ".join(filter(None, dict.fromkeys(missing)))
    return worst_first(each, told, None if not_counted else unread)


def _not_counted(facts: Facts, now: datetime) -> str:
    """Why errors of these days may be missing, of any pattern; those of the last hour the job of each minute
    counts."""
    left = [day for day in error_patterns.days_left() if day >= facts.begins.date()]
    if left:
        return f"{len(left)} days of Error Log are not counted yet"
    if error_patterns.is_behind(now - BEHIND):
        return "Error Log has rows that are not counted for an hour and more"
    return error_patterns.not_rolled_up()


def _weeks(weeks: Reading | Unknown) -> Iterator[Finding]:
    if isinstance(weeks, Reading) and weeks.value > 0:
        is_critical = weeks.value > 25
        severity = Verdict.CRITICAL if is_critical else Verdict.WARNING
        yield Finding(WEEKS, "Errors rose", weeks.detail, weeks.value, "%", severity)


def _patterns(facts: Facts, review: Review) -> Iterator[Finding]:
    """What was found in the last review is found again while it goes on, however old it is by then."""
    for each in facts.ranked:
        key = f"pattern {each.name}"
        why = _why(each, facts)
        if each.errors and each.state not in SETTLED and (why or key in review.known):
            severity = Verdict.CRITICAL if each.severity == "Critical" else Verdict.WARNING
            text = f"{why or 'goes on'}, {errors_in_words(each.errors)} in {facts.days} days, {each.area}"
            yield Finding(key, each.title, text, each.errors, "errors", severity, True, PATTERN, each.name)


def _why(pattern: PatternFacts, facts: Facts) -> str:
    if pattern.state in ("Regressed", "Escalating"):
        return pattern.state.lower()
    is_new = pattern.first_at is not None and pattern.first_at >= facts.begins
    return "new" if is_new else ""


def _hotspots(facts: Facts) -> Iterator[Finding]:
    for spot in standing_out(facts):
        text = f"{spot['errors']} errors, {spot['share']} % of all; most often “{spot['most_frequent']}”"
        title, share = f"Hotspot {spot['name']}", spot["share"]
        key = f"hotspot {spot['name']}"
        yield Finding(key, title, text, share, "%", doctype=REPORT, name="Error Hotspots")


def _users(facts: Facts) -> Iterator[Finding]:
    impact = user_impact(facts)
    many = impact["total_users_with_high_errors"]
    if many:
        text = (
            f"{many} of {impact['total_affected_users']} affected users met more than {MANY_FOR_ONE_USER} "
            f"errors in {facts.days} days"
        )
        yield Finding("users with many errors", "Users with many errors", text, many, "users")
