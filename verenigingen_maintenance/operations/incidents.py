"""Incidents: opened, commanded, mitigated, resolved; each step stands in the timeline.

Nothing here needs more than the database: Redis, workers and Desk may be what is broken.
"""

from __future__ import annotations

from datetime import datetime

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint

from verenigingen_maintenance.core.incident_states import ONGOING, Severity, Status, after
from verenigingen_maintenance.core.transitions import TransitionError
from verenigingen_maintenance.operations import dashboard_news, records
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.sources import clock

INCIDENT, EVENT, ACTION = "Maintenance Incident", "Maintenance Incident Event", "Maintenance Incident Action"
BY_HAND = "By Hand"
MOST_EVENTS = 500
IS_ONGOING = ("in", [each.value for each in ONGOING])


def get(name: str) -> Document:
    """An incident, locked: two people at once are one after the other. Raises frappe.DoesNotExistError.

    Locked it is seen as others committed it, also one that is younger than this transaction.
    """
    if not frappe.db.get_value(INCIDENT, name, "name", for_update=True):
        refuse(_("There is no incident {0}."), name, kind=frappe.DoesNotExistError)
    return frappe.get_doc(INCIDENT, name, for_update=True)


def going_on(name: str) -> Document:
    """The same, where it is not over."""
    incident = get(name)
    if Status(incident.status) not in ONGOING:
        refuse(_("{0} is {1}: reopen it first, or open another one."), name, incident.status)
    return incident


def is_ongoing(name: str) -> bool:
    """Whether there is an incident of this name that is not over."""
    return bool(frappe.db.exists(INCIDENT, {"name": name, "status": IS_ONGOING}))


def not_reviewed(name: str) -> Document:
    """The same, where nobody reviewed it: one that is reviewed stays as it is."""
    incident = get(name)
    if incident.status == Status.REVIEWED.value:
        refuse(_("{0} is reviewed and stays as it is. Add a comment instead."), name)
    return incident


def key_of(procedure: str, is_drill: bool = False) -> str:
    """What one incident at a time has: one of each procedure, and one drill of it beside."""
    return f"{'Drill: ' if is_drill else ''}{procedure}"[:140]


def open_one(procedure: str, is_drill: bool = False, latest: bool = False) -> str | None:
    """The incident of a procedure that is not over; `latest` sees what others committed meanwhile."""
    return frappe.db.get_value(INCIDENT, {"open_key": key_of(procedure, is_drill)}, for_update=latest)


def make(values: dict, opened: str, now: datetime) -> Document:
    """Opens an incident, or finds the one that somebody opened just now (`flags.was_there`); `opened` is the
    first line of its timeline. `began_at` is an instant, and now where it is not given."""
    is_drill = bool(values.get("is_drill"))
    began = min(values.pop("began_at", None) or now, now)
    key = key_of(values["procedure"], is_drill)
    is_by_hand = values.get("trigger") == BY_HAND
    opened_by = frappe.session.user if is_by_hand else None
    head = {"status": Status.OPEN.value, "open_key": key, "opened_by": opened_by}
    times = {"began_at": clock.stored(began), "opened_at": clock.stored(now)}
    incident = frappe.new_doc(INCIDENT, **head, **times, **{"severity": Severity.MAJOR.value, **values})
    incident.title = (incident.title or "")[:140]
    add_event(incident, "Opened", opened, now, by=opened_by or "")
    try:
        records.insert(incident)
        dashboard_news.changed()
    except frappe.UniqueValidationError:
        frappe.clear_last_message()
        incident = get(str(open_one(values["procedure"], is_drill, latest=True)))
        incident.flags.was_there = True
    return incident


def add_event(
    incident: Document,
    event: str,
    note: str,
    at: datetime | None = None,
    source: str = "",
    key: str | None = None,
    by: str | None = None,
) -> bool:
    """One line of the timeline; one with a `key` that is there already is left out. Returns whether it was
    added. `at` is an instant, and now where it is not given; `by` is who did it, unless that is nobody."""
    if key and any(row.key == key for row in incident.events):
        return False
    moment = clock.stored(at or clock.now())
    who = frappe.session.user if key is None and by is None else by
    known_from = source or frappe.flags.maintenance_shell or ""
    values = {"happened_at": moment, "note": note, "source": known_from[:140], "key": key, "by_user": who}
    if len(incident.events) >= MOST_EVENTS and key:
        return False
    incident.append("events", {"event": event, **values})
    return True


def write(incident: Document) -> None:
    """Saves an incident, its timeline in the order of what happened."""
    incident.events.sort(key=lambda row: frappe.utils.get_datetime(row.happened_at))
    for number, row in enumerate(incident.events, 1):
        row.idx = number
    incident.flags.ignore_links = True  # a user or run may be gone: no step may fail for that
    records.write(incident)
    dashboard_news.changed()


def move(incident: Document, event: str, note: str, at: datetime | None = None) -> None:
    """Takes a step that a person wants. Raises frappe.ValidationError where it cannot follow."""
    try:
        status = after(Status(incident.status), event)
    except TransitionError:
        refuse(_("{0} is {1} already: that does not follow."), incident.name, incident.status)
    incident.status = status.value
    incident.open_key = key_of(incident.procedure, bool(cint(incident.is_drill)))
    if status not in ONGOING:
        incident.open_key = None
    add_event(incident, event, note, at)


def begin_action(incident: Document, action: str, target: str, reason: str, **values: object) -> Document:
    """The row of an action that begins now; `end_action` says what became of it. The incident is not
    saved."""
    head = {"asked_at": clock.stored(clock.now()), "by_user": frappe.session.user, "outcome": "Running"}
    texts = {"action": action, "target": target[:140], "reason": reason}
    return incident.append("actions", {**head, **texts, **values})


def end_action(incident: Document, row: Document, outcome: str, result: str, **values: object) -> None:
    """What became of an action: a line of the timeline too. The incident is not saved."""
    row.update({"outcome": outcome, "result": result, **values})
    on = f" ({row.target})" if row.target else ""
    add_event(incident, "Action", f"{row.action}{on}: {outcome}. {result}".strip(), by=row.by_user)
