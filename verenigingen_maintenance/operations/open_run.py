"""Opens checklist runs: one for each slot, whoever comes first; the others find it."""

from __future__ import annotations

from datetime import datetime

import frappe
from frappe.model.document import Document

from verenigingen_maintenance.core.slots import Slot
from verenigingen_maintenance.operations.checks import Spec
from verenigingen_maintenance.sources import clock

RUN = "Checklist Run"


def open_for_slot(procedure: Document, slot: Slot, now: datetime) -> str:
    """The name of the slot's run, opened now unless it is there already."""
    run = _new(slot.name, procedure, now)
    run.opened_late = now > slot.due_until
    _set_window(run, slot)
    _fill(run, procedure)
    return _insert_once(run)


def open_ad_hoc(procedure: Document, now: datetime) -> str:
    """The name of today's open run outside any slot, opened now unless there is one."""
    first = f"AD-HOC-{procedure.cadence.upper()}-{now.astimezone(clock.zone()):%Y-%m-%d}"
    name, count = first, 1
    while frappe.db.get_value(RUN, name, "status") not in (None, "Open"):
        count += 1
        name = f"{first}-{count}"
    run = _new(name, procedure, now)
    _fill(run, procedure)
    return _insert_once(run)


def record_missed(procedure: Document, slot: Slot, now: datetime) -> str:
    """Records that nobody opened a slot before it lapsed."""
    run = _new(slot.name, procedure, now)
    run.update({"status": "Missed", "verdict": "UNKNOWN", "opened_at": None})
    _set_window(run, slot)
    return _insert_once(run)


def _new(name: str, procedure: Document, now: datetime) -> Document:
    return frappe.get_doc(
        {
            "doctype": RUN,
            "name": name,
            "procedure": procedure.name,
            "procedure_version": procedure.version,
            "status": "Open",
            "opened_at": clock.stored(now),
        }
    )


def _set_window(run: Document, slot: Slot) -> None:
    run.slot = slot.name
    run.due_from, run.due_until = clock.stored(slot.due_from), clock.stored(slot.due_until)


def _fill(run: Document, procedure: Document) -> None:
    """Copies the procedure's texts, boxes and the rules of its checks, as they are now."""
    for box in filter(None, map(str.strip, (procedure.boxes or "").splitlines())):
        run.append("boxes", {"box": box})
    for task in procedure.tasks:
        common = {"task_group": task.task_group, "task": task.title, "instructions": task.instructions}
        rows = [row for row in procedure.checks if row.task == task.title]
        for row in rows:
            _append_check(run, row, common)
        if not rows:
            run.append("items", {**common, "title": task.title, "box": task.box})


def _append_check(run: Document, row: Document, common: dict) -> None:
    check = frappe.get_doc("Maintenance Check", row.check_name)
    if not check.enabled:
        return
    spec = Spec.of(check)
    item = {"title": spec.title, "box": row.box, "check_name": spec.name, "unit": spec.unit}
    run.append("items", {**common, **item, "target": spec.target, "rule": spec.to_json()})


def _insert_once(run: Document) -> str:
    """Inserts a run; the primary key admits one of a name, so a second is the first."""
    if frappe.db.exists(RUN, run.name):
        return run.name
    try:
        run.insert(ignore_permissions=True)
    except frappe.DuplicateEntryError:
        frappe.clear_last_message()
    return run.name
