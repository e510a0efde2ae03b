"""What the form of an incident and a shell show of it: the clock, the next step, whom to call."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, get_datetime

from verenigingen_maintenance.core import call_list, incident_messages
from verenigingen_maintenance.core.incident_captures import differences, read
from verenigingen_maintenance.core.incident_clock import Step, next_step, phases
from verenigingen_maintenance.operations import emergency_contacts, incident_action_left, incident_steps
from verenigingen_maintenance.operations.escalation_steps import ESCALATION
from verenigingen_maintenance.operations.incidents import INCIDENT, IS_ONGOING
from verenigingen_maintenance.operations.language import said
from verenigingen_maintenance.operations.open_run import command_on_this_site
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.sources import clock, incident_rows

MOST = 20


def describe(name: str, now: datetime) -> dict[str, Any]:
    """Of one incident, as text: nothing of it is HTML.

    Keys: `incident`, `title`, `status`, `severity`, `is_drill`, `procedure`, `run`, `commander`, `minutes`
    (since it began), `phases` (as core.incident_clock gives them), `next` (the next step, or None),
    `escalations`, `still_paused`, `call`, `timeline`, `captured` (what was read first, and what is other
    since).
    """
    incident = find(name)
    found = phases(_groups(incident), steps(incident), _clock_begins(incident), now)
    step = next_step(found)
    return {
        **{"incident": incident.name, "title": incident.title, "status": incident.status},
        **{"severity": incident.severity, "is_drill": bool(cint(incident.is_drill))},
        **{"procedure": incident.procedure, "run": incident.checklist_run or None},
        **{"commander": incident.commander or None, "minutes": _minutes(incident, now)},
        "phases": [each.as_item() for each in found],
        "next": None if step is None else {**vars(step), "answered_at": None},
        "escalations": _escalations(incident),
        "still_paused": incident_action_left.still_paused(incident),
        "call": whom_to_call(),
        "timeline": _timeline(incident),
        "captured": _captured(incident),
    }


def _clock_begins(incident: Document) -> datetime:
    """The minutes are those of working through it: they begin when somebody takes command; until then, when
    it was opened."""
    return _instant(incident_rows.command_taken(incident) or incident.opened_at)


def find(name: str) -> Document:
    """An incident, to read. Raises frappe.DoesNotExistError."""
    if not incident_steps.exists(name):
        refuse(_("There is no incident {0}."), name, kind=frappe.DoesNotExistError)
    return frappe.get_doc(INCIDENT, name)


def ongoing() -> list[dict[str, Any]]:
    """The incidents that are not over, the latest first: `incident`, `title`, `status`, `severity`,
    `commander`, `opened_at`, `is_drill`."""
    fields = ["name as incident", "title", "status", "severity", "commander", "opened_at", "is_drill"]
    return frappe.get_all(INCIDENT, {"status": IS_ONGOING}, fields, order_by="opened_at desc", limit=MOST)


def message(name: str, now: datetime) -> dict[str, str]:
    """A text for those who ask, to be changed before it is sent: `subject` and `text`."""
    incident = find(name)
    acted = (row for row in incident.actions if not row.taken_back_by)
    done = [row.action for row in acted if incident_messages.was_done(row.outcome, row.result or "")]
    facts = incident_messages.Facts(
        **{"name": incident.name, "title": incident.title, "status": incident.status},
        **{"severity": incident.severity, "began_at": get_datetime(incident.began_at)},
        **{"commander": _full_name(incident.commander), "resolution": incident.resolution or ""},
        **{"actions": list(dict.fromkeys(done)), "is_drill": bool(cint(incident.is_drill))},
    )
    subject, text = incident_messages.draft(facts, now.astimezone(clock.zone()))
    return {"subject": said(subject), "text": said(text)}


def steps(incident: Document) -> list[Step]:
    """The rows of its run; before there is one, the tasks of its procedure."""
    if not incident.checklist_run:
        tasks = frappe.get_cached_doc(incident_steps.PROCEDURE, incident.procedure).tasks
        return [_of_task(task) for task in tasks]
    fields = ["task_group", "title", "instructions", "command", "changes_system", "done_at", "verdict"]
    fields += ["observed_at", "by_hand", "not_applicable"]
    filters = {"parent": incident.checklist_run, "not_applicable": 0}
    rows = frappe.get_all("Checklist Run Item", filters, fields, order_by="idx asc", limit=0)
    return [_of_row(row) for row in rows]


def _of_task(task: Document) -> Step:
    command = command_on_this_site(task) or ""
    return Step(task.task_group, task.title, task.instructions or "", command, bool(task.changes_system))


def _of_row(row: Any) -> Step:
    texts = (row.task_group, row.title, row.instructions or "", row.command or "")
    kind = {"changes_system": bool(row.changes_system), "by_itself": not row.by_hand}
    return Step(*texts, **kind, answered_at=incident_rows.answered_at(row))


def _groups(incident: Document) -> dict[str, int]:
    groups = frappe.get_cached_doc(incident_steps.PROCEDURE, incident.procedure).task_groups
    return {group.title: cint(group.minutes) for group in groups}


def _minutes(incident: Document, now: datetime) -> int:
    until = _instant(incident.resolved_at) if incident.resolved_at else now
    return max(round((until - _instant(incident.began_at)).total_seconds() / 60), 0)


def _escalations(incident: Document) -> list[dict[str, Any]]:
    fields = ["name", "title", "status", "level", "acknowledged_by"]
    filters = {"incident": incident.name}
    return frappe.get_all(ESCALATION, filters, fields, order_by="opened_at asc", limit=MOST)


def whom_to_call() -> list[str]:
    """The telephone of each level, and the emergency contacts; what is still to fill in says so."""
    levels = frappe.get_all(
        "Escalation Level", {}, ["title", "phone", "contact", "contract"], order_by="level"
    )
    return call_list.lines([*([*row.values()] for row in levels), *emergency_contacts.to_call()])


def _timeline(incident: Document) -> list[dict[str, Any]]:
    return [
        {
            **{"at": str(row.happened_at), "event": row.event, "note": row.note or ""},
            **{"by": row.by_user or "", "source": row.source or ""},
        }
        for row in incident.events
    ]


def _captured(incident: Document) -> dict[str, Any] | None:
    """The first capture in short, and which figures are other in the last one."""
    if not incident.captures:
        return None
    first, last = (read(incident.captures[place].state) for place in (0, -1))
    since = differences(first, last) if len(incident.captures) > 1 else []
    at = str(incident.captures[0].captured_at)
    return {
        "at": at,
        "last_at": str(incident.captures[-1].captured_at),
        "parts": first["parts"],
        "not_read": incident.captures[0].not_read or "",
        "since": since,
    }


def _full_name(user: str | None) -> str:
    return frappe.utils.get_fullname(user) if user else ""


def _instant(naive: Any) -> datetime:
    return clock.instant(get_datetime(naive))
