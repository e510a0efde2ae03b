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

from verenigingen_maintenance.operations.refusals import plain

RUNBOOK = Path(__file__).parent.parent / "runbook"
_EMPTY = object()
SEEDED = (
    ("settings.yaml", "Maintenance Settings"),
    ("levels.yaml", "Escalation Level"),
    ("checks.yaml", "Maintenance Check"),
    ("daily.yaml", "Maintenance Procedure"),
)


def seed() -> None:
    """Brings every document of the runbook up to date. Repeating it changes nothing."""
    for file, doctype in SEEDED:
        for name, entry in read_runbook(file).items():
            _seed_document(doctype, name, _values(doctype, entry))


def read_runbook(file: str) -> dict[str, dict]:
    """One file of the runbook: entries by name."""
    return yaml.safe_load((RUNBOOK / file).read_text(encoding="utf-8"))


def _values(doctype: str, entry: dict) -> dict:
    """An entry as field values; lists of plain texts become the lines (or the words) of one field."""
    fields = {field.fieldname for field in frappe.get_meta(doctype).fields}
    values = dict(entry)
    if "boxes" in values:
        values["boxes"] = "\n".join(values["boxes"])
    if "requirements" in values:
        values["requirements"] = ", ".join(str(row) for row in values["requirements"])
    return {key: value for key, value in values.items() if key in fields}


def _seed_document(doctype: str, name: str, values: dict) -> None:
    if _is_new(doctype, name):
        _create(doctype, name, values)
        _remember(doctype, name, values, {})
        return
    document = frappe.get_doc(doctype, name)
    shipped = json.loads(document.shipped or "{}")
    if shipped.get("entry") != values:
        _upgrade(document, values, shipped.get("state", {}))


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
    document.update({"name": name, **deepcopy(values)})
    document.save(ignore_permissions=True)


def _correct(document: Document, values: dict, shipped: dict) -> dict:
    """Sets what still is as shipped (or new and empty). Returns what a user changed, as it was shipped."""
    current, kept = _state(document, values), {}
    for field, value in values.items():
        former = shipped.get(field) if field in shipped else _EMPTY
        if current[field] == former or (former is _EMPTY and not current[field]):
            document.set(field, deepcopy(value))
        else:
            kept[field] = None if former is _EMPTY else former
    document.save(ignore_permissions=True)
    return kept


def _remember(doctype: str, name: str, values: dict, kept: dict) -> None:
    document = frappe.get_doc(doctype, name)
    shipped = {"entry": values, "state": {**_state(document, values), **kept}}
    document.db_set("shipped", json.dumps(shipped), update_modified=False)


def _state(document: Document, fields: Iterable[str]) -> dict:
    """The given fields as the database has them, in a form that JSON keeps."""
    return {field: _plain(document.get(field)) for field in fields}


def _plain(value: object) -> object:
    if isinstance(value, list):
        return [{df.fieldname: _plain(row.get(df.fieldname)) for df in row.meta.fields} for row in value]
    return value if value is None or isinstance(value, str | int | float) else str(value)
