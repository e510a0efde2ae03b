"""The configuration of this app: what a user may edit in it, read as documents, written as one file,
compared.

Nothing measured is in it, no record and no secret. `configuration_import.py` brings a file in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import frappe
from frappe import _
from frappe.model import display_fieldtypes
from frappe.model.meta import Meta
from frappe.utils import cint, flt, get_datetime, get_time, getdate

from verenigingen_maintenance import __version__
from verenigingen_maintenance.core import configuration as form
from verenigingen_maintenance.core.configuration import Configuration, ConfigurationError
from verenigingen_maintenance.core.configuration_diff import Difference, Keys, completed, differences, told
from verenigingen_maintenance.operations import seed
from verenigingen_maintenance.operations.applicability import NOTHING
from verenigingen_maintenance.operations.refusals import refuse, refuse_until
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.sources import clock

PROCEDURE, TARGET = "Maintenance Procedure", "Notification Target"
LEVEL, COMPONENT = "Escalation Level", "Analytics Component"
# In this order they are written: rows name what stands before them, such as triggers checks and procedures.
DOCTYPES = (
    *(LEVEL, "Emergency Contact", "Metric", COMPONENT),
    *("Maintenance Check", PROCEDURE, TARGET, SETTINGS),
)
# What a user decides by a button, and the form shows only; `holidays_until` belongs to the holidays.
DECIDED = {
    SETTINGS: ("holidays_until",),
    "Maintenance Check": tuple(NOTHING),
    PROCEDURE: ("agreed_dates",),
}
SECRET = ("heartbeat_url",)  # whoever has the address may give signs of life
# When a procedure was reviewed is a record of the site.
LEFT_OUT = {SETTINGS: SECRET, PROCEDURE: ("last_review", "next_review", "change_reason")}
KEYS: Keys = {
    **seed.KEYS,
    **{"holidays": ("day",), "rotation": ("user",), "agreed_dates": ("slot",)},
    "stand_ins": ("user", "begins"),
}
KINDS = {
    **{"Int": "int", "Check": "int", "Float": "float", "Percent": "float", "Currency": "float"},
    **{"Date": "date", "Time": "time", "Datetime": "datetime"},
}
PEOPLE = ("User", "Role")
BROUGHT = "brought"


@dataclass(frozen=True)
class Options:
    """How a file is taken: changed on purpose, without people who are not here, and so that what only this
    site has is deleted (where it may be)."""

    edited: bool = False
    without_users: bool = False
    delete_others: bool = False


@dataclass(frozen=True)
class State:
    """What is here: what a user may edit, of each DocType by name; and what the app had brought of it, so
    that a later upgrade still tells it from what a user changed, and what was deleted from what came
    since."""

    documents: form.Documents
    shipped: Mapping[str, Mapping[str, Any]]

    @cached_property
    def digest(self) -> str:
        """The SHA-256 that a file of it has."""
        return form.digest({"documents": self.documents, "shipped": self.shipped})


@dataclass(frozen=True)
class Comparison:
    """A file beside what is here. `missing` are users and roles of the file that are not here, with where."""

    options: Options
    file: Configuration
    here: State
    found: tuple[Difference, ...]
    missing: tuple[str, ...]

    @cached_property
    def digest(self) -> str:
        """Of the differences and of how they are taken: whoever brings the file in says which ones they
        saw."""
        return form.digest([asdict(self.options), [each.as_dict() for each in self.found]])[:16]

    def as_dict(self) -> dict[str, Any]:
        set_here = by_hand()
        return {
            **{"identical": not self.found, "digest": self.digest, "missing": list(self.missing)},
            **{"differences": [each.as_dict() for each in self.found], "text": told(self.found)},
            **{key: self.file.head.get(key) for key in ("site", "exported_at", "exported_by", "app_version")},
            "by_hand": [each for each in self.file.head.get("by_hand") or [] if each not in set_here],
        }


def export(now: datetime) -> str:
    """The configuration as a file: that of an unchanged site differs from an earlier one in its head only."""
    state = read()
    head = {
        **{"app_version": __version__, "site": frappe.local.site},
        **{"exported_at": now.astimezone(clock.zone()).isoformat(timespec="seconds")},
        **{"exported_by": frappe.session.user, "by_hand": by_hand()},
    }
    return form.to_text(head, state.documents, state.shipped)


def read() -> State:
    """What is here now: one query for each DocType and each of its tables."""
    documents: dict[str, dict[str, dict[str, Any]]] = {}
    shipped: dict[str, dict[str, Any]] = {}
    for doctype in DOCTYPES:
        rows, kinds = _rows(doctype), _kinds(frappe.get_meta(doctype))
        documents[doctype] = {row["name"]: _values(row, kinds) for row in rows}
        shipped[doctype] = {row["name"]: json.loads(row["shipped"]) for row in rows if row.get("shipped")}
    seeded = frappe.db.get_single_value(SETTINGS, "seeded")
    return State(documents, {**shipped, BROUGHT: {SETTINGS: json.loads(seeded or "{}")}})


def compare(text: str, options: Options = Options()) -> Comparison:
    """A file beside what is here. Raises frappe.ValidationError where it is no file that can be taken."""
    try:
        file = form.from_text(text, __version__, options.edited)
    except ConfigurationError as error:
        refuse("{0}", error)
    if found := form.problems(file.documents, schema()):
        refuse_until(_("The file has what cannot be taken:"), found)
    missing = _missing(file.documents)
    here = read()
    documents = _without(file.documents, missing) if options.without_users else file.documents
    file = Configuration(file.head, completed(here.documents, documents, KEYS), file.shipped)
    found = tuple(differences(here.documents, file.documents, KEYS))
    return Comparison(options, file, here, found, tuple(_in_words(missing)))


def by_hand() -> list[str]:
    """What the file does not have and somebody sets by hand, such as secrets; named, never shown."""
    settings = frappe.get_doc(SETTINGS)
    found = [
        _("{0} {1}: {2}").format(doctype, row["name"], _(meta.get_label(field)))
        for doctype, meta in ((each, frappe.get_meta(each)) for each in DOCTYPES)
        if (fields := [*_secrets(meta), *(SECRET if meta.issingle else ())])
        for row in _rows(doctype)
        for field in fields
        if row.get(field)
    ]
    if settings.health_token_hash:
        found.append(_("{0}: the token of the health address is made anew").format(SETTINGS))
    if settings.escalation_active:
        found.append(_("{0}: escalation is activated").format(SETTINGS))
    return found


def schema() -> dict[str, dict[str, Any]]:
    """Of each DocType the fields that a file has, each with its kind."""
    return {doctype: _kinds(frappe.get_meta(doctype)) for doctype in DOCTYPES}


def _rows(doctype: str) -> list[dict[str, Any]]:
    """The documents of a DocType with the rows of their tables, as the database has them."""
    meta = frappe.get_meta(doctype)
    if meta.issingle:
        return [frappe.get_doc(doctype).as_dict()]
    found = {row.name: row for row in frappe.get_all(doctype, fields=["*"], order_by="name", limit=0)}
    for table in meta.get_table_fields():
        filters = {"parenttype": doctype, "parentfield": table.fieldname}
        for document in found.values():
            document[table.fieldname] = []
        for row in frappe.get_all(table.options, filters, ["*"], order_by="parent asc, idx asc", limit=0):
            if row.parent in found:
                found[row.parent][table.fieldname].append(row)
    return list(found.values())


def _values(row: Mapping[str, Any], kinds: Mapping[str, Any]) -> dict[str, Any]:
    return {
        field: [_values(each, kind) for each in row.get(field) or []]
        if isinstance(kind, Mapping)
        else _plain(row.get(field), kind)
        for field, kind in kinds.items()
    }


def _plain(value: Any, kind: str) -> Any:
    """A value as JSON has it, however the database gave it; an empty text is None."""
    if kind in ("int", "float"):
        return cint(value) if kind == "int" else flt(value)
    if value in (None, ""):
        return None
    as_text = {
        "date": getdate,
        "time": lambda each: get_time(each).replace(microsecond=0),
        "datetime": get_datetime,
    }
    return str(as_text.get(kind, str)(value))


def _kinds(meta: Meta) -> dict[str, Any]:
    decided, left_out = DECIDED.get(meta.name, ()), LEFT_OUT.get(meta.name, ())
    return {
        each.fieldname: _kinds(frappe.get_meta(each.options))
        if each.fieldtype == "Table"
        else KINDS.get(each.fieldtype, "text")
        for each in meta.fields
        if each.fieldtype not in (*display_fieldtypes, "Password")
        and each.fieldname not in left_out
        and (meta.istable or not each.read_only or each.fieldname in decided)
    }


def _secrets(meta: Meta) -> list[str]:
    return [each.fieldname for each in meta.get("fields", {"fieldtype": "Password"})]


# --- people who are not here


def _missing(found: form.Documents) -> dict[tuple[str, str], list[str]]:
    """Users and roles that the file names and this site does not have, with the documents that name them."""
    named: dict[tuple[str, str], list[str]] = {}
    for doctype, of_doctype in found.items():
        for name, fields in of_doctype.items():
            for link in _people(frappe.get_meta(doctype), fields):
                named.setdefault(link, []).append(f"{doctype} {name}")
    return {link: places for link, places in sorted(named.items()) if not frappe.db.exists(*link)}


def _people(meta: Meta, fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for each in meta.fields:
        value = fields.get(each.fieldname)
        if each.fieldtype == "Link" and each.options in PEOPLE and value:
            yield each.options, value
        if each.fieldtype == "Table":
            for row in value or []:
                yield from _people(frappe.get_meta(each.options), row)


def _in_words(missing: Mapping[tuple[str, str], list[str]]) -> list[str]:
    return [
        _("{0} {1}, in {2}").format(_(kind), name, ", ".join(dict.fromkeys(places)))
        for (kind, name), places in missing.items()
    ]


def _without(found: form.Documents, missing: Mapping[tuple[str, str], list[str]]) -> form.Documents:
    return {
        doctype: {
            name: _emptied(frappe.get_meta(doctype), each, missing) for name, each in of_doctype.items()
        }
        for doctype, of_doctype in found.items()
    }


def _emptied(meta: Meta, fields: Mapping[str, Any], missing: Mapping[tuple[str, str], list[str]]) -> dict:
    """The fields without who is not here; a row that is about one of them goes."""
    links = {each.fieldname: each for each in meta.fields if each.options in PEOPLE}
    values = dict(fields)
    for field, value in fields.items():
        if field in links and (links[field].options, value) in missing:
            values[field] = None
        elif isinstance(value, list):
            child = frappe.get_meta(meta.get_field(field).options)
            rows = [_emptied(child, row, missing) for row in value]
            values[field] = [row for row in rows if not _lacks(child, row)]
    return values


def _lacks(meta: Meta, row: Mapping[str, Any]) -> bool:
    needed = [each.fieldname for each in meta.fields if each.reqd and each.options in PEOPLE]
    return any(field in row and not row[field] for field in needed)
