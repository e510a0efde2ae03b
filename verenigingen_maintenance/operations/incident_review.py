"""The review of an incident: people write it and take on measures, a Maintenance Manager ends it.

What is drafted for them comes from operations/incident_draft.py. Once reviewed, an incident never changes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint

from verenigingen_maintenance.core import incident_narrative
from verenigingen_maintenance.core.incident_states import ONGOING, Status
from verenigingen_maintenance.operations import (
    incident_action_left,
    incident_actions,
    incident_draft,
    incidents,
    procedure_reviews,
    run_actions,
)
from verenigingen_maintenance.operations.incident_draft import WRITTEN
from verenigingen_maintenance.operations.refusals import refuse, refuse_until
from verenigingen_maintenance.sources import clock

INCIDENT, PROCEDURE = incidents.INCIDENT, "Maintenance Procedure"
WHILE_IT_LASTS = ("root_cause",)
KINDS = ("Prevention", "Monitoring", "Procedure", "Follow-up")
LONGEST, LONGEST_TEXT = 140, 20_000


def describe(name: str, now: datetime) -> dict[str, Any]:
    """The review as data: of a reviewed incident as it was then, with its measures as they are now in
    `measures_now`; of another one, what is drafted for it at this moment."""
    incident = _read(name)
    kept = json.loads(incident.review_data or "null")
    told = kept or incident_draft.draft(incident, now)
    return {**told, "is_draft": kept is None, "measures_now": incident_draft.measures(incident, now)}


def write(name: str, texts: Mapping[str, str | None]) -> None:
    """Keeps what people say of it; a field that is None stays as it is, an empty one is emptied.

    While it lasts, notes on the root cause only. Raises frappe.ValidationError for one that is reviewed.
    """
    given = {field: (text or "").strip() for field, text in texts.items() if text is not None}
    incident = _unreviewed(name)
    is_ongoing = Status(incident.status) in ONGOING
    if is_ongoing and set(given) - set(WHILE_IT_LASTS):
        message = _("{0} is {1}: until it is resolved, only notes on its root cause are kept.")
        refuse(message, name, incident.status)
    _refuse_long(given)
    changed = [field for field in WRITTEN if field in given and given[field] != (incident.get(field) or "")]
    if not changed:
        return
    incident.update({field: given[field] for field in changed})
    labels = ", ".join(incident_draft.written(changed))
    incidents.add_event(incident, "Note", f"Review written: {labels}")
    incidents.write(incident)


def _refuse_long(given: Mapping[str, str]) -> None:
    for field, text in given.items():
        if len(text) > LONGEST_TEXT:
            (label,) = incident_draft.written([field])
            refuse(_("{0} has {1} characters: {2} at most."), label, len(text), LONGEST_TEXT)


def add_measure(name: str, title: str, kind: str, allocated_to: str, due_on: object) -> str:
    """A measure with owner and date: a ToDo, and a row of the incident. Returns the name of the ToDo.

    Raises frappe.ValidationError without words, for another kind, for somebody who cannot do or read it, and
    for a day that is past.
    """
    incident, text = _unreviewed(name), (title or "").strip()
    if not text:
        refuse(_("Say what is to be done."))
    if kind not in KINDS:
        refuse(_("The kind is one of: {0}."), ", ".join(KINDS))
    run_actions.refuse_owner(allocated_to)
    if not frappe.has_permission(INCIDENT, "read", user=allocated_to):
        message = _("{0} may not read incidents: choose somebody with a role of Maintenance.")
        refuse(message, allocated_to)
    day = run_actions.day_of(due_on)
    todo = run_actions.assign(INCIDENT, name, f"{name}: {text}", allocated_to, day)
    line = " ".join(text.split())
    short = line if len(line) <= LONGEST else f"{line[: LONGEST - 1].rstrip()}…"
    values = {"title": short, "kind": kind, "allocated_to": allocated_to, "due_on": day, "todo": todo}
    incident.append("measures", values)
    incidents.write(incident)
    return todo


def review(name: str, looked_at: str, outcome: str, now: datetime) -> None:
    """Ends it for good, with the whole review as it is at this moment.

    `looked_at` says what somebody looked at in its procedure, and becomes a review of that; `outcome` is one
    of procedure_reviews.OUTCOMES. Without it, the procedure must have been reviewed since it was resolved.
    Raises frappe.ValidationError with the list of what is missing.
    """
    incident = incidents.get(name)
    if incident.status != Status.RESOLVED.value:
        refuse(_("{0} is {1}: it is reviewed once it is resolved, and only once."), name, incident.status)
    incident_actions.end_killed(incident)
    if running := [f"{row.action} {row.target or ''}".strip() for row in _running(incident)]:
        message = _("Not ended yet: {0}. Wait for it; of a restart, say what came back.")
        refuse(message, ", ".join(running))
    note = (looked_at or "").strip()
    told = incident_draft.draft(incident, now)
    needed = incident_narrative.needed(told, bool(note) or _was_looked_at(incident))
    if needed := [*needed, *incident_action_left.still_paused(incident)]:
        refuse_until(_("Before {0} is reviewed, it needs:").format(name), needed)
    if note and not cint(incident.false_alarm) and _has_procedure(incident):
        procedure_reviews.review(incident.procedure, f"{name}: {note}", outcome)
    _freeze(incident, now)


def _running(incident: Document) -> list[Document]:
    return [row for row in incident.actions if row.outcome == "Running"]


def _freeze(incident: Document, now: datetime) -> None:
    reviewed = {"reviewed_by": frappe.session.user, "reviewed_at": clock.stored(now)}
    incidents.move(incident, "Reviewed", "The review is closed: nothing of this incident changes any more")
    incident.update(reviewed)
    final = incident_draft.draft(incident, now)
    title = frappe.db.get_value("User", frappe.session.user, "full_name") or frappe.session.user
    final |= {"reviewed_by": title, "reviewed_at": clock.shown(now)}
    incident.review_data = json.dumps(final, indent=1, ensure_ascii=False)
    incidents.write(incident)


def _was_looked_at(incident: Document) -> bool:
    """Whether its procedure was reviewed since it was resolved; true where it has none (any more)."""
    if not _has_procedure(incident):
        return True
    since = {"parent": incident.procedure, "parenttype": PROCEDURE, "at": (">=", incident.resolved_at)}
    return bool(incident.resolved_at and frappe.db.exists("Procedure Review", since))


def _has_procedure(incident: Document) -> bool:
    return bool(incident.procedure and frappe.db.exists(PROCEDURE, incident.procedure))


def _unreviewed(name: str) -> Document:
    incident = incidents.get(name)
    if incident.status == Status.REVIEWED.value:
        message = _(
            "{0} was reviewed on {1} and stays as it is: what comes to light later is a comment on it."
        )
        refuse(message, name, f"{incident.reviewed_at:%Y-%m-%d}" if incident.reviewed_at else "")
    return incident


def _read(name: str) -> Document:
    if not frappe.db.exists(INCIDENT, name):
        refuse(_("There is no incident {0}."), name, kind=frappe.DoesNotExistError)
    return frappe.get_doc(INCIDENT, name)
