"""Reviews of procedures: due by the calendar, or because something that they rest on was changed."""

from __future__ import annotations

from collections.abc import Iterable

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from verenigingen_maintenance.core import review_marks
from verenigingen_maintenance.operations import procedures
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.sources import clock

PROCEDURE = "Maintenance Procedure"
OUTCOMES = ("Unchanged", "Changed", "To Be Changed")


def mark(names: Iterable[str], what: str) -> None:
    """Writes down why some procedures are due for review from today on. Repeating it changes nothing.

    Past the document, so that whoever has its form open may save it: the controller keeps the marks.
    """
    today, by = clock.stored(clock.now()).date(), _who()
    for name in sorted(set(names)):
        fields = ["review_because", "next_review"]
        row = frappe.db.get_value(PROCEDURE, name, fields, as_dict=True, for_update=True)
        marks = review_marks.add(row.review_because or "", today, what, by)
        due = min(getdate(row.next_review), today) if row.next_review else today
        values = {"review_because": marks, "next_review": due}
        frappe.db.set_value(PROCEDURE, name, values, update_modified=False)


def keep_due(procedure: Document) -> None:
    """For the controller: what is marked is due from its first mark on, whatever a form says."""
    first = review_marks.since(procedure.review_because)
    if first and (not procedure.next_review or getdate(procedure.next_review) > first):
        procedure.next_review = first


def review(name: str, note: str, outcome: str = OUTCOMES[0], seen: str | None = None) -> None:
    """Somebody went through a procedure: the next review is counted from today, and who and why is kept.

    `seen` are the marks as they were shown: those that came since stay. Without it all are taken for seen.
    Raises frappe.ValidationError without a note.
    """
    if not frappe.db.exists(PROCEDURE, name):
        refuse(_("There is no procedure {0}."), name, kind=frappe.DoesNotExistError)
    if not (note or "").strip():
        refuse(_("Say what you looked at, and what came of it."))
    if outcome not in OUTCOMES:
        refuse(_("The outcome is one of: {0}."), ", ".join(OUTCOMES))
    now = clock.stored(clock.now())
    procedure = frappe.get_doc(PROCEDURE, name, for_update=True)
    marks = procedure.review_because or ""
    because, left = review_marks.split(marks, marks if seen is None else seen)
    kept = {"at": now, "by_user": frappe.session.user, "version": procedure.version, "outcome": outcome}
    procedure.append("reviews", {**kept, "note": note, "because": because})
    procedure.review_because = left
    procedure.last_review = now.date()
    procedure.next_review = procedures.next_review(procedure)
    procedure.flags.by_operation = True
    procedure.save(ignore_permissions=True)


def _who() -> str:
    return "the app" if frappe.flags.in_migrate or frappe.flags.in_install else frappe.session.user
