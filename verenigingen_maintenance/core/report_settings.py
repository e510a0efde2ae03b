"""The configuration documentation: thresholds with their history, people, schedules, versions."""

from __future__ import annotations

from .report_parts import Facts, Section, Table
from .report_periods import Period
from .report_work import changes_table
from .verdicts import Verdict
from .wording import some


def checks(section: Section, facts: Facts, period: Period) -> None:
    """Each check with its thresholds and the version of them."""
    rows = [
        [
            f"{row['title']} ({row['name']})",
            row["warning"] or "",
            row["critical"] or "",
            row["clear"] or "",
            row["unit"] or "",
            f"{row['breaches'] or 1}/{row['clears'] or 1}",
            row["version"],
            _state(row),
        ]
        for row in facts["configuration"]["checks"]
    ]
    heads = ("Check", "WARNING", "CRITICAL", "Over when", "Unit", "In a row", "Version", "State")
    section.tables.append(
        Table("", heads, rows, "configuration.checks", widths=(33, 10, 10, 9, 12, 7, 8, 11))
    )
    section.say(
        "“In a row” is how many measurements make a breach, and how many end it.", "configuration.checks"
    )


def _state(row: Facts) -> str:
    if not row["enabled"]:
        return "off"
    if row["not_applicable"]:
        return "not applicable"
    return "live" if row["live"] else "in runs"


def history(section: Section, facts: Facts, period: Period) -> None:
    """What was changed of the checks in the period."""
    told = facts["configuration"]
    section.tables.append(changes_table(told, "", "configuration.changes"))
    if told["changes"]:
        names = some(list(dict.fromkeys(row["check"] for row in told["changes"])))
        text = f"{len(told['changes'])} changes of thresholds or parameters in the period: {names}."
        section.found(Verdict.OK, 50, text, "configuration.changes")


def differences(section: Section, facts: Facts, period: Period) -> None:
    """What is set otherwise than the runbook ships it, and what is still to be filled in."""
    told = facts["configuration"]
    heads = ("Document", "Field", "Shipped", "Set")
    section.tables.append(
        Table(
            "",
            heads,
            told["differs"],
            "configuration.differs",
            "Everything is as the runbook ships it.",
            widths=(36, 20, 22, 22),
        )
    )
    section.found(
        Verdict.OK,
        40,
        f"{len(told['differs'])} settings differ from what the runbook ships.",
        "configuration.differs",
    )
    rows = [[each] for each in told["to_fill"]]
    section.tables.append(
        Table("Still to fill in or decide", ("What",), rows, "configuration.to_fill", "Nothing.")
    )
    if rows:
        section.found(
            Verdict.WARNING,
            60,
            f"Still to be filled in or decided: {len(rows)}, first of all: {told['to_fill'][0]}.",
            "configuration.to_fill",
        )


def people(section: Section, facts: Facts, period: Period) -> None:
    """Levels of escalation, contacts and targets."""
    told, source = facts["configuration"], "configuration.people"
    levels = [
        [
            row["level"],
            row["title"],
            row["contact"] or "",
            row["role"] or "",
            f"{row['response_in_hours'] or 0} / {row['response_after_hours'] or 0} h",
            f"{row['grace_minutes'] or 0} min",
            row["phone"] or "",
        ]
        for row in told["levels"]
    ]
    heads: tuple[str, ...] = (
        "Level",
        "Title",
        "Contact",
        "Role",
        "Answer in / after hours",
        "Next level after",
        "Telephone",
    )
    section.tables.append(
        Table("Levels of escalation", heads, levels, source, "None.", widths=(7, 17, 24, 20, 12, 9, 11))
    )
    contacts = [
        [
            row["name"],
            row["full_name"] or "",
            row["phone"] or "",
            row["email"] or "",
            "yes" if row["around_the_clock"] else "",
        ]
        for row in told["contacts"]
    ]
    heads = ("Contact", "Name", "Telephone", "E-mail", "Around the clock")
    section.tables.append(
        Table("Emergency contacts", heads, contacts, source, "None.", widths=(24, 20, 16, 27, 13))
    )
    targets = [
        [row["title"], "on" if row["enabled"] else "off", row["from_level"] or "", row["hours"] or ""]
        for row in told["targets"]
    ]
    section.tables.append(
        Table("Notification targets", ("Target", "State", "From level", "Hours"), targets, source, "None.")
    )


def schedules(section: Section, facts: Facts, period: Period) -> None:
    """When each procedure is due, and when the app's jobs run."""
    told, source = facts["configuration"], "configuration.schedules"
    rows = [
        [
            row["name"],
            row["cadence"],
            row["window"] if row["enabled"] else "off",
            f"{row['document_version'] or ''} ({row['version']})",
            row["approver_title"] or "",
            row["next_review"],
        ]
        for row in told["procedures"]
    ]
    heads: tuple[str, ...] = ("Procedure", "Cadence", "Window", "Version", "Approved by", "Next review")
    section.tables.append(Table("Procedures", heads, rows, source, "None.", widths=(25, 12, 25, 11, 15, 12)))
    jobs = [
        [row["job"], row["when"], row["last"] or "never", "stopped" if row["stopped"] else ""]
        for row in told["jobs"]
    ]
    section.tables.append(
        Table(
            "Jobs of the scheduler",
            ("Job", "When", "Ran last", "State"),
            jobs,
            source,
            "None.",
            widths=(48, 20, 20, 12),
        )
    )


def metrics(section: Section, facts: Facts, period: Period) -> None:
    """What is sampled, how often, and the limit that forecasts look out for."""
    rows = [
        [
            row["title"],
            row["name"],
            row["unit"] or "",
            f"{row['every_minutes']} min" if row["every_minutes"] else "each round",
            row["capacity_limit"] or "",
            "" if row["enabled"] else "off",
        ]
        for row in facts["configuration"]["metrics"]
    ]
    heads = ("Metric", "Source", "Unit", "How often", "Limit", "State")
    section.tables.append(Table("", heads, rows, "configuration.metrics", widths=(31, 28, 14, 11, 10, 6)))


def settings(section: Section, facts: Facts, period: Period) -> None:
    """Maintenance Settings, without what is secret."""
    section.tables.append(
        Table(
            "",
            ("Setting", "Value"),
            facts["configuration"]["settings"],
            "configuration.settings",
            widths=(60, 40),
        )
    )


def stack(section: Section, facts: Facts, period: Period) -> None:
    """Versions of what the site runs on."""
    section.tables.append(
        Table("", ("What", "Version"), facts["stack"]["versions"], "stack.versions", widths=(50, 50))
    )
