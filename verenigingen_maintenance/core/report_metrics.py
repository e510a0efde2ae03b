"""What a report says of metrics: response times, database, cache, jobs, host."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from . import report_charts
from .report_parts import ENOUGH, Chart, Facts, Figure, Section, Table, not_compared, percent_in_words, short
from .report_periods import Period
from .report_weeks import Regression, Week, began, in_words, lasting, not_over, regressions
from .verdicts import Verdict

SOURCE = "metrics.days"
MUCH_WORSE = 50
MOST_CHARTS = 5
HELPED = 64
PERFORMANCE = ("Requests", "Dashboard", "Database", "Cache", "Jobs")
RESOURCES = ("Host", "Storage", "Backups", "Mail")
# Without a threshold of its own it is known all the same which way is worse.
WORSE = {"ms": "higher", "s": "higher"}
# How long something was down is told by the service levels, in hours.
UNTOLD = "failures"
BETTER = ("redis_cache.hit_rate_since_sample", "mariadb.buffer_pool_hit_rate")


def performance(section: Section, facts: Facts, period: Period) -> None:
    """Response times and what they depend on."""
    _of_groups(section, facts, period, PERFORMANCE)


def resources(section: Section, facts: Facts, period: Period) -> None:
    """What may run out."""
    _of_groups(section, facts, period, RESOURCES)


def use(section: Section, facts: Facts, period: Period) -> None:
    """Who works with the site, and what the association's own figures are."""
    _of_groups(section, facts, period, ("Users", "Members"))


def all_metrics(section: Section, facts: Facts, period: Period) -> None:
    """Each metric as a row, without charts."""
    rows = facts["metrics"]["metrics"]
    section.tables.append(_table("", [row for row in rows if row["value"] is not None], period))
    _say_missing(section, rows, period)


def found_regressions(row: Mapping[str, Any], period: Period) -> list[Regression]:
    """In which weeks a metric was worse than usual; none where no direction is worse."""
    worse = worse_of(row)
    is_told = worse and row["unit"] != UNTOLD
    return regressions(weeks_of(row), period, worse == "higher") if is_told else []


def improvements(row: Mapping[str, Any], period: Period) -> list[Regression]:
    """In which weeks it was better than usual: two at least, from one of the period on."""
    worse = worse_of(row)
    found = regressions(weeks_of(row), period, worse != "higher") if worse else []
    return [each for each in found if each.first != each.last and not each.began_before(period)]


def worse_of(row: Mapping[str, Any]) -> str:
    return row["worse"] or ("lower" if row["metric"] in BETTER else WORSE.get(row["unit"], ""))


def weeks_of(row: Mapping[str, Any]) -> list[Week]:
    known = [each for each in row["weeks"] if each[1] is not None]
    return [Week(date.fromisoformat(day), value, days) for day, value, days in known]


def _of_groups(section: Section, facts: Facts, period: Period, groups: Sequence[str]) -> None:
    rows = [row for row in facts["metrics"]["metrics"] if row["group"] in groups]
    measured = [row for row in rows if row["value"] is not None]
    found = {row["metric"]: found_regressions(row, period) for row in measured}
    for row in measured:
        _tell(section, row, found[row["metric"]], period)
    charted = sorted(measured, key=lambda row: _interest(row, found[row["metric"]], groups))
    for row in charted[:MOST_CHARTS]:
        _chart(section, row, found[row["metric"]], period)
    by_group = sorted(measured, key=lambda row: groups.index(row["group"]))
    section.tables.append(_table("All figures", by_group, period))
    _say_missing(section, rows, period)


def _interest(
    row: Mapping[str, Any], found: Sequence[Regression], groups: Sequence[str]
) -> tuple[bool, bool, int]:
    return (not found, not row["limit"], groups.index(row["group"]))


def _tell(section: Section, row: Mapping[str, Any], found: Sequence[Regression], period: Period) -> None:
    for each in found:
        _tell_worse(section, row, each, period)
    for each in improvements(row, period):
        _tell_better(section, row, each, period)
    if row["days_over"]:
        days = f"{row['limit']} {row['unit']} on {row['days_over']} of {row['days']} days"
        text = f"{row['title']} was {days} (the day's median)."
        topic, item = "Beyond its threshold by the day's median", f"{row['title']} {days}"
        section.found(Verdict.WARNING, 66, text, SOURCE, topic, item)
        section.say(text, SOURCE)


