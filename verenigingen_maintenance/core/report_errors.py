"""What a report says of errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from . import report_charts
from .rates import change
from .report_parts import Chart, Facts, Figure, Section, Table, not_compared, percent_in_words
from .report_periods import Period
from .report_weeks import LEAD_IN, Regression, Week, began, in_words, lasting, not_over, of_days, regressions
from .verdicts import Verdict

SOURCE, PATTERNS = "errors.days", "errors.patterns"
MUCH_MORE = 100
TOPIC = "Patterns of errors"
WIDTHS = (46, 14, 12, 14, 14)


def errors(section: Section, facts: Facts, period: Period) -> None:
    """How many, in which week they rose, and which patterns came, went and returned."""
    told = facts["errors"]
    days = {date.fromisoformat(day): count for day, count in told["by_day"].items()}
    within, before = _of(days, period), _of(days, period.before)
    if not within:
        section.unmeasured("Errors", _since(told))
        return
    why = not_compared(len(within), period.days, len(before), period.before.days)
    _figures(section, told, within, before, why)
    if len(within) < period.days:
        section.missing.append(("Errors of some days", _days_known(len(within), told, period)))
    if told["not_rolled_up"]:
        section.missing.append(("Errors of some days", told["not_rolled_up"]))
    _weeks(section, days, period)
    _rise(section, within, before, why, is_week=len(period.mondays) == 1)
    _patterns(section, told)


def _since(told: Mapping[str, Any]) -> str:
    """Why days before are not known: nobody counted them, or Log Settings dropped their counts."""
    counted, kept = told["counted_since"], told["kept_since"]
    if not counted:
        return "no error was counted yet"
    return (
        f"their counts are kept since {kept}"
        if (kept or "") > counted
        else f"they are counted since {counted}"
    )


def _days_known(known: int, told: Mapping[str, Any], period: Period) -> str:
    is_late = max(told["counted_since"], told["kept_since"] or "") > str(period.begins)
    because = _since(told) if is_late else "the others are not over"
    return f"{known} of {period.days} days: {because}"


def weeks_of(told: Mapping[str, Any], period: Period) -> list[Week]:
    """Errors by ISO week, those before the period too."""
    days = {date.fromisoformat(day): count for day, count in told["by_day"].items()}
    return of_days(days, _mondays(period), is_count=True)


def _mondays(period: Period) -> list[date]:
    first = period.mondays[0] - LEAD_IN
    weeks = (period.mondays[-1] - first).days // 7 + 1
    return [first + timedelta(weeks=each) for each in range(weeks)]


def _of(days: Mapping[date, int], period: Period) -> list[int]:
    return [count for day, count in days.items() if period.begins <= day < period.ends]


def _figures(
    section: Section, told: Mapping[str, Any], within: Sequence[int], before: Sequence[int], why: str
) -> None:
    total, earlier = sum(within), None if why else sum(before)
    a_day = round(total / len(within), 2)
    day_before = round(sum(before) / len(before), 2) if before and not why else None
    section.figures += [
        Figure("Errors", total, "errors", earlier, SOURCE, "higher", why),
        Figure("Errors a day", a_day, "errors", day_before, SOURCE, "higher", why),
        Figure("Patterns that had errors", told["patterns_with_errors"], "patterns", source=PATTERNS),
        Figure("New patterns", told["new"], "patterns", source=PATTERNS),
        Figure("New critical patterns", told["new_critical"], "patterns", source=PATTERNS),
        Figure("Patterns that came back", told["regressed"], "patterns", source=PATTERNS),
        Figure("Patterns resolved", told["resolved"], "patterns", source=PATTERNS),
    ]


def _weeks(section: Section, days: Mapping[date, int], period: Period) -> None:
    weeks = of_days(days, _mondays(period), is_count=True)
    found = regressions(weeks, period, is_count=True)
    worse = [
        week.monday
        for week in weeks
        for each in found
        if each.first.monday <= week.monday <= each.last.monday
    ]
    section.charts.append(Chart(report_charts.bars("Errors", "errors", weeks, period, worse), SOURCE))
    for each in found:
        _tell(section, each, period)


def _tell(section: Section, found: Regression, period: Period) -> None:
    figures = f"{found.first.value:.0f} against a usual {found.usual:.0f}{_times(found)}"
    first = "" if found.first == found.last else " in the first week"
    text = f"Errors rose {in_words(found, period)}{not_over(found, period)}: {figures}{first}."
    is_much = not found.began_before(period) and (not found.usual or (found.percent or 0) >= MUCH_MORE)
    verdict = Verdict.CRITICAL if is_much else Verdict.WARNING
    topic = f"Became worse in {began(found, period)}"
    section.found(verdict, 90, text, SOURCE, topic, f"errors, {figures}{lasting(found, period)}")
    section.say(text, SOURCE)


def _times(found: Regression) -> str:
    return f", {found.first.value / found.usual:.1f} times as many" if found.usual else ""


def _rise(section: Section, within: Sequence[int], before: Sequence[int], why: str, is_week: bool) -> None:
    """Periods differ in length: what was before is taken for as many days."""
    if why:
        return
    earlier = round(sum(before) / len(before) * len(within))
    found = change(earlier, sum(within))
    if found.is_rise and is_week and section.facts:
        return  # a week that is worse than the weeks before is told so already
    if found.is_rise:
        more = percent_in_words(found.percent) if found.percent is not None else "there were none"
        text = (
            f"{found.after} errors, against {found.before} in as many days before ({more}): more than chance."
        )
        section.found(Verdict.WARNING, 70, text, SOURCE)
        section.say(text, SOURCE)
    else:
        percent = f" ({percent_in_words(found.percent)})" if found.percent else ""
        text = f"{found.after} errors, against {found.before} in as many days before{percent}: no rise."
        section.found(Verdict.OK, 40, text, SOURCE)


def _patterns(section: Section, told: Mapping[str, Any]) -> None:
    for each in told["new_critical_patterns"]:
        told_as = f"{each['title']} ({each['errors']} errors, {each['state']})"
        text = f"New critical pattern since {each['first']}: {told_as}."
        item = f"new and critical since {each['first']}, {told_as}"
        section.found(Verdict.CRITICAL, 85, text, PATTERNS, TOPIC, item)
    if (more := told["new_critical"] - len(told["new_critical_patterns"])) > 0:
        item = f"{more} more new critical patterns of errors"
        section.found(Verdict.CRITICAL, 84, f"{item}.", PATTERNS, TOPIC, item)
    for each in told["regressed_patterns"]:
        item = f"came back on {each['day']} after it was resolved, {each['title']} ({each['severity']})"
        section.found(Verdict.WARNING, 75, f"{item[0].upper()}{item[1:]}.", PATTERNS, TOPIC, item)
    section.tables += [
        Table(
            "New critical patterns",
            ("Pattern", "Since", "Errors", "State", "Area"),
            [
                [each["title"], each["first"], each["errors"], each["state"], each["area"]]
                for each in told["new_critical_patterns"]
            ],
            PATTERNS,
            "None.",
            (2,),
            WIDTHS,
        ),
        Table(
            "Most frequent patterns",
            ("Pattern", "Severity", "Errors", "Before", "State"),
            [
                [each["title"], each["severity"], each["errors"], each["before"], each["state"]]
                for each in told["patterns"]
            ],
            PATTERNS,
            "No pattern had errors.",
            (2, 3),
            WIDTHS,
        ),
    ]
    if told["by_area"]:
        areas = ", ".join(f"{area} {count}" for area, count in told["by_area"].items())
        section.say(f"By area of the code: {areas}.", PATTERNS)
