"""What a report says of forecasts and capacity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from .report_metrics import weeks_of
from .report_parts import Facts, Figure, Section, Table, percent_in_words, short
from .report_periods import Period
from .thresholds import Limit, ThresholdError
from .verdicts import Verdict

WEEKS, LAST = "forecasts.weeks", "forecasts.last"
FEWEST, LOW, MOST_GROWN = 20, 60, 3
SOON, HALF_YEAR = timedelta(days=28), timedelta(days=183)
NONE = "no metric had a forecast at the end of the period"
STORED, DISK = ("Storage", "Backups", "Host"), "host.disk_used"


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
    _tell_limits(section, limited)
    _tell_unforecast(section, limited, facts["metrics"]["metrics"])
    _tell_nearest(section, facts["metrics"]["metrics"], period)
    for row in limited:
        if row["crosses_on"]:
            section.say(row["recommendation"], LAST)
            left = date.fromisoformat(row["crosses_on"]) - period.ends
            section.found(_urgency(left), 78 if left <= HALF_YEAR else 26, row["recommendation"], LAST)
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


def _tell_limits(section: Section, limited: Sequence[Mapping[str, Any]]) -> None:
    """That none is met, as far ahead as is forecast; or that nobody knows."""
    if not limited:
        text = "When a limit is met is not known: no metric with one had a forecast at the end of the period."
        section.found(Verdict.UNKNOWN, 60, text)
    if limited and not any(row["crosses_on"] for row in limited):
        until = min((row["until"] for row in limited if row["until"]), default="")
        when = f" until {until}" if until else " as far ahead as is forecast"
        text = f"None of {len(limited)} metrics with a limit is expected to meet it{when}."
        section.found(Verdict.OK, 27, text, LAST)


def _tell_unforecast(
    section: Section, limited: Sequence[Mapping[str, Any]], metrics: Sequence[Mapping[str, Any]]
) -> None:
    """The limits of which nobody knows when they are met, while others are forecast."""
    known = {row["metric"] for row in limited}
    for row in metrics:
        if limited and row["capacity"] and row["metric"] not in known:
            what = f"When {row['title']} meets its limit ({row['capacity']} {row['unit']})"
            section.missing.append((what, "it had no forecast at the end of the period"))


def _tell_nearest(section: Section, metrics: Sequence[Mapping[str, Any]], period: Period) -> None:
    """The limit of which most was used in the last week that was measured of the period."""
    lasts = [(row, weeks[-1]) for row in metrics if (weeks := weeks_of(row))]
    lasts = [(row, week) for row, week in lasts if week.monday >= period.mondays[0]]
    known = [(used, row, week) for row, week in lasts if (used := used_of(row["capacity"], week.value))]
    if not known:
        section.missing.append(("The nearest limit", "no metric with a limit was measured"))
        return
    used, row, week = max(known, key=lambda each: each[0])
    share = f"{short(week.value)} {row['unit']} in {week.label}, {used:.0f} % of it"
    text = f"The nearest limit is that of {row['title']} ({row['capacity']} {row['unit']}): {share}."
    section.found(Verdict.OK, 28, text, "metrics.days")
    section.say(text, "metrics.days")


def used_of(text: str, value: float) -> float | None:
    """How much of a limit is used, in percent; None where there is none, or no share of it can be told."""
    try:
        limit = Limit.parse(text)
    except ThresholdError:
        return None
    if value <= 0 or limit.value <= 0:
        return None
    return 100 * (value / limit.value if limit.higher_is_worse else limit.value / value)


def _growth(section: Section, facts: Facts) -> None:
    rows, grown = [], []
    for row in facts["metrics"]["metrics"]:
        weeks = [week for week in weeks_of(row) if week.days >= 3]
        if row["group"] in STORED and len(weeks) > 1:
            first, last = weeks[0], weeks[-1]
            share = percent_in_words(100 * (last.value - first.value) / first.value) if first.value else ""
            a_week = (last.value - first.value) / ((last.monday - first.monday).days / 7)
            if a_week > 0 and first.value and (row["group"] != "Host" or row["metric"] == DISK):
                span = f"{short(first.value)} to {short(last.value)} {row['unit']}"
                told = f"{row['title']} from {span} ({share}), {short(a_week)} a week"
                grown.append((a_week / first.value, f"{told}, {first.label} to {last.label}"))
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
    for _share, told in sorted(grown, reverse=True)[:MOST_GROWN]:
        section.found(Verdict.OK, 24, f"Grew: {told}.", "metrics.days")
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
