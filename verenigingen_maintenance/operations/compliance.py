"""Assesses compliance: reads each control by itself, within a time limit, and stores what was found.

One document for each day, made anew until midnight; and a gap for each control that was ever broken.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime

import frappe

from verenigingen_maintenance.core.compliance import (
    Area,
    Assessment,
    Control,
    Found,
    NotHere,
    Outcome,
    Unmeasured,
)
from verenigingen_maintenance.core.verdicts import worst
from verenigingen_maintenance.operations import compliance_gaps, measure, records
from verenigingen_maintenance.operations.seed import read_runbook
from verenigingen_maintenance.operations.transactions import commit, lock
from verenigingen_maintenance.sources import clock, controls

ASSESSMENT, RUNBOOK = "Compliance Assessment", "compliance.yaml"
SECONDS = 60
KINDS = (Found, Unmeasured, NotHere)


def assess(now: datetime) -> str | None:
    """Assesses all areas and stores it; returns the assessment's name, or None while another one does so.

    Reading comes first and takes the time; what it found is written in one transaction.
    """
    with lock("compliance") as held:
        if not held:
            return None
        started = time.monotonic()
        found = read(now)
        commit()
        compliance_gaps.note(found.areas, now)
        name = _store(found, time.monotonic() - started, now)
        commit()
    return name


def read(now: datetime) -> Assessment:
    """What the controls are now. Each area has a thread and a connection of its own."""
    runbook = read_runbook(RUNBOOK)
    asked = {area: _controls(area, entry) for area, entry in runbook.items()}
    groups = [{key: _found_when_read(key) for key in each} for each in asked.values()]
    answers = measure.ask_all(groups, now, SECONDS, KINDS)
    return Assessment([_area(area, runbook[area]["title"], asked[area], answers) for area in runbook])


def _controls(area: str, entry: Mapping) -> dict[str, Control]:
    found = {f"{area}.{name}": control for name, control in entry["controls"].items()}
    return {key: Control(key, **control) for key, control in found.items()}


def _found_when_read(key: str) -> Callable[[datetime], object]:
    """A function that is not there, or whose file breaks, fails like one that raises: alone."""
    return lambda now: controls.find(key)(now)


def _area(key: str, title: str, asked: Mapping[str, Control], answers: Mapping[str, object]) -> Area:
    return Area(key, title, [Outcome.of_answer(control, answers[name]) for name, control in asked.items()])


def _store(found: Assessment, seconds: float, now: datetime) -> str:
    """Today's document, made or made anew."""
    moment = clock.stored(now)
    name = f"COMPLIANCE-{moment:%Y-%m-%d}"
    if not frappe.db.exists(ASSESSMENT, name):
        day = {"name": name, "day": moment.date(), "first_at": moment}
        records.insert(frappe.get_doc({"doctype": ASSESSMENT, **day}))
    document = frappe.get_doc(ASSESSMENT, name, for_update=True)
    document.update({"assessed_at": moment, "seconds": round(seconds, 2), **_figures(found)})
    document.set("areas", [_row(area) for area in found.areas])
    records.write(document)
    return name


def _figures(found: Assessment) -> dict:
    verdicts = [area.verdict for area in found.areas if area.verdict]
    return {
        "score": _shown(found.score),
        "verdict": worst(verdicts).value,
        "measured": found.in_words,
        "areas_with_error": sum(area.has_failed for area in found.areas),
        **compliance_gaps.counts(),
    }


def _row(area: Area) -> dict:
    return {
        "area": area.key,
        "title": area.title,
        "score": _shown(area.score),
        "verdict": area.verdict.value if area.verdict else "Not applicable",
        "measured": f"{len(area.measured)} of {len(area.applicable)}",
        "told": area.in_words,
        "controls": json.dumps([_control(each) for each in area.outcomes], indent=1, default=str),
    }


def _control(outcome: Outcome) -> dict:
    control = outcome.control
    return {
        **{"key": control.key, "title": control.title, "severity": control.severity},
        **{"regulatory": control.regulatory, "state": outcome.state.value, "told": outcome.told},
        **{"count": outcome.count, "of": outcome.of, "met": outcome.met, "failed": outcome.failed},
        "evidence": dict(outcome.evidence),
    }


def _shown(score: float | None) -> str:
    """A score as text, because a number could not be left empty."""
    return "" if score is None else f"{score:.2f}"
