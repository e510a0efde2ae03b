"""What a report says of incidents: which there were, how long they took, and what of them is not done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .alert_wording import in_minutes
from .incident_times import TITLES
from .report_parts import Facts, Figure, Section, Table, not_compared
from .report_periods import Period
from .verdicts import Verdict
from .wording import age_in_words, some

INCIDENTS, REVIEWS = "incidents.incidents", "incidents.reviews"
NONE = "No incident was opened in the period."


def incidents(section: Section, facts: Facts, period: Period) -> None:
    """The real ones count; drills and false alarms stand beside them in the table."""
    told = facts["incidents"]
    real = [each for each in told["incidents"] if not each["is_drill"] and not each["false_alarm"]]
    _figures(section, told, period, len(real))
    _table(section, told)
    _not_done(section, told)
    for each in real:
        _judge(section, each)
    if not real and told["watched_days"] >= period.days:
        section.found(Verdict.OK, 40, NONE, INCIDENTS)


def _figures(section: Section, told: Mapping[str, Any], period: Period, real: int) -> None:
    why = not_compared(told["watched_days"], period.days, told["watched_days_before"], period.before.days)
    before: Mapping[str, Any] = {} if why else told["before"]
    count = Figure("Incidents", real, "incidents", before.get("incidents"), INCIDENTS, "higher", why)
    section.figures.append(count)
    for key, (title, since) in TITLES.items():
        value, earlier = in_minutes(told["middle"][key]), in_minutes(before.get(key))
        note = f"from {since}" if value is not None else "not known of any"
        section.figures.append(Figure(f"{title}, middle", value, "min", earlier, INCIDENTS, "higher", note))


def _table(section: Section, told: Mapping[str, Any]) -> None:
    rows = [
        [
            each["day"],
            f"{each['name']} {each['title']}",
            _kind(each),
            *(_time(each["times"][key]) for key in TITLES),
            f"{each['status']}{', reopened' if each['reopened'] else ''}",
        ]
        for each in told["incidents"]
    ]
    heads = ("Day", "Incident", "Kind", "Detected", "Acknowledged", "Mitigated", "Resolved", "State")
    widths = (11, 25, 11, 11, 11, 11, 10, 10)
    empty = "None was opened in the period."
    section.tables.append(
        Table.cut("Incidents and drills", heads, rows, source=INCIDENTS, empty=empty, widths=widths)
    )


def _kind(each: Mapping[str, Any]) -> str:
    return "Drill" if each["is_drill"] else "False alarm" if each["false_alarm"] else each["severity"]


def _time(time: Mapping[str, Any]) -> str:
    late = ", late" if time["held"] is False else ""
    return f"{age_in_words(time['seconds']) or 'not known'}{late}"


def _judge(section: Section, each: Mapping[str, Any]) -> None:
    verdict = Verdict.CRITICAL if each["severity"] == "Critical" else Verdict.WARNING
    what, took = f"{each['title'] or each['procedure']} ({each['name']})", each["times"]["resolve"]
    how = f"resolved after {age_in_words(took['seconds'])}" if took["seconds"] is not None else took["why"]
    item = f"{what}, {how}"
    section.found(verdict, 88, f"Incident: {item}.", INCIDENTS, "Incidents", item)
    section.say(f"{each['severity']}: {item}.", INCIDENTS)


def _not_done(section: Section, told: Mapping[str, Any]) -> None:
    if waiting := told["not_reviewed"]:
        text = f"Incidents that nobody has reviewed: {some(waiting)}."
        section.found(Verdict.WARNING, 58, text, REVIEWS)
        section.say(text, REVIEWS)
    if late := told["late_measures"]:
        titles = some([f"{each['title']} ({each['incident']})" for each in late])
        text = f"Measures after incidents that are overdue: {titles}."
        section.found(Verdict.WARNING, 59, text, REVIEWS)
        section.say(text, REVIEWS)
