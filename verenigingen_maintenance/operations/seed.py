"""Writes the runbook's data into a site: adds what is new, corrects what nobody touched, keeps the rest.

Each seeded document remembers in `shipped` what it was last given, field by field. A field that still has it
is the runbook's to correct; one that differs is the user's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import frappe
import yaml
from frappe.model.document import Document

RUNBOOK = Path(__file__).parent.parent / "runbook"
SEEDED = (
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
    if frappe.db.exists(doctype, name):
        document = frappe.get_doc(doctype, name)
        shipped = json.loads(document.shipped or "{}")
        if shipped.get("entry") == values:
            return
        _correct(document, values, shipped.get("state", {}))
    else:
        document = frappe.get_doc({"doctype": doctype, "name": name, **values})
        document.insert(ignore_permissions=True)
    _remember(doctype, name, values)


def _correct(document: Document, values: dict, shipped: dict) -> None:
    """Sets what still is as shipped; a field that is new in the runbook, if it is empty."""
    current = _state(document, values)
    for field, value in values.items():
        untouched = current[field] == shipped[field] if field in shipped else not document.get(field)
        if untouched:
            document.set(field, value)
    document.save(ignore_permissions=True)


def _remember(doctype: str, name: str, values: dict) -> None:
    document = frappe.get_doc(doctype, name)
    shipped = {"entry": values, "state": _state(document, values)}
    document.db_set("shipped", json.dumps(shipped), update_modified=False)


def _state(document: Document, fields: Iterable[str]) -> dict:
    """The given fields as the database has them, in a form that JSON keeps."""
    return {field: _plain(document.get(field)) for field in fields}


def _plain(value: object) -> object:
    if isinstance(value, list):
        return [{df.fieldname: _plain(row.get(df.fieldname)) for df in row.meta.fields} for row in value]
    return value if value is None or isinstance(value, str | int | float) else str(value)
