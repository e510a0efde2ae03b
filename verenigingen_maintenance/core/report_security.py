"""What a report says of security: what changed first, then what was found, the worst first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .report_parts import Facts, Figure, Section, Table
from .report_periods import Period
from .security import SEVERITIES
from .verdicts import Verdict

FINDINGS, CHANGES = "security.findings", "security.changes"
JUDGED = {"Critical": (Verdict.CRITICAL, 92), "High": (Verdict.WARNING, 85)}


def security(section: Section, facts: Facts, period: Period) -> None:
    """The last assessment of the period."""
    told = facts["security"]
    if told["assessment"] is None:
        _not_assessed(section, told, period)
        return
    _head(section, told)
    _changes(section, told, period)
    _findings(section, told)
    section.missing += [(each["title"], each["reason"]) for each in told["not_measured"]]
    if told["not_measured"]:
        parts = ", ".join(dict.fromkeys(each["title"] for each in told["not_measured"]))
        section.found(Verdict.UNKNOWN, 80, f"Of security was not measured, or not all: {parts}.", FINDINGS)


def _not_assessed(section: Section, told: Mapping[str, Any], period: Period) -> None:
    latest = f"the latest assessment is of {told['latest']}" if told["latest"] else "it never was"
    text = f"Security was not assessed in {period.label}: {latest}."
    section.found(Verdict.UNKNOWN, 96, text)
    section.missing.append(("Security", f"no assessment was made in the period; {latest}"))


def _head(section: Section, told: Mapping[str, Any]) -> None:
    made, before = told["assessment"], told["before"]
    beside = f", beside {before['name']} of {before['at'][:10]}" if before else ""
    text = f"{made['name']}, assessed at {made['at'][:16].replace('T', ' ')}{beside}: {told['verdict']}."
    section.say(text, FINDINGS)
    for severity in SEVERITIES:
        count = sum(each["severity"] == severity for each in told["findings"])
        section.figures.append(Figure(f"{severity} findings", count, "", source=FINDINGS))
    if not told["findings"]:
        section.found(Verdict.OK, 46, "The assessment of security found nothing.", FINDINGS)


def _changes(section: Section, told: Mapping[str, Any], period: Period) -> None:
    if told["changes"] is None:
        why = "there is no earlier assessment to compare with"
        section.missing.append(("What changed since the last quarter", why))
        return
    rows = [["more open" if each["is_worse"] else "", each["told"]] for each in told["changes"]]
    since = _since(told["before"], period)
    heads, title = ("", "What changed"), f"What changed since {since}"
    empty = "Nothing changed of what both assessments measured."
    section.tables.append(Table.cut(title, heads, rows, source=CHANGES, empty=empty, widths=(14, 86)))
    section.missing += [(f"Changes: {each['title']}", each["reason"]) for each in told["not_compared"]]
    for each in told["changes"]:
        if each["is_worse"]:
            text, topic = f"Since {since}: {each['told']}.", f"Security, since {since}"
            section.found(Verdict.WARNING, 87, text, CHANGES, topic, each["told"])


def _since(before: Mapping[str, str], period: Period) -> str:
    """The first quarter of all is compared with its own first assessment."""
    day = before["at"][:10]
    return "the last quarter" if day < str(period.begins) else day


def _findings(section: Section, told: Mapping[str, Any]) -> None:
    found = sorted(told["findings"], key=lambda each: SEVERITIES.index(each["severity"]))
    rows = [
        [each["severity"], each["title"], each["told"], each["remediation"], "new" if each["is_new"] else ""]
        for each in found
    ]
    heads = ("Severity", "Finding", "In detail", "What to do", "New")
    widths = (9, 21, 33, 31, 6)
    section.tables.append(
        Table.cut("Findings", heads, rows, source=FINDINGS, empty="Nothing was found.", widths=widths)
    )
    for each in found:
        if each["severity"] in JUDGED:
            verdict, weight = JUDGED[each["severity"]]
            topic = f"Security findings that are {each['severity']}"
            text = f"{topic}: {each['title']}."
            section.found(verdict, weight, text, FINDINGS, topic, each["title"])
