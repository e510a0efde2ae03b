"""The run before another one of the same procedure, and its values beside those of now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import frappe
from frappe.model.document import Document

from verenigingen_maintenance.core.previous import change, direction
from verenigingen_maintenance.operations.checks import Spec

RUN, ITEM = "Checklist Run", "Checklist Run Item"
FIELDS = ["check_name", "title", "task", "value", "unit", "verdict", "by_hand", "result", "not_applicable"]


def beside(run: Document) -> dict | None:
    """The last measured or signed run before `run`, with what it had for each row of `run`; None where there
    was none.

    `{"run", "measured_at", "status", "rows": {name of a row: {"value", "unit", "verdict", "result", "change",
    "is_new"}}}`: `value` is empty where nothing was measured, `change` one of core.previous.Change.
    """
    before = _before(run)
    if before is None:
        return None
    rows = frappe.get_all(ITEM, {"parent": before.name, "parenttype": RUN}, FIELDS, limit=0)
    known = {_key(row): row for row in rows}
    found = {item.name: _compared(item, known.get(_key(item))) for item in run.items}
    return {"run": before.name, "measured_at": before.measured_at, "status": before.status, "rows": found}


def _before(run: Document) -> Any:
    """Drills are compared with drills. A missed run was never opened, and proves nothing."""
    filters = {
        "procedure": run.procedure,
        "name": ("!=", run.name),
        "is_drill": run.is_drill or 0,
        "opened_at": ("<", run.opened_at),
    }
    fields = ["name", "measured_at", "status"]
    either = {"measured_at": ("is", "set"), "status": "Signed"}
    rows = frappe.get_all(RUN, filters, fields, or_filters=either, order_by="opened_at desc", limit=1)
    return rows[0] if run.opened_at and rows else None


def _key(row: Any) -> tuple:
    """A check is the same one whatever it is called; a step is what it says."""
    return ("check", row.check_name) if row.check_name else ("step", row.task, row.title)


def _compared(item: Document, before: Mapping[str, Any] | None) -> dict:
    if before is None:
        return {"is_new": True}
    values = {key: before[key] or "" for key in ("value", "unit", "verdict", "result")}
    return {**values, "not_applicable": before["not_applicable"], "change": _change(item, before)}


def _change(item: Document, before: Mapping[str, Any]) -> str:
    if item.by_hand or (item.unit or "") != (before["unit"] or ""):
        return ""
    spec = Spec.from_json(item.rule) if item.rule else None
    more_is_worse = direction(spec.warning, spec.critical) if spec else None
    return change(_number(item.value), _number(before["value"]), more_is_worse).value


def _number(text: str | None) -> float | None:
    return float(text) if text else None
