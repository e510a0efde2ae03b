"""Versions of a procedure's words: kept when they change, approved by somebody else, and brought back."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.model import display_fieldtypes
from frappe.model.document import Document
from frappe.model.meta import Meta
from frappe.utils import cint, get_time

from verenigingen_maintenance.core import procedure_text
from verenigingen_maintenance.core.procedure_text import ContentError
from verenigingen_maintenance.operations import records
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.sources import clock, documentation

VERSION, PROCEDURE = "Procedure Version", "Maintenance Procedure"
DRAFT, APPROVED, SUPERSEDED = "Draft", "Approved", "Superseded"
# Fields that are not of the words: what the app keeps, and what is planned or reviewed.
OF_NO_CONSEQUENCE = (
    *("modified", "modified_by", "version", "shipped", "active_since", "idx"),
    *("last_review", "next_review", "review_because", "reviews", "change_reason"),
    *("remind_minutes_before", "announce_days_before", "agreed_dates"),
)


def name_of(procedure: str, version: int) -> str:
    return f"{procedure} v{version}"


def kept(procedure: str | None, version: int | None) -> str | None:
    """The version that is kept of a procedure; None where it was not kept yet."""
    name = name_of(procedure or "", cint(version))
    return name if frappe.db.exists(VERSION, name) else None


def text_of(procedure: Document) -> str:
    """The words of a procedure as text."""
    return procedure_text.to_text(_content(procedure))


def says_the_same(procedure: Document, other: Document) -> bool:
    """Whether two have the same words, whatever else was changed."""
    return procedure_text.says_the_same(_content(procedure), _content(other))


def record(procedure: Document) -> None:
    """Keeps the version that a procedure has now, unless it is kept. One that waited for approval gives way.

    `procedure.flags` say why (`change_reason`), and whether the app itself wrote it (`by_app`).
    """
    name = name_of(procedure.name, procedure.version)
    if frappe.db.exists(VERSION, name):
        return
    content, before = text_of(procedure), _latest(procedure.name)
    _supersede(procedure.name, DRAFT)
    values = {"procedure": procedure.name, "version": procedure.version, "status": DRAFT}
    made = {"made_at": clock.stored(clock.now()), "reason": procedure.flags.change_reason}
    made["made_by"] = None if procedure.flags.by_app else frappe.session.user
    kept = {"content": content, "diff": procedure_text.diff(before or content, content)}
    records.insert(frappe.get_doc({"doctype": VERSION, "name": name, **values, **made, **kept}))


def keep_present() -> None:
    """Keeps the present version of each procedure that has none: those of before versions were kept."""
    for name in frappe.get_all(PROCEDURE, pluck="name", order_by="name", limit=0):
        procedure = frappe.get_doc(PROCEDURE, name)
        procedure.flags.update({"by_app": True, "change_reason": "As it was when versions began to be kept"})
        record(procedure)


def approve(name: str, note: str = "") -> None:
    """Somebody else than its author says that the latest version is right; the one before is superseded."""
    version = _existing(name)
    if version.status != DRAFT:
        refuse(_("{0} is {1} already."), name, version.status)
    if version.version != frappe.db.get_value(PROCEDURE, version.procedure, "version"):
        refuse(_("{0} was changed since: approve its latest version."), version.procedure)
    if version.made_by == frappe.session.user:
        message = _("You made {0}: another Maintenance Manager approves it, so that two have read it.")
        refuse(message, name)
    _supersede(version.procedure, APPROVED)
    decided = {"approved_by": frappe.session.user, "approved_at": clock.stored(clock.now())}
    records.write(version.update({"status": APPROVED, "approval_note": note, **decided}))


def also_waiting(version: Document) -> list[str]:
    """The earlier versions since the last approved one whose changes a draft has, and nobody approved."""
    if version.status != DRAFT:
        return []
    approved = {"procedure": version.procedure, "approved_at": ("is", "set")}
    last = frappe.db.get_value(VERSION, approved, "version", order_by="version desc") or 0
    between = [["version", ">", last], ["version", "<", version.version]]
    filters = [["procedure", "=", version.procedure], ["diff", "is", "set"], *between]
    return frappe.get_all(VERSION, filters, pluck="name", order_by="version asc", limit=0)


def restore(name: str, reason: str) -> str:
    """Brings back the words of an earlier version, as a new one; returns its name.

    Raises frappe.ValidationError without a reason, where the words are the present ones, and where they
    name what is gone.
    """
    version = _existing(name)
    if not (reason or "").strip():
        refuse(_("Say why {0} is brought back: it stands beside the new version."), name)
    procedure = frappe.get_doc(PROCEDURE, version.procedure, for_update=True)
    if text_of(procedure) == version.content:
        refuse(_("{0} has the words of {1} already."), procedure.name, name)
    procedure.update(_as_fields(version.content, procedure.meta))
    procedure.change_reason = f"{name} was brought back: {reason.strip()}"
    procedure.save()
    return name_of(procedure.name, procedure.version)


def not_approved() -> list[str]:
    """The present versions of enabled procedures that nobody approved, the longest waiting first."""
    return [row.name for row in documentation.drafts()]


def _content(procedure: Document) -> dict[str, Any]:
    return {
        field.fieldname: _value(procedure.get(field.fieldname), field)
        for field in procedure.meta.fields
        if field.fieldtype not in display_fieldtypes and field.fieldname not in OF_NO_CONSEQUENCE
    }


def _value(value: Any, field: Any) -> Any:
    """As the database has it, however a form sent it."""
    if field.fieldtype == "Table":
        return [_row(row, row.meta) for row in value or []]
    if field.fieldtype in ("Int", "Check"):
        return cint(value)
    if field.fieldtype == "Time":
        return f"{get_time(value)}" if value not in (None, "") else None
    return value if value in (None, "") else str(value)


def _row(row: Document, meta: Meta) -> dict[str, Any]:
    fields = (each for each in meta.fields if each.fieldtype not in display_fieldtypes)
    return {each.fieldname: _value(row.get(each.fieldname), each) for each in fields}


def _as_fields(text: str, meta: Meta) -> dict[str, Any]:
    """The fields of a procedure that a text has; what it does not have is empty."""
    try:
        content = procedure_text.from_text(text)
    except ContentError as error:
        refuse("{0}", error)
    fields = [each for each in meta.fields if each.fieldtype not in display_fieldtypes]
    return {
        each.fieldname: content.get(each.fieldname, [] if each.fieldtype == "Table" else None)
        for each in fields
        if each.fieldname not in OF_NO_CONSEQUENCE
    }


def _supersede(procedure: str, status: str) -> None:
    """Those with a status give way, unless somebody decided on one meanwhile."""
    for name in frappe.get_all(VERSION, {"procedure": procedure, "status": status}, pluck="name"):
        version = _get(name)
        if version.status == status:
            records.write(version.update({"status": SUPERSEDED}))


def _latest(procedure: str) -> str | None:
    """The words of the latest version that is kept."""
    return frappe.db.get_value(VERSION, {"procedure": procedure}, "content", order_by="version desc")


def _existing(name: str) -> Document:
    if not frappe.db.exists(VERSION, name):
        refuse(_("There is no version {0}."), name, kind=frappe.DoesNotExistError)
    return _get(name)


def _get(name: str) -> Document:
    return frappe.get_doc(VERSION, name, for_update=True)
