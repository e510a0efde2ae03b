"""Keeps a gap for each control that was found broken, and one ToDo for each gap that is open.

A gap is closed by being measured as met, and by nothing else: what becomes unknown stays open. A ToDo that
somebody closed meanwhile is opened again with the next assessment.
"""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from datetime import datetime

import frappe
from frappe.model.document import Document

from verenigingen_maintenance.core.compliance import Area, Outcome, State
from verenigingen_maintenance.operations import records
from verenigingen_maintenance.sources import clock

GAP, TODO, MANAGER = "Compliance Gap", "ToDo", "Maintenance Manager"
OPEN, CLOSED = "Open", "Closed"
MOST_EVENTS = 100
PRIORITIES = {"Critical": "High", "High": "High", "Medium": "Medium", "Low": "Low"}


def note(areas: Sequence[Area], now: datetime) -> None:
    """Opens, renews and closes gaps by what was found."""
    known = set(frappe.get_all(GAP, pluck="name", limit=0))
    asked = {each.control.key: (each, area.title) for area in areas for each in area.outcomes}
    for key, (outcome, area) in asked.items():
        if outcome.state is State.BROKEN:
            _keep_open(outcome, area, key in known, now)
        elif key in known:
            _keep_known(outcome, now)
    for key in known - set(asked):
        _close(_get(key), "This app does not ask it any more.", now)


def counts() -> dict[str, int]:
    """How many gaps are open, critical ones and regulatory ones among them."""
    rows = frappe.get_all(GAP, {"state": OPEN}, ["severity", "regulatory"], limit=0)
    return {
        "open_gaps": len(rows),
        "critical_gaps": sum(row.severity == "Critical" for row in rows),
        "violations": sum(bool(row.regulatory) for row in rows),
    }


def forget_todos() -> None:
    """Removes what was assigned about gaps, before they go."""
    frappe.db.delete(TODO, {"reference_type": GAP})


def _keep_open(outcome: Outcome, area: str, is_known: bool, now: datetime) -> None:
    gap = _get(outcome.control.key) if is_known else _make(outcome, now)
    if gap.not_measured:
        _add_event(gap, "Measured Again", outcome.told, now)
    if gap.state != OPEN:
        _add_event(gap, "Reopened" if gap.events else "Opened", outcome.told, now)
        gap.update({"state": OPEN, "opened_at": clock.stored(now), "closed_at": None})
    gap.update(_values(outcome, area, now))
    _keep_todo_open(gap, now)
    records.write(gap)


def _keep_known(outcome: Outcome, now: datetime) -> None:
    """Of a control that is not broken: closes its gap, or says that nothing is known of it."""
    gap = _get(outcome.control.key)
    if outcome.state is not State.UNKNOWN:
        _close(gap, outcome.told, now)
    elif gap.state == OPEN and gap.not_measured != outcome.told:
        if not gap.not_measured:
            _add_event(gap, "Not Measured", outcome.told, now)
        gap.not_measured = outcome.told
        records.write(gap)


def _close(gap: Document, why: str, now: datetime) -> None:
    if gap.state != OPEN:
        return
    moment = clock.stored(now)
    gap.update({"state": CLOSED, "closed_at": moment, "last_measured": moment, "not_measured": ""})
    _add_event(gap, "Closed", why, now)
    records.write(gap)
    for name in frappe.get_all(TODO, {**_about(gap), "status": OPEN}, pluck="name", limit=0):
        _set_status(name, "Closed")


def _make(outcome: Outcome, now: datetime) -> Document:
    """A gap that is not open yet."""
    gap = frappe.get_doc({"doctype": GAP, "name": outcome.control.key, "first_found": clock.stored(now)})
    gap.state = CLOSED
    gap.title = outcome.control.title
    records.insert(gap)
    return _get(gap.name)


def _values(outcome: Outcome, area: str, now: datetime) -> dict:
    control = outcome.control
    return {
        **{"title": control.title, "area": area, "severity": control.severity},
        **{"regulatory": int(control.regulatory), "remediation": control.remediation},
        **{"found": outcome.count, "out_of": "" if outcome.of is None else str(outcome.of)},
        **{"told": outcome.told, "not_measured": "", "last_measured": clock.stored(now)},
        "evidence": json.dumps(dict(outcome.evidence), indent=1, default=str),
    }


def _get(name: str) -> Document:
    return frappe.get_doc(GAP, name, for_update=True)


def _add_event(gap: Document, event: str, text: str, now: datetime) -> None:
    """Adds an event; from the hundredth on the oldest goes."""
    if len(gap.events) >= MOST_EVENTS:
        gap.remove(gap.events[0])
    gap.append("events", {"happened_at": clock.stored(now), "event": event, "note": text})


# --- ToDo


def _keep_todo_open(gap: Document, now: datetime) -> None:
    """The one that the gap names is open, whatever somebody did to it; one that is gone is made anew."""
    status = frappe.db.get_value(TODO, gap.todo, "status") if gap.todo else None
    if status is None:
        gap.todo = _make_todo(gap)
    elif status != OPEN:
        _set_status(gap.todo, OPEN)
        if gap.events[-1].event != "Reopened":
            _add_event(gap, "ToDo Opened Again", "It is measured as broken still.", now)


def _make_todo(gap: Document) -> str:
    todo = {
        "doctype": TODO,
        "description": html.escape(f"Not met: {gap.title}. {gap.remediation}", quote=False),
        "priority": PRIORITIES[gap.severity],
        "allocated_to": _first_manager(),
        **_about(gap),
    }
    return frappe.get_doc(todo).insert(ignore_permissions=True).name


def _about(gap: Document) -> dict:
    return {"reference_type": GAP, "reference_name": gap.name}


def _set_status(name: str, status: str) -> None:
    todo = frappe.get_doc(TODO, name)
    todo.status = status
    todo.save(ignore_permissions=True)


def _first_manager() -> str | None:
    """The enabled Maintenance Manager who is there longest; nobody where there is none."""
    rows = frappe.db.sql(
        "select u.name from tabUser u join `tabHas Role` r on r.parent = u.name where r.parenttype = 'User' "
        "and r.role = %s and u.enabled = 1 and u.name != 'Administrator' order by u.creation, u.name limit 1",
        MANAGER,
    )
    return rows[0][0] if rows else None
