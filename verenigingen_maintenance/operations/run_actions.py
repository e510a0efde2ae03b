"""Actions of runs: each a ToDo with owner and date, carried into every run of the procedure until it is done.

The ToDo is the truth: whoever closes it, wherever, closes the action. A run keeps what it was when it was
measured, decided upon or signed.
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.sources import clock

RUN, ROW, TODO = "Checklist Run", "Checklist Run Action", "ToDo"
OPEN, CLOSED, REMOVED = "Open", "Closed", "Removed"
MOST, LONGEST = 200, 140


def make(run: Document, what: str, owner: str, due: object) -> str:
    """A ToDo for an action, which becomes a row of the run. Returns its name.

    Raises frappe.ValidationError without words, for somebody who cannot do it, and for a date that is past.
    """
    text, day = (what or "").strip(), day_of(due)
    if not text:
        refuse(_("Say what is to be done."))
    refuse_owner(owner)
    todo = assign(RUN, run.name, text, owner, day)
    line = " ".join(text.split())
    title = line if len(line) <= LONGEST else f"{line[: LONGEST - 1].rstrip()}…"
    run.append("run_actions", {"todo": todo, "title": title, "from_run": run.name})
    refresh(run)
    return todo


def assign(doctype: str, name: str, text: str, owner: str, day: date) -> str:
    """A ToDo about a document; returns its name."""
    todo = frappe.get_doc(
        {
            "doctype": TODO,
            "description": html.escape(text, quote=False),
            "allocated_to": owner,
            "assigned_by": frappe.session.user,
            "date": day,
            "reference_type": doctype,
            "reference_name": name,
        }
    )
    return str(todo.insert(ignore_permissions=True).name)


def refresh(run: Document) -> None:
    """The actions of a run as their ToDos are now: those of earlier runs that are open, and its own."""
    present = {each["todo"]: each for each in current(run)}
    known = {row.todo for row in run.run_actions}
    for name, values in present.items():
        if name not in known:
            run.append("run_actions", values)
    for row in run.run_actions:
        row.update(present[row.todo])


def current(run: Document) -> list[dict[str, Any]]:
    """The same as data, and writes nothing: what is open first, the earliest date before the others."""
    rows = {row.todo: _kept(row) for row in run.run_actions}
    carried = {each["todo"]: each for each in open_of(run.procedure)}
    known = states_of(name for name in rows if name not in carried)
    gone = {"state": REMOVED, "closed_at": None}
    found = {name: {**row, **known.get(name, gone)} for name, row in rows.items()} | carried
    return sorted(found.values(), key=lambda each: (each["state"] != OPEN, str(each["due"] or "9999")))


def open_of(procedure: str) -> list[dict[str, Any]]:
    """The open actions of all runs of a procedure, by date."""
    return _of(procedure, "t.status = 'Open'", {})


def done_since(procedure: str, since: datetime) -> list[dict[str, Any]]:
    """Those whose ToDo was closed since a moment."""
    return _of(procedure, "t.status = 'Closed' and t.modified >= %(since)s", {"since": clock.stored(since)})


def in_words(action: dict[str, Any], today: date | None = None) -> str:
    """What, who and when; that it is late."""
    who = frappe.db.get_value("User", action["allocated_to"], "full_name") or action["allocated_to"]
    due = getdate(action["due"]) if action["due"] else None
    late = ", overdue" if today and due and due < today else ""
    when = f"by {due}" if due else "without a date"
    return f"{action['title']} ({who}, {when}{late})"


def forget_todos() -> None:
    """Removes what was assigned about runs, before they go."""
    frappe.db.delete(TODO, {"reference_type": RUN})


def _of(procedure: str, which: str, values: dict) -> list[dict[str, Any]]:
    rows = frappe.db.sql(
        "select a.todo, a.title, t.allocated_to, t.date due, t.status state, a.parent from_run, t.modified "
        f"from `tabToDo` t join `tab{ROW}` a on a.todo = t.name and a.from_run = a.parent "
        f"join `tab{RUN}` r on r.name = a.parent where t.reference_type = %(doctype)s "
        f"and r.procedure = %(procedure)s and {which} order by t.date, t.creation limit %(most)s",
        {"doctype": RUN, "procedure": procedure, "most": MOST, **values},
        as_dict=True,
    )
    return [{**each, "closed_at": _closed(each)} for each in rows]


def _closed(row: Any) -> datetime | None:
    modified = row.pop("modified")
    return None if row.state == OPEN else modified


def _kept(row: Document) -> dict[str, Any]:
    return {field: row.get(field) for field in ("todo", "title", "allocated_to", "due", "state", "from_run")}


def states_of(names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Of each ToDo that is there: state, allocated_to, due, closed_at."""
    fields = ["name", "status", "allocated_to", "date", "modified"]
    wanted = list(names)
    rows = frappe.get_all(TODO, {"name": ("in", wanted)}, fields, limit=0) if wanted else []
    return {
        row.name: {
            "state": row.status,
            "allocated_to": row.allocated_to,
            "due": row.date,
            "closed_at": None if row.status == OPEN else row.modified,
        }
        for row in rows
    }


def refuse_owner(owner: str) -> None:
    """Raises frappe.ValidationError unless this is an enabled user of Desk."""
    fields = ["enabled", "user_type"]
    found = frappe.db.get_value("User", owner, fields, as_dict=True) if owner else None
    if not found:
        refuse(_("Choose who does it: there is no user “{0}”."), owner or "")
    if not found.enabled or found.user_type != "System User":
        refuse(_("{0} cannot do it: the user is disabled, or not one of Desk."), owner)


def day_of(value: object) -> date:
    """The day until which something is done. Raises frappe.ValidationError for none, and for a past one."""
    today = clock.stored(clock.now()).date()
    try:
        day = date.fromisoformat(str(value or ""))
    except ValueError:
        refuse(_("Give the day until which it is done, such as {0}."), today)
    if day < today:
        refuse(_("{0} is past: give the day until which it is done."), day)
    return day
