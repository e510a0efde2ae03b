"""The three free fields of a run were columns; they are rows now, named by the procedure."""

from __future__ import annotations

import frappe

LABELS = {
    "issues_found": ("Issues Found", "Issues"),
    "actions_taken": ("Actions Taken", "Actions"),
    "escalations_made": ("Escalations Made", "Escalations"),
}


def execute() -> None:
    if not frappe.db.has_column("Checklist Run", "issues_found"):
        return
    run, note = frappe.qb.DocType("Checklist Run"), frappe.qb.DocType("Checklist Run Note")
    there = frappe.qb.from_(note).select(note.parent)
    columns = [run.name, *(run[column] for column in LABELS)]
    for name, *texts in frappe.qb.from_(run).select(*columns).where(run.name.notin(there)).run():
        for idx, ((label, kind), text) in enumerate(zip(LABELS.values(), texts, strict=True), start=1):
            _insert(name, idx, label, kind, text)


def _insert(run: str, idx: int, label: str, kind: str, text: str | None) -> None:
    place = {"parent": run, "parenttype": "Checklist Run", "parentfield": "notes", "idx": idx}
    row = {"doctype": "Checklist Run Note", "label": label, "kind": kind, "text": text}
    frappe.get_doc({**row, **place}).db_insert()
