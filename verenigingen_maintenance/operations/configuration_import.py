"""Brings a configuration in: all of it or nothing, as it was compared, and so that it can be taken back."""

from __future__ import annotations

import html
import json
from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, getdate

from verenigingen_maintenance.core.configuration import Configuration, after_who_leaves
from verenigingen_maintenance.core.configuration_diff import ONLY_HERE
from verenigingen_maintenance.core.slots import Cadence, is_within
from verenigingen_maintenance.operations import (
    agreed_dates,
    applicability,
    configuration_copies,
    procedures,
    seed,
    settings,
)
from verenigingen_maintenance.operations.configuration import (
    BROUGHT,
    COMPONENT,
    DOCTYPES,
    LEVEL,
    PROCEDURE,
    TARGET,
    Comparison,
    Options,
    compare,
    export,
)
from verenigingen_maintenance.operations.refusals import plain, refuse, refuse_until
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.operations.transactions import commit, lock
from verenigingen_maintenance.sources import clock

PATIENCE = 30
# What a manager may delete in Desk. Of checks, those that the app did not bring.
MAY_GO = ("Emergency Contact", "Metric", "Maintenance Check", TARGET)
# What was measured names it for as long as it is kept: Desk deletes neither then.
RECORDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "Metric": ("metric", ("Metric Sample", "Metric Hour", "Metric Day", "Metric Forecast")),
    "Maintenance Check": ("check_name", ("Checklist Run Item", "Threshold Proposal")),
}


def bring_in(text: str, expected: str, options: Options, now: datetime) -> dict[str, Any]:
    """Makes the configuration that of a file. `expected` is the digest of the differences that somebody saw.

    Returns what was created, changed, deleted and left, what is set by hand, and the copy of what was before.
    Raises frappe.ValidationError, and changes nothing, where one document cannot be as the file has it, and
    where something was changed since the differences were shown.
    """
    with lock("writing", PATIENCE) as mine:
        if not mine:
            refuse(_("A run or a round of samples is being written for a while. Try again in a minute."))
        commit()
        compared = compare(text, options)
        _refuse(compared, expected)
        before = export(now)
        done = _write_all(compared)
        kept = configuration_copies.keep(before, configuration_copies.BEFORE, now)
        _comment(compared.file, done, kept)
        commit()
    return {**done, "before": kept, "by_hand": compared.as_dict()["by_hand"]}


def _refuse(compared: Comparison, expected: str) -> None:
    if compared.missing and not compared.options.without_users:
        first = _("These are not on this site. Make them first, or import without them (--without-users):")
        refuse_until(first, compared.missing)
    if not compared.found:
        refuse(_("The configuration is as the file has it already: there is nothing to bring in."))
    if not compared.options.delete_others and all(
        each.what == ONLY_HERE and not each.field for each in compared.found
    ):
        refuse(
            _("The file has nothing that is not here. What is only here stays, unless others are deleted.")
        )
    if not expected:
        refuse(_("Compare it first, and give the digest of the comparison (--expected)."))
    if expected != compared.digest:
        refuse(_("What is here was changed since it was compared with the file. Compare again."))


def _write_all(compared: Comparison) -> dict[str, list[str]]:
    """Writes everything, or raises with all that is in the way and leaves nothing of it."""
    try:
        return apply(compared)
    except Exception:
        take_back()
        raise


def apply(compared: Comparison) -> dict[str, list[str]]:
    """The documents of a file, what the app had brought of them, and then what an upgrade would bring.

    Raises frappe.ValidationError with a line for each document that is refused; the caller takes back the
    rest.
    """
    file = compared.file
    done: dict[str, list[str]] = {"created": [], "changed": [], "deleted": [], "left": []}
    refused: list[str] = []
    for doctype, name in _in_turn(compared):
        try:
            done[_one(file, doctype, name, compared.options)].append(f"{doctype} {name}")
        except (frappe.ValidationError, frappe.PermissionError, frappe.NameError) as error:
            frappe.clear_messages()
            refused.append(f"{doctype} {name}: {plain(error)}")
    if refused:
        refuse_until(_("Nothing was changed. These cannot be as the file has them:"), refused)
    for name in dict.fromkeys(each.name for each in compared.found if each.field == "agreed_dates"):
        agreed_dates.move_open_runs(name, clock.now())
    if _remember_shipped(compared):
        seed.seed()
    settings.fill_in_holidays()
    applicability.propose()
    return done


def take_back() -> None:
    """Ends the transaction, and forgets what Redis was given of its documents."""
    frappe.db.rollback()
    for doctype in DOCTYPES:
        frappe.clear_document_cache(doctype)
    frappe.db.value_cache.clear()


def _in_turn(compared: Comparison) -> list[tuple[str, str]]:
    """The documents that differ, in the order in which they are written."""
    touched = {(each.doctype, each.name) for each in compared.found}
    levels = _levels_in_turn(compared, sorted(name for doctype, name in touched if doctype == LEVEL))
    others = [each for each in touched if each not in levels]
    return [*levels, *sorted(others, key=lambda each: _turn(compared.file, *each))]


def _levels_in_turn(compared: Comparison, names: list[str]) -> list[tuple[str, str]]:
    """Before the rest; each has a number of its own, which another one may still have."""
    here, file = (each.get(LEVEL, {}) for each in (compared.here.documents, compared.file.documents))
    wanted = {name: file[name].get("level") for name in names if name in file}
    held = {fields["level"]: name for name, fields in here.items()}
    return [(LEVEL, name) for name in after_who_leaves(wanted, held)]


