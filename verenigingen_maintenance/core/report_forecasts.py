"""What a report says of forecasts and capacity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from .report_metrics import resources, weeks_of
from .report_parts import Facts, Figure, Section, Table, percent_in_words, short
from .report_periods import Period
from .verdicts import Verdict

WEEKS, LAST = "forecasts.weeks", "forecasts.last"
FEWEST, LOW = 20, 60
SOON, HALF_YEAR = timedelta(days=28), timedelta(days=183)
NONE = "no metric had a forecast at the end of the period"
STORED = ("Storage", "Backups", "Host")


def forecasts(section: Section, facts: Facts, period: Period) -> None:
    """How the weeks came that were forecast, and what moves."""
    told = facts["forecasts"]
    compared = sum(week["compared"] for week in told["weeks"])
    if compared < FEWEST:
        why = f"only {compared} days of forecasts can be compared, and {FEWEST} are needed"
        section.missing.append(("Accuracy of the forecasts", why))
    else:
        _accuracy(section, told["weeks"], compared)
    if not told["last"]:
        section.missing.append(("Forecasts", NONE))
        return
    rows = [
        [row["title"], row["trend"], row["trend_text"]]
        for row in told["last"]
        if row["is_alert"] or row["trend"] != "stable"
    ]
    section.tables.append(
        Table.cut(
            "What moves",
            ("Metric", "Trend", "In words"),
            rows,
            source=LAST,
            empty="No metric rises or falls.",
            widths=(28, 10, 62),
        )
    )


def _accuracy(section: Section, weeks: Sequence[Mapping[str, Any]], compared: int) -> None:
    share = round(100 * sum(week["within"] for week in weeks) / compared, 1)
    section.figures.append(
        Figure("Came within the interval of 80 %", share, "%", source=WEEKS, worse="lower")
    )
    section.say(
        f"Of {compared} days that were forecast, {share:g} % came within the interval of 80 %.", WEEKS
    )
    if share < LOW:
        section.found(
            Verdict.WARNING,
            60,
            f"Only {share:g} % of the days came as forecast: below {LOW} % nobody should rely on them.",
            WEEKS,
        )
    rows = [
        [
            week["monday"],
            week["metrics"],
            week["within"],
            week["compared"],
            f"{100 * week['within'] / week['compared']:.0f} %",
        ]
        for week in weeks
    ]
    heads = ("Week from", "Metrics", "Within 80 %", "Days compared", "Share")
    section.tables.append(Table("By week", heads, rows, WEEKS, numbers=(1, 2, 3, 4)))


def capacity(section: Section, facts: Facts, period: Period) -> None:
    """Which limit is met when, and what to do; how what is stored grew."""
    last = facts["forecasts"]["last"]
    if not last:
        section.missing.append(("Capacity", NONE))
    limited = [row for row in last if row["limit"]]
    for row in limited:
        if row["crosses_on"]:
            section.say(row["recommendation"], LAST)
            left = date.fromisoformat(row["crosses_on"]) - period.ends
            section.found(_urgency(left), 78 if left <= HALF_YEAR else 26, row["recommendation"], LAST)
    if limited and not any(row["crosses_on"] for row in limited):
        until = min(row["until"] for row in limited)
        section.found(
            Verdict.OK,
            25,
            f"None of {len(limited)} metrics with a limit is expected to meet it until {until}.",
            LAST,
        )
    rows = [
        [
            row["title"],
            f"{short(row['latest_value'])} {row['unit']}",
            row["limit"],
            row["crosses_on"] or "not before " + (row["until"] or ""),
            f"{row['earliest'] or ''} to {row['latest'] or 'later'}" if row["crosses_on"] else "",
            f"{row['history_days']} days",
        ]
        for row in limited
    ]
    heads = ("Metric", "At the end", "Limit", "Expected on", "Interval of 80 %", "History")
    section.tables.append(
        Table.cut(
            "Limits",
            heads,
            rows,
            source=LAST,
            empty="No metric with a limit has a forecast.",
            widths=(25, 17, 12, 17, 19, 10),
        )
    )
    _growth(section, facts)


def _urgency(left: timedelta) -> Verdict:
    if left <= SOON:
        return Verdict.CRITICAL
    return Verdict.WARNING if left <= HALF_YEAR else Verdict.OK


def _growth(section: Section, facts: Facts) -> None:
    rows = []
    for row in facts["metrics"]["metrics"]:
        weeks = [week for week in weeks_of(row) if week.days >= 3]
        if row["group"] in STORED and len(weeks) > 1:
            first, last = weeks[0], weeks[-1]
            share = percent_in_words(100 * (last.value - first.value) / first.value) if first.value else ""
            a_week = (last.value - first.value) / ((last.monday - first.monday).days / 7)
            rows.append(
                [
                    row["title"],
                    row["unit"],
                    f"{short(first.value)} ({first.label})",
                    f"{short(last.value)} ({last.label})",
                    share,
                    short(a_week),
                ]
            )
    heads = ("Metric", "Unit", "First week's mean", "Last week's mean", "Change", "A week")
    section.tables.append(
        Table(
            "Growth",
            heads,
            rows,
            "metrics.days",
            "Less than two weeks were measured.",
            (4, 5),
            (26, 10, 22, 22, 10, 10),
        )
    )


def recommendations(section: Section, facts: Facts, period: Period) -> None:
    """What follows from limits and from what is short, without the tables behind it."""
    inner = Section("", section.title)
    capacity(inner, facts, period)
    section.facts += inner.facts
    section.missing += inner.missing
    section.tables += inner.tables[:1]
    section.sentences += inner.sentences
    if not inner.sentences:
        section.say(
            "No forecast asks for more capacity."
            if facts["forecasts"]["last"]
            else "Nothing can be recommended without a forecast."
        )


__all__ = ["capacity", "forecasts", "recommendations", "resources"]
