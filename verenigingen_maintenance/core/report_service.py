"""What a report says of promises, compliance and alerts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from . import report_charts
from .alert_wording import in_minutes
from .report_parts import Chart, Facts, Figure, Section, Table, not_compared, short
from .report_periods import Period
from .report_weeks import of_days
from .thresholds import Limit
from .verdicts import Verdict

PROMISES, MONTHS = "service.promises", "service.months"
ALERTS, ASSESSMENTS, GAPS = "alerts.alerts", "compliance.assessments", "compliance.gaps"
POINTS_LOST, MUCH_NOISE = 5, 50
ALERTED, COMPLIANCE = "Alerts", "Compliance"
HIGHEST = "Reached level 3 or above"


def service(section: Section, facts: Facts, period: Period) -> None:
    """What became of each promise."""
    told = facts["service"]
    before = {(row["title"], row["span"]): row for row in told["before"]}
    rows = []
    for row in told["figures"]:
        earlier = before[(row["title"], row["span"])]
        rows.append(
            [_named(row), row["target"], row["value"], earlier["value"], row["verdict"], row["detail"]]
        )
        _judge(section, row)
    heads = ("Promise", "Promised", "Came", "Before", "Verdict", "In detail")
    section.tables.append(Table("", heads, rows, PROMISES, widths=(22, 11, 13, 13, 11, 30)))
    if len(told["months"]) > 1:
        months = [[row["name"], f"{row['availability']}", row["verdict"]] for row in told["months"]]
        section.tables.append(Table("By month", ("Month", "Available", "Verdict"), months, MONTHS))
    if all(row["verdict"] == "OK" for row in told["figures"]):
        section.found(Verdict.OK, 45, f"All {len(rows)} promises of the service levels were kept.", PROMISES)


def _judge(section: Section, row: Mapping[str, Any]) -> None:
    if row["verdict"] == Verdict.UNKNOWN.value:
        section.unmeasured(_named(row), row["detail"].rstrip("."))
    elif row["verdict"] != Verdict.OK.value:
        text = f"Missed: {_named(row)}: {row['value']}, promised {row['target']} ({row['detail']})."
        item = f"{_named(row)} {row['value']}, promised {row['target']}"
        section.found(Verdict(row["verdict"]), 86, text, PROMISES, "Missed promises", item)
        section.say(text, PROMISES)


def _named(row: Mapping[str, Any]) -> str:
    return f"{row['title']}, {row['span']}" if row["span"] else str(row["title"])


# --- alerts


def alerts(section: Section, facts: Facts, period: Period) -> None:
    """How many, what they were, and how long people took."""
    told = facts["alerts"]
    if not told["watched_days"]:
        section.unmeasured("Alerts", "nothing was watched in the period")
        return
    why = not_compared(told["watched_days"], period.days, told["watched_days_before"], period.before.days)
    before = None if why else told["before"]
    section.figures += [_figure(each, told, before, why) for each in FIGURES]
    for title, key in (
        ("Until acknowledged, middle", "time_to_acknowledge"),
        ("Until resolved, middle", "time_to_resolve"),
    ):
        times = [in_minutes(each[key]["median"]) if each else None for each in (told, before)]
        reason = why if times[0] is not None else "none was"
        section.figures.append(Figure(title, times[0], "min", times[1], ALERTS, "higher", reason))
    heads = ("Subject", "Alerts", "Real", "No action or nobody", "False", "Came back", "Open")
    subjects = sorted(told["by_subject"], key=lambda row: (-row["alerts"], row["name"]))
    rows = [
        [
            row["name"],
            row["alerts"],
            row["real"],
            row["no_action_needed"] + row["nobody_acted"],
            row["false_positive"],
            row["came_back"],
            row["open"],
        ]
        for row in subjects
    ]
    section.tables.append(
        Table.cut(
            "By subject",
            heads,
            rows,
            source=ALERTS,
            empty="No alert was opened.",
            numbers=(1, 2, 3, 4, 5, 6),
            widths=(34, 10, 10, 18, 9, 11, 8),
        )
    )
    _open_ones(section, told)
    section.missing += [("Of the alerts", each) for each in told["missing"]]
    is_whole = told["watched_days"] >= period.days
    if not is_whole:
        days = f"{told['watched_days']} of {period.days} days were watched"
        section.missing.append(("Alerts of some days", days))
    _facts_of_alerts(section, told, is_whole)


FIGURES = (
    ("Alerts", "alerts", "alerts", "higher"),
    ("Real ones", "real", "alerts", ""),
    ("False positives", "false_positive", "alerts", "higher"),
    ("Nobody acted", "nobody_acted", "alerts", "higher"),
    ("Answered late", "answered_late", "alerts", "higher"),
    ("Came back", "came_back", "alerts", "higher"),
    ("Open still", "open", "alerts", "higher"),
)


def _figure(
    each: Sequence[str], told: Mapping[str, Any], before: Mapping[str, Any] | None, why: str
) -> Figure:
    title, key, unit, worse = each
    return Figure(title, told[key], unit, before[key] if before else None, ALERTS, worse, why)


def _open_ones(section: Section, told: Mapping[str, Any]) -> None:
    rows = [
        [row["name"], row["title"], row["level"], row["status"], row["opened"][:10]]
        for row in told["still_open"]
    ]
    heads = ("Escalation", "What", "Level", "Status", "Opened")
    section.tables.append(
        Table.cut(
            "Open still", heads, rows, source=ALERTS, empty="None of them.", widths=(17, 45, 12, 14, 12)
        )
    )
    if told["open_from_before"]:
        section.say(f"{told['open_from_before']} more are open from before the period.", ALERTS)


def _highest(section: Section, told: Mapping[str, Any]) -> None:
    """What went far up: the first two in words, of the others how many."""
    for row in told["highest"][:2]:
        item = f"{row['title']} reached {row['level']} on {row['opened'][:10]} ({row['name']})"
        section.found(Verdict.WARNING, 82, f"{item}.", ALERTS, ALERTED, item)
    if more := len(told["highest"][2:]):
        item = f"{more} more reached level 3 or above"
        section.found(Verdict.WARNING, 81, f"{item}.", ALERTS, ALERTED, item)
    if told["highest"]:
        heads = ("Escalation", "What", "Level", "Opened")
        rows = [[row["name"], row["title"], row["level"], row["opened"][:10]] for row in told["highest"]]
        widths = (17, 45, 24, 14)
        section.tables.append(Table.cut(HIGHEST, heads, rows, source=ALERTS, widths=widths))


def _facts_of_alerts(section: Section, told: Mapping[str, Any], is_whole: bool) -> None:
    _highest(section, told)
    if told["open"]:
        names = ", ".join(f"{row['name']} {row['title']}" for row in told["still_open"][:2])
        item = f"open still: {told['open']}, {names}"
        text = f"Escalations of the period that are open still: {told['open']}: {names}."
        section.found(Verdict.WARNING, 68, text, ALERTS, ALERTED, item)
    if told["answered_late"]:
        text = f"Alerts that nobody answered in time: {told['answered_late']} of {told['alerts']}."
        item = f"not answered in time: {told['answered_late']} of {told['alerts']}"
        section.found(Verdict.WARNING, 67, text, ALERTS, ALERTED, item)
    noise = told["false_positive"] + told["no_action_needed"] + told["nobody_acted"]
    decided = told["alerts"] - told["open"]
    if decided >= 5 and 100 * noise >= MUCH_NOISE * decided:
        item = f"asked for no action: {noise} of {decided} that were decided"
        text = f"{noise} of {decided} decided alerts asked for no action."
        section.found(Verdict.WARNING, 50, text, ALERTS, ALERTED, item)
    if not told["alerts"]:
        if is_whole:
            section.found(Verdict.OK, 20, "No escalation was opened.", ALERTS)
    elif not told["open"] and not told["answered_late"]:
        section.found(
            Verdict.OK, 30, f"All {told['alerts']} alerts were answered in time and are closed.", ALERTS
        )


# --- compliance


def compliance(section: Section, facts: Facts, period: Period) -> None:
    """Scores beside those of the period before, and what opened and closed."""
    told = facts["compliance"]
    last, before = told["last"], told["before"]
    if last is None:
        section.unmeasured("Compliance", "no day of the period was assessed")
    else:
        _scores(section, told, last, before, period)
        _gaps(section, told)


def _scores(
    section: Section,
    told: Mapping[str, Any],
    last: Mapping[str, Any],
    before: Mapping[str, Any] | None,
    period: Period,
) -> None:
    earlier = before["score"] if before else None
    why = "" if before else "not compared: nothing was assessed in the period before"
    why = why if last["score"] is not None else f"not measured: {last['measured']}"
    section.figures.append(Figure("Compliance score", last["score"], "%", earlier, ASSESSMENTS, "lower", why))
    if last["score"] is None:
        section.unmeasured("Compliance score", last["measured"])
    section.missing += [
        (f"Compliance: {area['title']}", area["told"])
        for area in last["areas"]
        if area["verdict"] == Verdict.UNKNOWN.value
    ]
    if told["assessed_days"] < period.days:
        days = f"{told['assessed_days']} of {period.days} days"
        section.missing.append(("Compliance of some days", f"{days} were assessed"))
    known = {area["area"]: area["score"] for area in before["areas"]} if before else {}
    rows = [
        [
            area["title"],
            short(area["score"]) or "not measured",
            short(known.get(area["area"])),
            area["verdict"],
            area["told"],
        ]
        for area in last["areas"]
    ]
    heads = ("Area", "Score %", "Before", "Verdict", "What was found")
    section.tables.append(
        Table(
            f"Areas on {last['day']}", heads, rows, ASSESSMENTS, numbers=(1, 2), widths=(20, 10, 10, 12, 48)
        )
    )
    by_day = {date.fromisoformat(day): float(score) for day, score in told["scores"]}
    weeks = of_days(by_day, period.mondays, is_count=False)
    if len(weeks) > 1:
        drawn = report_charts.bars("Compliance score", "%", weeks, period)
        section.charts.append(Chart(drawn, ASSESSMENTS))
    _judge_score(section, told, last["score"], earlier)


def _judge_score(
    section: Section, told: Mapping[str, Any], score: float | None, earlier: float | None
) -> None:
    if score is None:
        return
    if told["target"] and Limit.parse(told["target"]).is_breached_by(score):
        text = f"The compliance score is {short(score)} %; it is a WARNING where it is {told['target']} %."
        item = f"its score is {short(score)} %, a WARNING where it is {told['target']} %"
        section.found(Verdict.WARNING, 74, text, ASSESSMENTS, COMPLIANCE, item)
    else:
        section.found(Verdict.OK, 35, f"The compliance score is {short(score)} %.", ASSESSMENTS)
    if earlier is not None and earlier - score > POINTS_LOST:
        item = f"lost {short(earlier - score)} points, to {short(score)} %"
        text = f"The compliance score {item}."
        section.found(Verdict.CRITICAL, 80, text, ASSESSMENTS, COMPLIANCE, item)
    elif earlier is not None and score - earlier > POINTS_LOST:
        text = f"The compliance score won {short(score - earlier)} points, to {short(score)} %."
        section.found(Verdict.OK, 62, text, ASSESSMENTS)
    elif lost := lost_between(told["scores"], POINTS_LOST):
        points, day, lowest = lost
        over = "won back by the end of the period" if score - lowest > points / 2 else "not won back"
        item = f"lost {short(points)} points by {day}, to {short(lowest)} %, {over}"
        text = f"The compliance score {item}."
        section.found(Verdict.WARNING, 80, text, ASSESSMENTS, COMPLIANCE, item)
        section.say(text, ASSESSMENTS)


def lost_between(scores: Sequence[tuple[str, float]], points: float) -> tuple[float, str, float] | None:
    """The most that was lost from a day to a later one, where that is more than `points`: how much, the day
    on which it was lost, and the score then."""
    found, highest = None, 0.0
    for day, score in scores:
        highest = max(highest, score)
        lost = highest - score
        if lost > max(points, found[0] if found else 0.0):
            found = (lost, day, score)
    return found


def _gaps(section: Section, told: Mapping[str, Any]) -> None:
    critical = [gap for gap in told["opened"] if gap["severity"] == "Critical"]
    for gap in critical:
        told_as = f"{gap['title']} ({gap['found']} found)"
        text = f"New critical compliance gap of {gap['opened_at']}: {told_as}."
        item = f"{told_as} of {gap['opened_at']}"
        section.found(Verdict.CRITICAL, 83, text, GAPS, "New critical compliance gaps", item)
    section.figures += [
        Figure("Gaps opened", len(told["opened"]), "gaps", source=GAPS),
        Figure("of them critical", len(critical), "gaps", source=GAPS),
        Figure("Gaps closed", len(told["closed"]), "gaps", source=GAPS),
        Figure("Gaps open", len(told["open"]), "gaps", source=GAPS),
    ]
    rows = [
        [gap["title"], gap["severity"], gap["found"], gap["opened_at"], gap["remediation"] or ""]
        for gap in told["open"]
    ]
    heads = ("Gap", "Severity", "Found", "Open since", "What to do")
    section.tables.append(
        Table.cut(
            "Open gaps",
            heads,
            rows,
            source=GAPS,
            empty="No gap is open.",
            numbers=(2,),
            widths=(30, 10, 8, 12, 40),
        )
    )
