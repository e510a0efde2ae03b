"""Photos and files beside the rows of a run: private, of a known kind, and fixed once it is signed.

They are Frappe's own files, attached to the run; `attached_to_field` is the name of the row, empty where a
file is about the whole run. Each has a place of its own on the disk: Frappe keeps equal files once, and who
changes, publishes or deletes the other one would do so to the evidence.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, get_files_path

from verenigingen_maintenance.core.evidence_files import extension, is_image, size_in_words, why_not
from verenigingen_maintenance.operations.language import said
from verenigingen_maintenance.operations.refusals import refuse

RUN, ITEM, FILE = "Checklist Run", "Checklist Run Item", "File"
FOLDER, IN_COMMENT = "run-evidence", "comment"
MOST, DIGITS = 200, 12
DELETE_HOOK = "delete_file_data_content"
OURS = "verenigingen_maintenance.operations.evidence_files.delete_content"
MANAGER, OPERATOR = "Maintenance Manager", "Maintenance Operator"


def of(run: Document) -> list[dict]:
    """The files of a run, the oldest first; of a signed one those that the signature covers.

    `{"name", "row", "file_name", "url", "size", "is_image", "by", "at", "is_gone", "is_changed", "sha256"}`;
    `is_gone` where the site has lost what was in it, `is_changed` where it is not what was signed; the first
    digits of the SHA-256 are those of the signature.
    """
    signed = json.loads(run.files) if run.files else None
    there = {each.name: each for each in _attached(run.name)}
    if signed is None:
        return [_shown(each) for each in there.values()]
    return [_as_signed(each, there.get(each["name"])) for each in signed]


def of_run(run: str) -> list[dict]:
    """The same by the name of the run. Raises frappe.DoesNotExistError."""
    if not frappe.db.exists(RUN, run):
        refuse(_("There is no run {0}."), run, kind=frappe.DoesNotExistError)
    return of(frappe.get_doc(RUN, run))


def manifest(run: str) -> str:
    """What a signature covers: the files with their SHA-256, as JSON. Raises frappe.ValidationError."""
    if gone := lost(run):
        refuse(_("{0} is not signed: the site has lost the content of {1}."), run, ", ".join(gone))
    rows = []
    for each in _attached(run):
        kept = {"name": each.name, "row": each.attached_to_field or "", "file_name": each.file_name}
        kept |= {"size": cint(each.file_size), "by": each.owner, "at": str(each.creation)}
        rows.append({**kept, "sha256": _sha256(_document(each))})
    return json.dumps(rows, ensure_ascii=False)


def lost(run: str) -> list[str]:
    """The names of those files of an open run whose content is gone."""
    return [each.file_name for each in _attached(run) if not _document(each).exists_on_disk()]


def take(file: Document, _event: str) -> None:
    """For Frappe, before a file is added: is it evidence, and may it be? Raises frappe.ValidationError."""
    if file.attached_to_doctype != RUN:
        return
    if _is_of_comment(file):
        file.attached_to_field = IN_COMMENT
        message = _("{0} is {1}: a comment on it has no pictures. Write it in words.")
        _refuse_unless_open(file.attached_to_name, message)
    else:
        _refuse_unless_may_write()
        message = _("{0} is {1}: no file is added to it. Add a comment instead.")
        _refuse_unless_open(file.attached_to_name, message)
        _refuse_row_of_another(file)
    if file.is_remote_file or not file.get("content"):
        refuse(_("{0} is not here: attach the file itself, not its address."), file.file_name)
    if not cint(file.is_private):
        refuse(_("{0} would be public: evidence is private. Choose “Private”."), file.file_name)
    if reason := why_not(file.file_name):
        refuse(_("{0} was not attached: {1}"), file.file_name, said(reason))
    if frappe.db.count(FILE, {"attached_to_doctype": RUN, "attached_to_name": file.attached_to_name}) >= MOST:
        refuse(_("{0} has {1} files already: remove some first."), file.attached_to_name, MOST)
    _give_own_place(file)


def keep(file: Document, _event: str) -> None:
    """For Frappe, before a file is changed: evidence stays what it is, and where it is."""
    before = file.get_doc_before_save()
    message = _("{0} is evidence of a run: it stays as it is. Attach another file, or remove this one.")
    if file.attached_to_doctype != RUN and _has_own_place(file):
        refuse(message, file.file_name)
    if file.is_new() or before is None or RUN not in (file.attached_to_doctype, before.attached_to_doctype):
        return
    refuse(message, before.file_name)


def remove(file: Document, _event: str = "") -> None:
    """For Frappe, before a file is deleted. Raises frappe.ValidationError where its run is closed."""
    if file.attached_to_doctype != RUN:
        return
    _refuse_unless_may_write()
    if frappe.db.exists(RUN, file.attached_to_name):
        _refuse_unless_open(file.attached_to_name, _("{0} is {1}: no file is removed from it."))


def delete_content(file: Document, only_thumbnail: bool = False) -> None:
    """For Frappe, which asks here before it takes a file from the disk: evidence goes once its row is gone
    for good. Raises frappe.ValidationError where its run is closed."""
    if file.attached_to_doctype != RUN:
        _delete_as_usual(file, only_thumbnail)
    elif file.flags.new_file:  # it is rolled back
        _take_from_disk(file, only_thumbnail)
    else:
        remove(file)
        frappe.db.after_commit.add(partial(_take_from_disk_unless_kept, file, only_thumbnail))


def has_permission(
    doc: Any, ptype: str | None = None, user: str | None = None, debug: bool = False
) -> bool | None:
    """For Frappe: nobody changes or deletes a file of a run that is closed, nor without a role."""
    if ptype not in ("write", "delete") or getattr(doc, "attached_to_doctype", None) != RUN:
        return None
    return False if _is_closed(doc.attached_to_name) or not _may_write(user) else None


def _attached(run: str) -> list:
    fields = ["name", "file_name", "file_url", "file_size", "owner", "creation"]
    fields += ["attached_to_field", "is_private", "content_hash"]
    filters = {"attached_to_doctype": RUN, "attached_to_name": run, "is_folder": 0}
    filters["attached_to_field"] = ("!=", IN_COMMENT)
    return frappe.get_all(FILE, filters, fields, order_by="creation asc, name asc", limit=MOST)


def _document(file: Any) -> Document:
    return frappe.get_doc({"doctype": FILE, **file})


def _shown(file: Any) -> dict:
    document = _document(file)
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
        "is_changed": False,
        "sha256": "",
    }


def _as_signed(kept: dict, file: Any) -> dict:
    shown = _shown(file) if file else _lost(kept)
    is_changed = not shown["is_gone"] and _sha256(_document(file)) != kept["sha256"]
    return {**shown, "is_changed": is_changed, "sha256": kept["sha256"][:DIGITS]}


def _lost(kept: dict) -> dict:
    """What the signature covers, and the site has no more."""
    shown = {key: kept[key] for key in ("name", "row", "file_name", "by", "at")}
    return {**shown, "url": "", "size": size_in_words(kept["size"]), "is_image": False, "is_gone": True}


def _sha256(file: Document) -> str:
    found = hashlib.sha256()
    with Path(file.get_full_path()).open("rb") as content:
        while part := content.read(1 << 20):
            found.update(part)
    return found.hexdigest()


def _give_own_place(file: Document) -> None:
    """Frappe has written it, or found an equal one: by another hash nobody finds this one."""
    written, token = Path(file.get_full_path()), frappe.generate_hash(length=32)
    equal = {"content_hash": file.content_hash, "file_url": file.file_url}
    put = shutil.copyfile if frappe.db.exists(FILE, equal) else shutil.move
    file.content_hash = token
    file.file_url = f"/private/files/{FOLDER}/{token}.{extension(file.file_name)}"
    Path(get_files_path(FOLDER, is_private=1)).mkdir(exist_ok=True)
    put(written, file.get_full_path())


def _has_own_place(file: Document) -> bool:
    return f"/{FOLDER}/" in (file.file_url or "")


def _take_from_disk(file: Document, only_thumbnail: bool) -> None:
    """Frappe's own way knows no folders."""
    if not _has_own_place(file):
        _delete_as_usual(file, only_thumbnail)
    elif not only_thumbnail:
        Path(file.get_full_path()).unlink(missing_ok=True)


