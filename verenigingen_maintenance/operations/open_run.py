"""Opens checklist runs: one for each slot, whoever comes first; the others find it."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, time, timedelta

import frappe
from frappe.model.document import Document

from verenigingen_maintenance.core.slots import Cadence, Slot
from verenigingen_maintenance.operations import agreed_dates, drill_runs, records, run_times
from verenigingen_maintenance.operations.checks import Spec
from verenigingen_maintenance.sources import clock, http

RUN = "Checklist Run"


def open_for_slot(procedure: Document, slot: Slot, now: datetime) -> str:
    """The name of the slot's run, opened now unless it is there already."""
    run = _new(slot.name, procedure, now)
    run.opened_late = now > slot.due_until
    run.date_note = agreed_dates.note(procedure, slot)
    agreed_dates.set_window(run, slot)
    _fill(run, procedure)
    return _insert_once(run)


def open_ad_hoc(procedure: Document, now: datetime, drill: bool = False, taken: Collection[str] = ()) -> str:
    """The name of today's open run outside any slot, or of today's open drill, opened now where it is not;
    none of those that are `taken`."""
    kind = "AD-HOC-DRILL" if drill else "AD-HOC"
    first = f"{kind}-{_label(procedure)}-{now.astimezone(clock.zone()):%Y-%m-%d}"
    name, count = first, 1
    while name in taken or frappe.db.get_value(RUN, name, "status") not in (None, "Open"):
        count += 1
        name = f"{first}-{count}"
    run = _new(name, procedure, now)
    tomorrow = now.astimezone(clock.zone()).date() + timedelta(days=1)
    run.lapses_at = datetime.combine(tomorrow, time())
    _fill(run, procedure)
    if drill:
        drill_runs.mark(run)
    return _insert_once(run)


def _label(procedure: Document) -> str:
    """The cadence; of an emergency, which there are several of, the procedure's own name."""
    is_emergency = procedure.cadence == Cadence.EMERGENCY.value
    return re.sub(r"\W+", "-", procedure.name if is_emergency else procedure.cadence).upper()


def record_missed(procedure: Document, slot: Slot, now: datetime) -> str:
    """Records that nobody opened a slot before it lapsed."""
    run = _new(slot.name, procedure, now)
    run.update({"status": "Missed", "verdict": "UNKNOWN", "opened_at": None})
    agreed_dates.set_window(run, slot)
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


def _fill(run: Document, procedure: Document) -> None:
    """Copies the procedure's texts, boxes and the rules of its checks, as they are now."""
    for box in filter(None, map(str.strip, (procedure.boxes or "").splitlines())):
        run.append("boxes", {"box": box})
    for field in procedure.free_fields:
        run.append("notes", {"label": field.label, "kind": field.draft})
    run_times.estimate(run, procedure)
    groups = {group.title: group for group in procedure.task_groups}
    checks = _checks(procedure)
    for task in procedure.tasks:
        _append_task(run, procedure, task, _group_texts(groups[task.task_group]), checks)


def _checks(procedure: Document) -> dict[str, frappe._dict]:
    """All in one question: a run has some dozens."""
    names = [row.check_name for row in procedure.checks]
    rows = frappe.get_all("Maintenance Check", {"name": ("in", names)}, ["*"], limit=0)
    return {row.name: row for row in rows}


def _append_task(
    run: Document, procedure: Document, task: Document, group_texts: dict, checks: dict[str, frappe._dict]
) -> None:
    """The checks of a task, and a row for a person where it has none or is done by hand as well."""
    texts = {"task": task.title, "step": task.step, "instructions": task.instructions}
    shared = {**group_texts, **texts, "minutes": task.minutes or group_texts["minutes"]}
    shared |= {"command": command_on_this_site(task), "changes_system": task.changes_system}
    rows = [row for row in procedure.checks if row.task == task.title]
    for row in rows:
        _append_check(run, row, checks[row.check_name], shared)
    if task.by_hand or not rows:
        run.append("items", {**shared, "title": task.title, "box": task.box, "by_hand": 1})


def command_on_this_site(task: Document) -> str | None:
    """The task's command as it is typed on this site."""
    if not task.command:
        return None
    bench = frappe.utils.get_bench_path()
    return task.command.format(site=frappe.local.site, bench=bench, address=http.address())


def _group_texts(group: Document) -> dict:
    texts = ("priority", "minutes", "expected_result", "escalation_criteria")
    return {"task_group": group.title, **{text: group.get(text) for text in texts}}


def _append_check(run: Document, row: Document, check: frappe._dict, shared: dict) -> None:
    if not check.enabled:
        return
    spec = Spec.of(check)
    item = {"title": spec.title, "box": row.box, "check_name": spec.name, "unit": spec.unit}
    item |= {"not_applicable": check.not_applicable, "target": spec.target, "rule": spec.to_json()}
    if check.not_applicable:
        item["reason"] = check.not_applicable_reason
    run.append("items", {**shared, **item})


def _insert_once(run: Document) -> str:
    """Inserts a run; the primary key admits one of a name, so a second is the first."""
    if frappe.db.exists(RUN, run.name):
        return run.name
    try:
        records.insert(run)
    except frappe.DuplicateEntryError:
        frappe.clear_last_message()
    return run.name