def _tell_worse(section: Section, row: Mapping[str, Any], found: Regression, period: Period) -> None:
    figures, text = _in_figures(row, found), _told(row, found, period, "worse")
    # Where nothing was usual, any failure at all is a rise: it is told, and is no catastrophe.
    is_much = not found.began_before(period) and abs(found.percent or 0) >= MUCH_WORSE
    weight = (88 if row["limit"] else 72) if found.percent else 60
    topic = f"Became worse in {began(found, period)}"
    item = f"{row['title']}: {figures}{lasting(found, period)}"
    section.found(Verdict.CRITICAL if is_much else Verdict.WARNING, weight, text, SOURCE, topic, item)
    section.say(text, SOURCE)


def _tell_better(section: Section, row: Mapping[str, Any], found: Regression, period: Period) -> None:
    text = _told(row, found, period, "better")
    item = f"{row['title']}: {_in_figures(row, found)}{lasting(found, period)}"
    section.found(Verdict.OK, HELPED, text, SOURCE, f"Became better in {began(found, period)}", item)
    section.say(text, SOURCE)


def _told(row: Mapping[str, Any], found: Regression, period: Period, how: str) -> str:
    which = "the week's mean" if found.first == found.last else "the first week's mean"
    span = f"{in_words(found, period)}{not_over(found, period)}"
    return f"{row['title']} was {how} {span}: {_in_figures(row, found)}, {which}."


def _in_figures(row: Mapping[str, Any], found: Regression) -> str:
    """Joined by commas, so that each of them is read by itself in another language."""
    change = f" ({percent_in_words(found.percent)})" if found.percent is not None else ""
    return f"{short(found.first.value)} {row['unit']}, {_usually(found)}{change}"


def _usually(found: Regression) -> str:
    return f"usually {short(found.usual)}"


def _chart(section: Section, row: Mapping[str, Any], found: Sequence[Regression], period: Period) -> None:
    weeks = weeks_of(row)
    if len(weeks) < 2 or not any(week.value for week in weeks):
        return
    worse = [w.monday for w in weeks for each in found if each.first.monday <= w.monday <= each.last.monday]
    unit = f"{row['unit']} a day" if row["is_count"] else row["unit"]
    drawn = report_charts.bars(row["title"], unit, weeks, period, worse, row["limit_value"])
    section.charts.append(Chart(drawn, SOURCE))


def _table(title: str, rows: Sequence[Mapping[str, Any]], period: Period) -> Table:
    heads = ("Metric", "Group", "Mean", "Before", "Change", "Lowest", "Highest", "Days over")
    return Table(
        title,
        heads,
        [_row(row, period) for row in rows],
        SOURCE,
        "Nothing was measured.",
        range(2, 8),
        (29, 12, 16, 11, 8, 8, 8, 8),
    )


def _row(row: Mapping[str, Any], period: Period) -> list[object]:
    why = not_compared(row["days"], period.days, row["before_days"], period.before.days)
    percent = None if why else Figure(row["title"], row["value"], row["unit"], row["before"]).percent
    unit = f"{row['unit']} a day" if row["is_count"] else row["unit"]
    return [
        row["title"],
        row["group"],
        f"{short(row['value'])} {unit}",
        short(row["before"]) if not why else "not compared",
        percent_in_words(percent) if percent is not None else "",
        short(row["minimum"]),
        short(row["maximum"]),
        row["days_over"] if row["limit"] else "",
    ]


def _say_missing(section: Section, rows: Sequence[Mapping[str, Any]], period: Period) -> None:
    for row in rows:
        if row["value"] is None:
            section.missing.append((row["title"], row["reason"] or "no day of it was kept in the period"))
    short_of = [row for row in rows if row["value"] is not None and row["days"] < ENOUGH * period.days]
    if short_of:
        least, most = min(row["days"] for row in short_of), max(row["days"] for row in short_of)
        between = f"{least}" if least == most else f"{least} to {most}"
        names = f"{len(short_of)} metrics of the section {section.title}"
        section.missing.append((names, f"{between} of {period.days} days measured, so they are not compared"))
