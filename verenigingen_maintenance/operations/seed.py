"""Writes the runbook's data into a site: adds what is new, corrects what nobody touched, keeps the rest.

Each seeded document remembers in `shipped` what it was last given, field by field. A field that still has it
is the runbook's to correct; one that differs is the user's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path

import frappe
import yaml
from frappe.model.document import Document
from frappe.model.meta import Meta

from verenigingen_maintenance.core.merge import is_untouched, merge
from verenigingen_maintenance.operations.refusals import plain

SETTINGS = "Maintenance Settings"
RUNBOOK = Path(__file__).parent.parent / "runbook"
BREAKS = ("Section Break", "Column Break")
SEEDED = (
    ("settings.yaml", "Maintenance Settings"),
    ("levels.yaml", "Escalation Level"),
    ("contacts.yaml", "Emergency Contact"),
    ("metrics.yaml", "Metric"),
    ("analytics.yaml", "Analytics Component"),
    ("checks/*.yaml", "Maintenance Check"),
    ("*ly.yaml", "Maintenance Procedure"),
    ("emergencies.yaml", "Maintenance Procedure"),
)
# What tells the rows of a table apart.
KEYS: dict[str, tuple[str, ...]] = {
    "task_groups": ("title",),
    "tasks": ("title",),
    "checks": ("task", "check_name"),
    "free_fields": ("label",),
    "severity_rules": ("title",),
    "starting_levels": ("area",),
    "inhibitions": ("cause", "silenced"),
    "report_kinds": ("kind",),
    "incident_triggers": ("check_name",),
}
LINES = ("boxes",)
AS_SHIPPED = "As the app brings it"
# What is only meant beside another field: where that is the user's, it is too.
GOES_WITH = {"clear": "critical"}


def seed() -> None:
    """Brings every document of the runbook up to date. Repeating it changes nothing."""
    for files, doctype in SEEDED:
        entries = read_runbook(files)
        for name, entry in entries.items():
            _seed_document(doctype, name, _values(doctype, entry))
        _keep_seeded(doctype, entries)


def read_runbook(files: str) -> dict[str, dict]:
    """The entries of some files of the runbook (a name, or a pattern), by name."""
    found = sorted(RUNBOOK.glob(files))
    texts = (file.read_text(encoding="utf-8") for file in found)
    return {name: entry or {} for text in texts for name, entry in yaml.safe_load(text).items()}


def _values(doctype: str, entry: dict) -> dict:
    """An entry as field values; lists of plain texts become the lines (or the words) of one field."""
    fields = {field.fieldname for field in frappe.get_meta(doctype).fields}
    values = dict(entry)
    if "boxes" in values:
        values["boxes"] = "\n".join(values["boxes"])
    if "requirements" in values:
        values["requirements"] = ", ".join(str(row) for row in values["requirements"])
    return {key: _rows(key, value) for key, value in values.items() if key in fields}


def _rows(field: str, value: object) -> object:
    """Rows of a table, without what only the runbook's reader needs."""
    if field not in KEYS:
        return value
    return [{key: inner for key, inner in row.items() if key != "requirements"} for row in value]


def _seed_document(doctype: str, name: str, values: dict) -> None:
    if _is_new(doctype, name):
        if name not in _seeded(doctype):
            _create(doctype, name, values)
            _remember(doctype, name, values, {})
        return
    document = frappe.get_doc(doctype, name)
    shipped = json.loads(document.shipped or "{}")
    if shipped.get("entry") != values:
        _upgrade(document, values, shipped.get("state", {}))


def _seeded(doctype: str) -> list[str]:
    """What was once brought of a DocType: what of it is gone was deleted by a user, and stays away."""
    return json.loads(frappe.db.get_single_value(SETTINGS, "seeded") or "{}").get(doctype, [])


def _keep_seeded(doctype: str, names: Iterable[str]) -> None:
    seeded = json.loads(frappe.db.get_single_value(SETTINGS, "seeded") or "{}")
    seeded[doctype] = sorted({*seeded.get(doctype, []), *names})
    frappe.db.set_single_value(SETTINGS, "seeded", json.dumps(seeded), update_modified=False)


def _upgrade(document: Document, values: dict, shipped: dict) -> None:
    """Corrects a document; where that contradicts what a user changed, it stays, and the output says so."""
    try:
        kept = _correct(document, values, shipped)
    except frappe.ValidationError as error:
        frappe.clear_messages()
        print(f"{document.doctype} {document.name} stays as it is: {plain(error)}")
    else:
        _remember(document.doctype, document.name, values, kept)


