"""What a report says of the procedures themselves: versions, reviews, training and drills."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .report_parts import Facts, Section, Table
from .report_periods import Period
from .verdicts import Verdict
from .wording import some

VERSIONS, REVIEWS = "procedures.versions", "procedures.reviews"
TRAINING, DRILLS = "procedures.training", "procedures.drills"


def procedures(section: Section, facts: Facts, period: Period) -> None:
    """Who approved which version, what is to be reviewed, who was trained, and what was practised."""
    told = facts["procedures"]
    _versions(section, told)
    _reviews(section, told)
    _training(section, told)
    _drills(section, told)


def _versions(section: Section, told: Mapping[str, Any]) -> None:
    approved = [
        [each["name"], each["approved_at"], each["approved_by"], each["reason"]] for each in told["approved"]
    ]
    pending = [[each["name"], each["made_at"], each["made_by"], each["reason"]] for each in told["pending"]]
    widths = (26, 12, 24, 38)
    heads = ("Version", "Approved", "By", "What it changed")
    empty = "No version was approved in the period."
    section.tables += [
        Table.cut("Versions approved", heads, approved, source=VERSIONS, empty=empty, widths=widths),
        Table.cut(
            "Versions that wait for approval",
            ("Version", "Made", "By", "What it changes"),
            pending,
            source=VERSIONS,
            empty="None.",
            widths=widths,
        ),
    ]
    if pending:
        names = some([each["name"] for each in told["pending"]])
        text = f"Versions of procedures that nobody has approved: {len(pending)}: {names}."
        section.found(Verdict.WARNING, 52, text, VERSIONS)


def _reviews(section: Section, told: Mapping[str, Any]) -> None:
    done = [
        [each["day"], each["procedure"], each["by"], each["outcome"], each["note"]]
        for each in told["reviews"]
    ]
    due = [
        [each["procedure"], f"{each['day']}{', overdue' if each['is_overdue'] else ''}", each["because"]]
        for each in told["due"]
    ]
    section.tables += [
        Table.cut(
            "Reviews done",
            ("Day", "Procedure", "By", "Outcome", "Note"),
            done,
            source=REVIEWS,
            empty="No procedure was reviewed in the period.",
            widths=(12, 22, 20, 14, 32),
        ),
        Table.cut(
            "Reviews due until the end of the next period",
            ("Procedure", "Due", "Because"),
            due,
            source=REVIEWS,
            empty="None.",
            widths=(26, 22, 52),
        ),
    ]
    if overdue := [each["procedure"] for each in told["due"] if each["is_overdue"]]:
        text = f"Procedures whose review is due: {len(overdue)}: {some(overdue)}."
        section.found(Verdict.WARNING, 54, text, REVIEWS)


def _training(section: Section, told: Mapping[str, Any]) -> None:
    rows = [
        [
            f"{each['name']} ({each['status'].lower()})",
            each["led_by"],
            each["present"],
            each["confirmed"],
            each["access_problems"],
            each["practised"] or f"nothing: {each['not_practised_because'] or 'no reason given'}",
        ]
        for each in told["sessions"]
    ]
    section.tables.append(
        Table.cut(
            "Training",
            ("Session", "Led by", "There", "Confirmed", "Access problems", "Practised"),
            rows,
            source=TRAINING,
            empty="No training session was held in the period.",
            numbers=(2, 3, 4),
            widths=(22, 22, 9, 12, 11, 24),
        )
    )
    for each in told["sessions"]:
        if each["access_problems"]:
            text = f"{each['name']}: the access of {each['access_problems']} participants has problems."
            section.found(Verdict.WARNING, 56, text, TRAINING)
    if rows:
        present = sum(each["present"] for each in told["sessions"])
        confirmed = sum(each["confirmed"] for each in told["sessions"])
        text = f"Training sessions: {len(rows)}; {confirmed} of {present} who were there confirmed it."
        section.found(Verdict.OK, 34, text, TRAINING)
    else:
        section.found(Verdict.WARNING, 44, "No training session was held in the period.", TRAINING)


def _drills(section: Section, told: Mapping[str, Any]) -> None:
    rows = [[each["day"], each["what"], each["name"], each["status"].lower()] for each in told["drills"]]
    heads = ("Day", "What was practised", "Record", "State")
    empty = "Nothing was practised in the period."
    section.tables.append(
        Table.cut("Drills", heads, rows, source=DRILLS, empty=empty, widths=(12, 44, 30, 14))
    )
