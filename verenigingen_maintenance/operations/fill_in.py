"""What people fill into a run: results of manual rows, notes, minutes, free fields; drafts of the latter."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

from verenigingen_maintenance.core import drafts
from verenigingen_maintenance.core.drafts import Line
from verenigingen_maintenance.core.signoff import FAILED
from verenigingen_maintenance.operations import open_escalations, review_facts, run_actions, run_times
from verenigingen_maintenance.operations.checks import Spec, is_derived
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.operations.roll_up import roll_up
from verenigingen_maintenance.sources import clock

# What people write, by table; what the app keeps in the others is compared.
FREE: dict[str, set[str]] = {"items": {"result", "note"}, "notes": {"text"}, "times": {"spent"}}
TABLES = ("boxes", "items", "notes", "findings", "run_actions", "times")
KEPT_BY_FRAPPE = {"modified", "modified_by", "idx", "docstatus", "_comments", "_assign", "_liked_by", "_seen"}


def take(run: Document, before: Document) -> None:
    """Takes what a person changed in an open run. Raises frappe.ValidationError for what was measured."""
    if before.status != "Open":
        refuse(_("{0} is {1} and stays as it is. Add a comment instead."), run.name, before.status)
    if _fixed(run) != _fixed(before):
        frappe.throw(_("Only results, notes and free fields are written by hand: the rest was measured."))
    for item, former in zip(run.items, before.items, strict=True):
        _stamp(item, former)
    renew(run)


def renew(run: Document) -> None:
    """What follows from what people wrote and did until now: verdicts, actions, minutes, drafts."""
    roll_up(run)
    run_actions.refresh(run)
    run_times.refresh(run)
    write_drafts(run)


def write_drafts(run: Document, is_measured: bool = False) -> None:
    """Drafts the free fields anew where nobody wrote anything else; some only when it is measured."""
    lines = [_line(item) for item in run.items if not item.not_applicable]
    joined = [item.escalation for item in run.items if item.escalation]
    told = open_escalations.titles(dict.fromkeys(joined))
    review = review_facts.of(run, {note.kind for note in run.notes}, is_measured)
    for note in run.notes:
        is_kept = note.kind in review_facts.WHEN_MEASURED and not is_measured
        draft = note.draft or "" if is_kept else drafts.draft(note.kind or "", lines, told, review)
        if (note.text or "").strip() == (note.draft or "").strip():
            note.text = draft
        note.draft = draft


def _stamp(item: Document, former: Document) -> None:
    """Who answered a manual row and when; a measured row has no result."""
    if not item.by_hand:
        item.result = former.result
    elif (item.result or "") != (former.result or ""):
        item.done_by, item.done_at = frappe.session.user, clock.stored(clock.now())


def _fixed(run: Document) -> list[dict]:
    """Everything but what people write, as the database stores it."""
    rows = [_values(row, FREE.get(table, set())) for table in TABLES for row in run.get(table)]
    return [_values(run, set()), *rows]


def _values(document: Document, free: set[str]) -> dict:
    values = document.get_valid_dict(convert_dates_to_str=True)
    return {key: str(value or "") for key, value in values.items() if key not in free | KEPT_BY_FRAPPE}


def _line(item: Document) -> Line:
    value = item.in_words()
    finding = "; ".join(filter(None, (value, item.reason)))
    derived = bool(item.rule) and is_derived(Spec.from_json(item.rule))
    failed = bool(item.by_hand and item.result == FAILED)
    return Line(item.title, item.verdict or "", finding, item.note or "", derived, failed)