def _is_new(doctype: str, name: str) -> bool:
    """Frappe saves a settings page before it is seeded, with the present time in every Time field."""
    if frappe.get_meta(doctype).issingle:
        return not frappe.db.get_single_value(doctype, "shipped")
    return not frappe.db.exists(doctype, name)


def _create(doctype: str, name: str, values: dict) -> None:
    is_single = frappe.get_meta(doctype).issingle
    document = frappe.get_doc(doctype) if is_single else frappe.new_doc(doctype)
    document.update({"name": name, **_midnight(document.meta), **deepcopy(values)})
    _save(document)


def _midnight(meta: Meta) -> dict[str, str]:
    """For times that the runbook does not have: Frappe would take the present one, on each site another."""
    return {each.fieldname: "00:00:00" for each in meta.get("fields", {"fieldtype": "Time"})}


def _correct(document: Document, values: dict, shipped: dict) -> dict:
    """Sets what still is as shipped (or new and empty). Returns what a user changed, as it was shipped."""
    current, kept = _state(document, values), {}
    for field, value in values.items():
        if field in KEYS:
            rows = merge(
                shipped.get(field) or [], current[field], _whole(document, field, value), KEYS[field]
            )
            document.set(field, [dict(row) for row in rows])
            kept[field] = _whole(document, field, value)
        elif field in LINES:
            document.set(field, _merge_lines(shipped.get(field), current[field], value))
            kept[field] = value
        elif is_untouched(field, shipped, current) and _is_partner_untouched(field, shipped, current):
            document.set(field, deepcopy(value))
        else:
            kept[field] = shipped.get(field)
    _bring_back_what_rows_name(document)
    _save(document)
    return kept


def _save(document: Document) -> None:
    """The settings name checks and procedures that a new site gets after them."""
    document.flags.update({"by_app": True, "change_reason": AS_SHIPPED, "ignore_links": True})
    document.save(ignore_permissions=True)


def _is_partner_untouched(field: str, shipped: dict, current: dict) -> bool:
    partner = GOES_WITH.get(field)
    return partner not in current or is_untouched(partner, shipped, current)


def _bring_back_what_rows_name(document: Document) -> None:
    """A box or group that a user renamed comes back where a row of the runbook still names it."""
    boxes = (document.get("boxes") or "").splitlines()
    for row in (*(document.get("tasks") or []), *(document.get("checks") or [])):
        if row.box and row.box not in boxes:
            boxes.append(row.box)
    groups = {row.title for row in document.get("task_groups") or []}
    for title in dict.fromkeys(row.task_group for row in document.get("tasks") or []):
        if title not in groups:
            document.append("task_groups", {"title": title})
    if boxes:
        document.boxes = "\n".join(boxes)


def _whole(document: Document, table: str, rows: list[dict]) -> list[dict]:
    """Rows of the runbook with all columns that the table has, as `_state` gives them."""
    child = frappe.get_meta(document.meta.get_field(table).options)
    return [_plain_row(frappe.new_doc(child.name).update(row), child) for row in rows]


def _merge_lines(shipped: str | None, current: str | None, wanted: str) -> str:
    rows = [[{"line": line} for line in (text or "").splitlines()] for text in (shipped, current, wanted)]
    return "\n".join(str(row["line"]) for row in merge(*rows, ("line",)))


def _remember(doctype: str, name: str, values: dict, kept: dict) -> None:
    document = frappe.get_doc(doctype, name)
    shipped = {"entry": values, "state": {**_state(document, values), **kept}}
    document.db_set("shipped", json.dumps(shipped), update_modified=False)


def _state(document: Document, fields: Iterable[str]) -> dict:
    """The given fields as the database has them, in a form that JSON keeps."""
    return {field: _plain(document.get(field)) for field in fields}


def _plain(value: object) -> object:
    if isinstance(value, list):
        return [_plain_row(row, row.meta) for row in value]
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _plain_row(row: Document, meta: Meta) -> dict:
    """A row as the database would give it back: an empty text is None."""
    return {
        df.fieldname: _plain(row.get(df.fieldname)) or None
        for df in meta.fields
        if df.fieldtype not in BREAKS
    }
