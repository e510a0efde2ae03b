"""Drafts the review of an incident from what was recorded: nothing of it is written, and nobody is blamed.

The names of people stand in the timeline, in its column By, and with the measures they took on; nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import cint, getdate

from verenigingen_maintenance.core import (
    incident_captures,
    incident_minutes,
    incident_narrative,
    incident_times,
)
from verenigingen_maintenance.core.incident_changed import changed
from verenigingen_maintenance.core.incident_factors import Evidence, Happened, factors, in_order
from verenigingen_maintenance.core.incident_minutes import Answer
from verenigingen_maintenance.core.redaction import redact
from verenigingen_maintenance.operations import run_actions, run_times
from verenigingen_maintenance.operations.run_actions import CLOSED, OPEN, REMOVED
from verenigingen_maintenance.sources import clock, incident_evidence, incident_rows

RUN, ITEM = "Checklist Run", "Checklist Run Item"
VERSION = 1  # of the data that is kept of a reviewed incident
WRITTEN = ("impact", "root_cause", "contributing_factors", "went_well", "went_badly", "lessons")
SEVEN_DAYS, HOUR = timedelta(days=7), timedelta(hours=1)
MOST_BEFORE, LONGEST = 60, 1500
TOLD = ("name", "title", "level", "status", "outcome", "went_up", "checks")


def draft(incident: Document, now: datetime) -> dict[str, Any]:
    """The whole review as plain data: what people wrote, what was recorded, what the rules make of it."""
    told = incident_rows.read({"name": incident.name})[0]
    moments, linked = told.moments, incident_rows.escalations([incident.name]).get(incident.name, [])
    taken = incident_rows.times(moments)
    minutes, from_when = _minutes(incident, moments)
    until = moments.mitigated or moments.resolved or min(moments.opened + HOUR, now)
    since = moments.began - SEVEN_DAYS
    before = in_order(incident_evidence.changed(moments.began, since))
    judged = _judged(moments, until, before, linked, taken, minutes)
    found = {
        **_head(incident),
        "began_at": clock.shown(moments.began),
        "opened_at": clock.shown(moments.opened),
        "reopened": moments.reopened,
        "times": [each.as_data() for each in taken],
        "minutes": minutes,
        "minutes_from": from_when,
        "compared": _compared(told, taken),
        "timeline": [_line(row) for row in incident.events],
        "captured": _captured(incident),
        "escalations": [_escalation(each) for each in linked],
        "actions": [_action(row) for row in incident.actions],
        "before": [_happened(each) for each in before[-MOST_BEFORE:]],
        **judged,
        "written": {field: incident.get(field) or "" for field in WRITTEN},
        "measures": measures(incident, now),
        "drafted_at": clock.shown(now),
        "version": VERSION,
    }
    return {
        **found,
        "summary": incident_narrative.summary(found),
        "questions": incident_narrative.questions(found),
    }


def measures(incident: Document, now: datetime) -> list[dict[str, Any]]:
    """The measures with their ToDos as they are now: state is Open, Closed, Cancelled or Removed."""
    states = run_actions.states_of(row.todo for row in incident.measures if row.todo)
    today = clock.stored(now).date()
    return [_measure(row, states.get(row.todo), today) for row in incident.measures]


def _measure(row: Document, todo: dict[str, Any] | None, today: Any) -> dict[str, Any]:
    due = getdate(todo["due"] if todo and todo["due"] else row.due_on)
    state = todo["state"] if todo else REMOVED
    return {
        **{"title": row.title, "kind": row.kind, "who": (todo or {}).get("allocated_to") or row.allocated_to},
        **{"due": str(due), "todo": row.todo, "state": state, "is_late": state == OPEN and due < today},
        "closed_at": str(todo["closed_at"].date())
        if todo and state == CLOSED and todo["closed_at"]
        else None,
    }


def _head(incident: Document) -> dict[str, Any]:
    fields = ("title", "status", "severity", "procedure", "trigger", "trigger_text", "impact", "resolution")
    return {
        "incident": incident.name,
        **{field: incident.get(field) or "" for field in fields},
        "is_drill": bool(cint(incident.is_drill)),
        "false_alarm": bool(cint(incident.false_alarm)),
        "run": incident.checklist_run or "",
        "site": frappe.local.site,
    }


def _judged(
    moments: Any, until: datetime, before: Sequence[Happened], linked: Sequence[Any], taken: Any, minutes: Any
) -> dict[str, Any]:
    hours = incident_evidence.hours(moments.began)
    near, not_sampled = incident_evidence.near(moments.began)
    evidence = Evidence(
        began=moments.began,
        until=until,
        happened=before,
        patterns=incident_evidence.patterns(moments.began, until),
        hours=hours,
        near=near,
        runs=incident_evidence.runs(moments.began),
        escalations=linked,
        times=taken,
        minutes=minutes,
    )
    missing = [*incident_evidence.missing(moments.began, hours), *not_sampled]
    return {"factors": factors(evidence), "not_looked_at": missing}


def _minutes(incident: Document, moments: Any) -> tuple[list[dict[str, Any]], str]:
    """Whether the groups of the run held their minutes, as its version of the procedure has them."""
    fields = ["task_group", "estimated"]
    groups = _rows("Checklist Run Time", incident.checklist_run, fields)
    given = [(row.task_group, cint(row.estimated)) for row in groups if row.task_group != run_times.FINDINGS]
    taken = incident_rows.command_taken(incident)
    began = clock.instant_after(taken, moments.opened) if taken else moments.opened
    if not given:
        return [], incident_minutes.NO_RUN
    from_when = "somebody took command" if taken else "it was opened: nobody took command"
    shown = f"{from_when}, {clock.stored(began):%Y-%m-%d %H:%M:%S}"
    return incident_minutes.held(given, _answers(incident.checklist_run), began, moments.opened), shown


def _answers(run: str) -> list[Answer]:
    fields = ["title", "task_group", "by_hand", "done_at", "observed_at", "verdict", "not_applicable"]
    rows = [row for row in _rows(ITEM, run, fields) if not row.not_applicable]
    return [Answer(row.title, row.task_group or "", incident_rows.answered_at(row)) for row in rows]


def _rows(doctype: str, run: str | None, fields: list[str]) -> list[Any]:
    filters = {"parent": run or "", "parenttype": RUN}
    return frappe.get_all(doctype, filters, fields, order_by="idx", limit=0)


def _compared(told: Any, taken: Sequence[incident_times.Time]) -> dict[str, Any]:
    """The times beside those of the last incidents (of a drill, drills) of the same procedure."""
    others = incident_rows.earlier(told)
    rows = incident_times.compared(taken, [incident_times.times(each.moments) for each in others])
    return {"with": [each.name for each in others], "rows": rows if others else []}


def _captured(incident: Document) -> dict[str, Any]:
    states = [incident_captures.read(row.state) for row in incident.captures]
    found = [
        {
            **{"at": str(row.captured_at), "why": row.why or "", "parts": incident_captures.titles(state)},
            "not_read": incident_captures.not_read(state),
        }
        for row, state in zip(incident.captures, states, strict=True)
    ]
    several = incident_captures.differences(states[0], states[-1]) if len(states) > 1 else []
    return {"captures": found, "differences": several}


def _line(row: Document) -> dict[str, str]:
    told = {"at": str(row.happened_at), "event": row.event or "", "what": row.note or ""}
    return {**told, "by": row.by_user or "", "source": row.source or ""}


def _escalation(each: Any) -> dict[str, Any]:
    fields = {"opened": "opened_at", "acknowledged": "acknowledged_at", "closed": "closed_at"}
    moments = {key: str(each[field] or "") for key, field in fields.items()}
    title = frappe.db.get_value("Escalation Level", each.level, "title") if each.level else ""
    return {**{key: each[key] for key in TOLD}, **moments, "level": title or each.level or ""}


def _action(row: Document) -> dict[str, str]:
    fields = ("action", "target", "outcome", "reason", "result", "command", "taken_back_by")
    texts = {field: redact(str(row.get(field) or ""))[:LONGEST] for field in fields}
    return {"at": str(row.asked_at), **texts, "changed": changed(row.before, row.after)}


def _happened(each: Happened) -> dict[str, str]:
    return {"at": clock.shown(each.at), "kind": each.kind, "what": each.what, "source": each.source}


def written(fields: Iterable[str]) -> list[str]:
    """The labels of some of the fields that people write."""
    meta = frappe.get_meta(incident_rows.INCIDENT)
    return [str(meta.get_label(field)) for field in fields]
