"""What people decide on a finding of an open run: they accept it, or make an action of it."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

from verenigingen_maintenance.core.findings import ACCEPTED, ACTION, Since
from verenigingen_maintenance.core.verdicts import Verdict
from verenigingen_maintenance.operations import records, run_actions, run_times, threshold_proposals
from verenigingen_maintenance.operations.fill_in import write_drafts
from verenigingen_maintenance.operations.findings import NOT_READ
from verenigingen_maintenance.operations.open_run import RUN
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.operations.threshold_proposals import PROPOSAL
from verenigingen_maintenance.operations.transactions import commit
from verenigingen_maintenance.sources import clock


def accept(run: str, finding: str, note: str, is_manager: bool) -> None:
    """It is seen, and stays as it is. A proposed threshold is changed by that: for a manager, with a reason.

    Raises frappe.ValidationError where the run is not open, where somebody decided already, and where what
    is CRITICAL is accepted without a note.
    """
    document, row = _open_one(run, finding)
    if row.decision:
        _refuse_decided(row)
    _refuse_critical_without_note(row, note)
    if row.link_doctype == PROPOSAL:
        _accept_threshold(row, note, is_manager)
    _decide(document, row, ACCEPTED, note)


def act(run: str, finding: str, what: str, owner: str, due: object) -> str:
    """Somebody does something about it until a day. Returns the name of the ToDo.

    What was accepted may become an action all the same. Raises frappe.ValidationError where it is one.
    """
    document, row = _open_one(run, finding)
    if row.decision == ACTION:
        _refuse_decided(row)
    row.todo = run_actions.make(document, what, owner, due)
    _decide(document, row, ACTION, what)
    return row.todo


def add(run: str, what: str, owner: str, due: object) -> str:
    """An action that is about no finding. Returns the name of the ToDo."""
    document = _open_run(run)
    todo = run_actions.make(document, what, owner, due)
    _write(document)
    return todo


def _accept_threshold(row: Document, reason: str, is_manager: bool) -> None:
    """Where somebody decided on the proposal meanwhile, there is nothing left but to note it."""
    if frappe.db.get_value(PROPOSAL, row.link_name, "status") != threshold_proposals.OPEN:
        return
    if not is_manager:
        message = _("To accept {0} changes a threshold: this needs the role {1}. Act on it instead: ask one.")
        refuse(message, row.title, "Maintenance Manager", kind=frappe.PermissionError)
    threshold_proposals.accept(row.link_name, reason)


def _refuse_critical_without_note(row: Document, note: str) -> None:
    if row.severity == Verdict.CRITICAL.value and not (note or "").strip():
        message = _("{0} is CRITICAL: write a note why it may stay so, then accept it; or act on it.")
        refuse(message, row.title)


def _decide(run: Document, row: Document, decision: str, note: str) -> None:
    row.update({"decision": decision, "note": (note or "").strip(), "decided_by": frappe.session.user})
    row.decided_at = clock.stored(clock.now())
    _write(run)


def _write(run: Document) -> None:
    run_times.refresh(run)
    write_drafts(run)
    records.write(run)


def _open_one(run: str, finding: str) -> tuple[Document, Document]:
    document = _open_run(run)
    row = next((each for each in document.findings if finding in (each.name, each.key)), None)
    if row is None:
        refuse(_("{0} has no finding {1}. Load it again."), run, finding, kind=frappe.DoesNotExistError)
    if row.key.startswith(NOT_READ):
        refuse(_("“{0}” is no finding: it says what could not be read. Add an Action instead."), row.title)
    if row.since_last == Since.OVER.value:
        refuse(_("“{0}” is over: nothing is left to decide."), row.title)
    return document, row


def _open_run(run: str) -> Document:
    if not frappe.db.exists(RUN, run):
        refuse(_("There is no run {0}."), run, kind=frappe.DoesNotExistError)
    commit()  # else the actions that somebody else makes just now are not read, and told as removed
    document = frappe.get_doc(RUN, run, for_update=True)
    if document.status != "Open":
        refuse(_("{0} is {1}: only on an open run is decided."), run, document.status)
    return document


def _refuse_decided(row: Document) -> None:
    message = _("“{0}” is decided already: {1}, by {2}.")
    refuse(message, row.title, _(row.decision), row.decided_by)
