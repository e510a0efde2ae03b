"""Signing a run: what it needs first, and what is written then. Signing is submitting, for good."""

from __future__ import annotations

import html
from dataclasses import replace

import frappe
from frappe import _
from frappe.model.document import Document

from verenigingen_maintenance.core.signoff import DONE, FAILED, Row, missing, missing_decision
from verenigingen_maintenance.operations import evidence_files
from verenigingen_maintenance.operations.checks import Spec, is_derived
from verenigingen_maintenance.operations.fill_in import renew
from verenigingen_maintenance.operations.language import said
from verenigingen_maintenance.operations.refusals import refuse, refuse_until
from verenigingen_maintenance.sources import clock


def sign(run: Document) -> None:
    """For a controller, before a run is submitted. Raises frappe.ValidationError with what is missing."""
    if run.status != "Open":
        refuse(_("{0} is {1}: only an open run is signed."), run.name, run.status)
    if needed := still_needed(run):
        refuse_until(_("Before {0} can be signed:").format(html.escape(run.name)), needed)
    renew(run)
    run.files = evidence_files.manifest(run.name)
    run.update({"status": "Signed", "closed_by": frappe.session.user, "closed_at": clock.stored(clock.now())})


def still_needed(run: Document) -> list[str]:
    """What keeps a run from being signed, one text for each finding, row and lost file."""
    found = [
        (_("Finding “{0}”").format(row.title), missing_decision(row.since_last or "", row.decision or ""))
        for row in run.findings
    ]
    found += [(said(item.title), missing(_row(item))) for item in run.items]
    needed = [_("{0}: {1}").format(title, said(need)) for title, need in found if need]
    gone = _("File {0}: the site has lost its content. Restore it from a backup, or remove it.")
    return needed + [gone.format(name) for name in evidence_files.lost(run.name)]


def needs(run: Document) -> dict[str, dict[str, dict[str, str]]]:
    """What each row needs, by the result that a person gives it, without a note and with one:
    {row: {result: {"bare", "noted"}}}. A form tells at each key what keeps a run from being signed."""
    found = {}
    for item in run.items:
        row = _row(item)
        results = ("", DONE, FAILED) if row.by_hand else ("",)
        found[item.name] = {result: _with_and_without_note(replace(row, result=result)) for result in results}
    return found


def _with_and_without_note(row: Row) -> dict[str, str]:
    return {"bare": missing(replace(row, note="")), "noted": missing(replace(row, note="-"))}


def refuse_to_undo(run: Document) -> None:
    """For a controller: nobody cancels a signed run, Administrator included."""
    refuse(_("{0} is signed and stays as it is. Add a comment instead."), run.name)


def _row(item: Document) -> Row:
    return Row(
        title=item.title,
        by_hand=bool(item.by_hand),
        result=item.result or "",
        verdict=item.verdict or "",
        note=item.note or "",
        has_escalation=bool(item.escalation),
        is_derived=bool(item.rule) and is_derived(Spec.from_json(item.rule)),
        not_applicable=bool(item.not_applicable),
    )
