"""Opens checklist runs: one for each slot, whoever comes first; the others find it."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import frappe
from frappe.model.document import Document

from verenigingen_maintenance.core.slots import Slot
from verenigingen_maintenance.operations import records
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
    tomorrow = now.astimezone(clock.zone()).date() + timedelta(days=1)
    run.lapses_at = datetime.combine(tomorrow, time())
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
    run.lapses_at = clock.stored(slot.lapses_at)


def _fill(run: Document, procedure: Document) -> None:
    """Copies the procedure's texts, boxes and the rules of its checks, as they are now."""
    for box in filter(None, map(str.strip, (procedure.boxes or "").splitlines())):
        run.append("boxes", {"box": box})
    groups = {group.title: group for group in procedure.task_groups}
    for task in procedure.tasks:
        common = {
            "task": task.title,
            "instructions": task.instructions,
            **_group_texts(groups[task.task_group]),
        }
        rows = [row for row in procedure.checks if row.task == task.title]
        for row in rows:
            _append_check(run, row, common)
        if not rows:
            run.append("items", {**common, "title": task.title, "box": task.box})


def _group_texts(group: Document) -> dict:
    texts = ("priority", "minutes", "expected_result", "escalation_criteria")
    return {"task_group": group.title, **{text: group.get(text) for text in texts}}


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
        records.insert(run)
    except frappe.DuplicateEntryError:
        frappe.clear_last_message()
    return run.name