def _turn(file: Configuration, doctype: str, name: str) -> tuple[bool, int, bool, str]:
    """By DocType; what is switched off first: only one of a cadence may be on. What goes is last, when no
    row names it any more."""
    fields = file.documents.get(doctype, {}).get(name)
    return fields is None, DOCTYPES.index(doctype), bool((fields or {}).get("enabled")), name


def _one(file: Configuration, doctype: str, name: str, options: Options) -> str:
    """Writes one document; returns what became of it."""
    fields = file.documents.get(doctype, {}).get(name)
    if fields is None:
        return _delete(doctype, name) if options.delete_others and _may_go(file, doctype, name) else "left"
    is_single = frappe.get_meta(doctype).issingle
    exists = bool(is_single or frappe.db.exists(doctype, name))
    if not exists and doctype == TARGET:
        return "left"  # its address is a secret, and not in the file
    if not exists and doctype == COMPONENT:
        refuse(_("this version of the app has no such component, and nothing would compute it"))
    document = frappe.get_doc(doctype, name) if exists else frappe.new_doc(doctype)
    document.update({field: value for field, value in fields.items() if not isinstance(value, list)})
    for field, value in fields.items():
        if isinstance(value, list):
            document.set(field, [dict(row) for row in value])
    _save(document, name, file)
    return "changed" if exists else "created"


def _save(document: Document, name: str, file: Configuration) -> None:
    """By the rules that hold in Desk. `imported` is for controllers that take a save for a person's look."""
    document.flags.update({"by_operation": True, "imported": True})
    if document.doctype == PROCEDURE:
        site, when = file.head.get("site"), file.head.get("exported_at")
        document.change_reason = f"Imported from the configuration of {site}, {when}"
    if document.is_new():
        document.name = name
    if document.doctype == LEVEL:
        _make_room(document, file)
    document.save(ignore_permissions=True)
    _refuse_bad_decision(document)
    if document.name != name:
        refuse(_("its title would give it the name {0}"), document.name)


def _make_room(level: Document, file: Configuration) -> None:
    """Of levels that exchange their numbers the one that is written later has its own below zero until
    then."""
    number = cint(level.level)
    holder = frappe.db.get_value(LEVEL, {"level": number, "name": ("!=", level.name)})
    if holder and file.documents[LEVEL].get(holder, {}).get("level", number) != number:
        frappe.db.set_value(LEVEL, holder, "level", -number, update_modified=False)


def _refuse_bad_decision(document: Document) -> None:
    """What a button asks for, where a person decides it in Desk."""
    if document.get("not_applicable") and not (document.not_applicable_reason or "").strip():
        refuse(_("say why it is not applicable"))
    rows = document.get("agreed_dates") or []
    for row in rows:
        if not row.day:
            refuse(_("no day is given for {0}"), row.slot)
        if not _is_in_quarter(document, row):
            refuse(_("{0} is not in the quarter of {1}"), row.day, row.slot)
    if len({row.slot for row in rows}) < len(rows):
        refuse(_("two days are agreed on for one quarter"))


def _is_in_quarter(procedure: Document, row: Document) -> bool:
    is_quarterly = procedure.cadence == Cadence.QUARTERLY.value
    return is_quarterly and is_within(procedures.schedule_of(procedure), row.slot or "", getdate(row.day))


def _may_go(file: Configuration, doctype: str, name: str) -> bool:
    """What this site alone has; not what a later version of the app brought since the file was written."""
    if doctype not in MAY_GO or _is_on_record(doctype, name):
        return False
    is_shipped = frappe.get_meta(doctype).has_field("shipped") and frappe.db.get_value(
        doctype, name, "shipped"
    )
    if not is_shipped:
        return True
    return doctype != "Maintenance Check" and name in _brought(file, doctype)


def _is_on_record(doctype: str, name: str) -> bool:
    field, records = RECORDS.get(doctype, ("", ()))
    return any(frappe.db.exists(record, {field: name}) for record in records)


def _brought(file: Configuration, doctype: str) -> list[str]:
    """What was once brought to the site of the file, and may have been deleted there."""
    return file.shipped.get(BROUGHT, {}).get(SETTINGS, {}).get(doctype, [])


def _delete(doctype: str, name: str) -> str:
    frappe.delete_doc(doctype, name, ignore_permissions=True)
    return "deleted"


def _remember_shipped(compared: Comparison) -> bool:
    """What the app had brought to the site of the file; returns whether that is not what it brought here."""
    others = [
        (doctype, name, found)
        for doctype in DOCTYPES
        for name, found in compared.file.shipped.get(doctype, {}).items()
        if found != compared.here.shipped[doctype].get(name)
    ]
    for doctype, name, found in others:
        if frappe.get_meta(doctype).issingle:
            frappe.db.set_single_value(doctype, "shipped", json.dumps(found), update_modified=False)
        elif frappe.get_meta(doctype).has_field("shipped"):
            frappe.db.set_value(doctype, name, "shipped", json.dumps(found), update_modified=False)
    return bool(others)


def _comment(file: Configuration, done: dict[str, list[str]], kept: str) -> None:
    """Who brought in what stands beside the settings."""
    counts = ", ".join(f"{(what)}: {len(names)}" for what, names in done.items() if names)
    told = "A configuration of {}, {}, was imported ({}). What was before: {}".format(
        *(
            html.escape(str(each))
            for each in (file.head.get("site"), file.head.get("exported_at"), counts, kept)
        )
    )
    frappe.get_doc(SETTINGS).add_comment("Comment", told)