def _take_from_disk_unless_kept(file: Document, only_thumbnail: bool) -> None:
    if not frappe.db.exists(FILE, file.name):
        _take_from_disk(file, only_thumbnail)


def _delete_as_usual(file: Document, only_thumbnail: bool) -> None:
    """As another app of the site does it, or Frappe."""
    others = [each for each in frappe.get_hooks(DELETE_HOOK) if each != OURS]
    delete = partial(frappe.get_attr(others[0]), file) if others else file.delete_file_from_filesystem
    delete(only_thumbnail=only_thumbnail)


def _is_of_comment(file: Document) -> bool:
    """A picture within a text: Frappe attaches it for whoever reads the run, and to no row."""
    is_made_by_frappe = bool(file.flags.ignore_permissions) and not file.attached_to_field
    return is_made_by_frappe and frappe.has_permission(RUN, "read")


def _refuse_row_of_another(file: Document) -> None:
    row = file.attached_to_field
    if row and not frappe.db.exists(ITEM, {"name": row, "parent": file.attached_to_name, "parenttype": RUN}):
        refuse(_("{0} has no row {1}. Load it again."), file.attached_to_name, row)


def _refuse_unless_may_write() -> None:
    if not _may_write():
        needed = f"{MANAGER}, {OPERATOR}"
        refuse(_("This needs one of the roles {0}."), needed, kind=frappe.PermissionError)


def _refuse_unless_open(run: str, message: str) -> None:
    """Whoever signs it just now is waited for: a signature covers all files, or none comes after it."""
    status = frappe.db.get_value(RUN, run, "status", for_update=True)
    if status is None:
        refuse(_("There is no run {0}."), run, kind=frappe.DoesNotExistError)
    if status != "Open":
        refuse(message, run, _(status))


def _is_closed(run: str) -> bool:
    return frappe.db.get_value(RUN, run, "status") not in (None, "Open")


def _may_write(user: str | None = None) -> bool:
    return bool({MANAGER, OPERATOR} & set(frappe.get_roles(user)))
