"""Photos and files beside the rows of a run: private, of a known kind, and fixed once it is signed.

They are Frappe's own files, attached to the run; `attached_to_field` is the name of the row, empty where a
file is about the whole run.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint

from verenigingen_maintenance.core.evidence_files import is_image, size_in_words, why_not
from verenigingen_maintenance.operations.language import said
from verenigingen_maintenance.operations.refusals import refuse

RUN, ITEM, FILE = "Checklist Run", "Checklist Run Item", "File"
MOST = 200
MANAGER, OPERATOR = "Maintenance Manager", "Maintenance Operator"


def of(run: Document) -> list[dict]:
    """The files of a run, the oldest first; of a signed one those that the signature covers.

    `{"name", "row", "file_name", "url", "size", "is_image", "by", "at", "is_gone"}`; `is_gone` where the site
    has lost what was in it.
    """
    signed = json.loads(run.files) if run.files else None
    there = {each.name: each for each in _attached(run.name)}
    if signed is None:
        return [_shown(each) for each in there.values()]
    return [_shown(there[each["name"]]) if each["name"] in there else _lost(each) for each in signed]


def of_run(run: str) -> list[dict]:
    """The same by the name of the run. Raises frappe.DoesNotExistError."""
    if not frappe.db.exists(RUN, run):
        refuse(_("There is no run {0}."), run, kind=frappe.DoesNotExistError)
    return of(frappe.get_doc(RUN, run))


def manifest(run: str) -> str:
    """What a signature covers: the files with their SHA-256, as JSON."""
    rows = []
    for each in _attached(run):
        kept = {"name": each.name, "row": each.attached_to_field or "", "file_name": each.file_name}
        kept |= {"size": cint(each.file_size), "by": each.owner, "at": str(each.creation)}
        rows.append({**kept, "sha256": _sha256(frappe.get_doc(FILE, each.name))})
    return json.dumps(rows, ensure_ascii=False)


def take(file: Document, _event: str) -> None:
    """For Frappe, before a file is added: is it evidence, and may it be? Raises frappe.ValidationError."""
    if file.attached_to_doctype != RUN:
        return
    _refuse_unless_may_change(
        file.attached_to_name, _("{0} is {1}: no file is added to it. Add a comment instead.")
    )
    if not file.get("content"):
        refuse(_("{0} is not here: attach the file itself, not its address."), file.file_name)
    if not cint(file.is_private):
        refuse(_("{0} would be public: evidence is private. Choose “Private”."), file.file_name)
    if reason := why_not(file.file_name):
        refuse(_("{0} was not attached: {1}"), file.file_name, said(reason))
    _refuse_row_of_another(file)
    if frappe.db.count(FILE, {"attached_to_doctype": RUN, "attached_to_name": file.attached_to_name}) >= MOST:
        refuse(_("{0} has {1} files already: remove some first."), file.attached_to_name, MOST)


def keep(file: Document, _event: str) -> None:
    """For Frappe, before a file is changed: evidence stays what it is, and where it is."""
    before = file.get_doc_before_save()
    if file.is_new() or before is None or RUN not in (file.attached_to_doctype, before.attached_to_doctype):
        return
    message = _("{0} is evidence of a run: it stays as it is. Attach another file, or remove this one.")
    refuse(message, before.file_name)


def remove(file: Document, _event: str) -> None:
    """For Frappe, before a file is deleted. Raises frappe.ValidationError where its run is closed."""
    if file.attached_to_doctype == RUN:
        _refuse_unless_may_change(file.attached_to_name, _("{0} is {1}: no file is removed from it."))


def has_permission(
    doc: Any, ptype: str | None = None, user: str | None = None, debug: bool = False
) -> bool | None:
    """For Frappe, which would delete what is on disk before it asks any document event."""
    if ptype not in ("write", "delete") or getattr(doc, "attached_to_doctype", None) != RUN:
        return None
    return False if _is_closed(doc.attached_to_name) or not _may_write(user) else None


def _attached(run: str) -> list:
    fields = ["name", "file_name", "file_url", "file_size", "owner", "creation"]
    fields += ["attached_to_field", "is_private", "content_hash"]
    filters = {"attached_to_doctype": RUN, "attached_to_name": run, "is_folder": 0}
    return frappe.get_all(FILE, filters, fields, order_by="creation asc, name asc", limit=MOST)


def _shown(file: Any) -> dict:
    document = frappe.get_doc({"doctype": FILE, **file})
    return {
        "name": file.name,
        "row": file.attached_to_field or "",
        "file_name": file.file_name,
        "url": document.unique_url,
        "size": size_in_words(cint(file.file_size)),
        "is_image": is_image(file.file_name),
        "by": file.owner,
        "at": file.creation,
        "is_gone": not document.exists_on_disk(),
    }


def _lost(kept: dict) -> dict:
    """What the signature covers, and the site has no more."""
    shown = {key: kept[key] for key in ("name", "row", "file_name", "by", "at")}
    return {**shown, "url": "", "size": size_in_words(kept["size"]), "is_image": False, "is_gone": True}


def _sha256(file: Document) -> str:
    content = file.get_content()
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def _refuse_row_of_another(file: Document) -> None:
    row = file.attached_to_field
    if row and not frappe.db.exists(ITEM, {"name": row, "parent": file.attached_to_name, "parenttype": RUN}):
        refuse(_("{0} has no row {1}. Load it again."), file.attached_to_name, row)


def _refuse_unless_may_change(run: str, message: str) -> None:
    """Whoever signs it just now is waited for: a signature covers all files, or none comes after it."""
    if not _may_write():
        needed = f"{MANAGER}, {OPERATOR}"
        refuse(_("This needs one of the roles {0}."), needed, kind=frappe.PermissionError)
    status = frappe.db.get_value(RUN, run, "status", for_update=True)
    if status is None:
        refuse(_("There is no run {0}."), run, kind=frappe.DoesNotExistError)
    if status != "Open":
        refuse(message, run, _(status))


def _is_closed(run: str) -> bool:
    return frappe.db.get_value(RUN, run, "status") not in (None, "Open")


def _may_write(user: str | None = None) -> bool:
    return bool({MANAGER, OPERATOR} & set(frappe.get_roles(user)))
