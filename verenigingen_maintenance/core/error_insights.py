"""What an analysis of errors comes to, in sentences, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from statistics import median
from typing import Any

from .report_weeks import Week, of_days, peaks

MUCH = 10.0
MOST_PEAKS = 3
NO_ERROR = "No error occurred in the period."
NOTHING_LEFT = "What occurred is resolved or ignored: nothing is left to do."
ADVICE = {
    "permission_errors": "Review roles and user permissions: errors of permission occurred.",
    "validation_errors": "Tell users earlier and more plainly what an input must be: inputs were refused.",
    "database_errors": "Look at slow and locking queries: errors of the database occurred.",
    "api_errors": "Look at the connections to other systems: calls to them failed.",
    "timeout_errors": "Find what takes long: time-outs occurred.",
}


def insights(analysis: Mapping[str, Any]) -> list[str]:
    """What stands out."""
    patterns = analysis["patterns"]
    told = (
        _trend(patterns),
        *_peak_weeks(patterns),
        _peak(patterns),
        _type(patterns),
        _severity(patterns),
        _growth(patterns),
    )
    return [text for text in told if text]


def recommendations(analysis: Mapping[str, Any], hotspots: Mapping[str, Any]) -> list[str]:
    """What to do, the most pressing first."""
    patterns = analysis["patterns"]
    found = [_critical(hotspots["critical_hotspots"]), _first(hotspots["remediation_priority"])]
    if patterns["growth_trends"].get("trend_direction") in ("increasing", "new"):
        found.append("Find out what changed: errors increase.")
    categories = patterns["error_types"]["categories"]
    ranked = sorted(ADVICE, key=lambda category: -categories[category])
    found += [ADVICE[category] for category in ranked if categories[category]]
    hours = patterns["hourly_patterns"]
    if hours["off_hours_errors"] > hours["business_hours_errors"]:
        found.append("Look at scheduled jobs: most errors occur outside business hours.")
    return [text for text in found if text] or [NOTHING_LEFT if analysis["total_errors"] else NO_ERROR]


def _trend(patterns: Mapping[str, Any]) -> str:
    trend = patterns["daily_trends"]
    by = f": {trend['slope']:+g} a day, each day" if trend["slope"] else ""
    if trend["trend"] == "increasing":
        return f"Errors are increasing{by}."
    return f"Errors are decreasing{by}." if trend["trend"] == "decreasing" else ""


def _peak_weeks(patterns: Mapping[str, Any]) -> list[str]:
    """The whole weeks that stand out, and whether it came down since; the last three of them."""
    daily = {
        date.fromisoformat(day): errors for day, errors in patterns["daily_trends"]["daily_data"].items()
    }
    days = dict(list(daily.items())[1:-1])
    weeks = _whole_weeks(days)
    found, usual = peaks(weeks)
    if not found:
        return []
    middle = median(week.value for week in usual)
    since = [week for week in weeks if week.monday > found[-1].monday]
    return [*(_peak_week(week, middle, days) for week in found[-MOST_PEAKS:]), _since(found[-1], since)]


def _whole_weeks(days: Mapping[date, int]) -> list[Week]:
    mondays = [day for day in days if day.weekday() == 0]
    return [week for week in of_days(days, mondays, is_count=True) if week.days == 7]


def _peak_week(week: Week, usual: float, days: Mapping[date, int]) -> str:
    times = f", {week.value / usual:.1f} times the usual {usual:g} a week" if usual else ", usually none"
    peak = max((week.monday + timedelta(days=each) for each in range(7)), key=lambda day: days[day])
    return f"Week {week.label} stands out: {week.value:g} errors{times}; most on {peak}, {days[peak]}."


def _since(peak: Week, since: Sequence[Week]) -> str:
    if not since:
        return f"No whole week came since {peak.label} to tell whether it came down."
    least, most = (end(week.value for week in since) for end in (min, max))
    weeks = f"{least:g}" if least == most else f"{least:g} to {most:g}"
    return f"It came down: {weeks} errors a week since {peak.label}."


def _peak(patterns: Mapping[str, Any]) -> str:
    hours = patterns["hourly_patterns"]
    if not hours["peak_count"]:
        return ""
    return f"Most errors occur at {hours['peak_hour']:02}:00: {hours['peak_count']}."


def _type(patterns: Mapping[str, Any]) -> str:
    types = patterns["error_types"]
    most = types["most_common_category"]
    return f"The most common type is {most} ({types['percentages'][most]:g} % of all errors)." if most else ""


def _severity(patterns: Mapping[str, Any]) -> str:
    share = patterns["severity_distribution"]["critical_percentage"]
    return f"{share:g} % of the errors are critical." if share > MUCH else ""


def _growth(patterns: Mapping[str, Any]) -> str:
    growth = patterns["growth_trends"]
    if growth.get("trend_direction") == "new":
        return f"There were no errors before; {growth['second_half_errors']} occurred since."
    if growth.get("trend_direction") != "increasing":
        return ""
    if not growth["first_half_errors"]:
        return f"The second half had {growth['second_half_errors']} errors, the first none."
    return (
        f"The second half had {growth['growth_rate_percentage']:g} % more errors than the first "
        f"({growth['first_half_errors']}, then {growth['second_half_errors']})."
    )


def _critical(spots: Sequence[Mapping[str, Any]]) -> str:
    if not spots:
        return ""
    names = dict.fromkeys(spot["name"] for spot in spots)
    return f"Begin with the critical hotspots: {', '.join(list(names)[:3])}."


def _first(priority: Sequence[Mapping[str, Any]]) -> str:
    if not priority:
        return ""
    return f"Mend “{priority[0]['title']}” first: {priority[0]['errors']} errors, {priority[0]['severity']}."
