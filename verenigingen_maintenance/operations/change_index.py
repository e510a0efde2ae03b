"""An index, as Frappe keeps it: added online, with the field's Index ticked, so that no migrate drops it.

Frappe drops a single-column index of a field that is not ticked, and leaves one of several columns alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import frappe
from frappe import _
from frappe.custom.doctype.property_setter.property_setter import make_property_setter
from frappe.model.meta import Meta
from frappe.utils import cint

from verenigingen_maintenance.core.index_rules import NO_INDEX_ON, covers
from verenigingen_maintenance.core.slow_queries import alter, index_name
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.sources import tables

MOST_COLUMNS, LONGEST_NAME = 5, 64
LOCK_SECONDS = 5
SETTER = "Property Setter"
Parameters = Mapping[str, Any]


def refuse_bad(parameters: Parameters) -> None:
    """A DocType without a table, columns that are not there or cannot be indexed."""
    doctype, columns = parameters.get("doctype"), parameters.get("columns")
    if not _are_names(columns):
        refuse(_("Name 1 to {0} columns, each once, such as status, posting_date."), MOST_COLUMNS)
    types = tables.columns(f"tab{doctype}") if frappe.db.exists("DocType", doctype) else {}
    if not types:
        refuse(_("{0} is no DocType with a table of its own."), doctype)
    for column in columns:
        if column not in types:
            refuse(_("{0} has no column {1}."), doctype, column)
        if types[column].lower().split("(")[0] in NO_INDEX_ON:
            message = _("{0} is of the type {1}, which has no whole value that could be indexed.")
            refuse(message, column, types[column])
    _refuse_without_setter(parameters)
    if len(index_name(columns)) > LONGEST_NAME:
        refuse(_("The index would have a name of more than {0} characters. Add it by hand."), LONGEST_NAME)


def _refuse_without_setter(parameters: Parameters) -> None:
    if parameters["doctype"] in Meta.special_doctypes and _field(parameters):
        message = _("Frappe reads no Property Setter of {0}: the next migrate would drop it.")
        refuse(message, parameters["doctype"])


def _are_names(columns: object) -> bool:
    is_list = isinstance(columns, list) and all(isinstance(each, str) for each in columns)
    return is_list and 1 <= len(columns) <= MOST_COLUMNS and len(set(columns)) == len(columns)


def no_longer(parameters: Parameters) -> str:
    """Why there is nothing to add; empty where there is."""
    table = _table(parameters)
    types = tables.columns(table)
    if gone := [each for each in parameters["columns"] if each not in types]:
        return _("{0} has no column {1} any more.").format(parameters["doctype"], ", ".join(gone))
    if existing := _covering(parameters):
        return _("The index {0} of {1} has these columns already.").format(existing, parameters["doctype"])
    return ""


def refuse_unsafe(parameters: Parameters) -> None:
    """A table that is too large, or of an engine that locks it meanwhile: that is done by hand."""
    found = tables.describe(_table(parameters))
    by_hand = _("Do it by hand at a quiet time; the steps are above.")
    if found is None:
        refuse(_("{0} has no table any more."), parameters["doctype"])
    if found["engine"] != "InnoDB":
        message = _("{0} is a table of {1}, which nobody can use while an index is added. {2}")
        refuse(message, parameters["doctype"], found["engine"], by_hand)
    _refuse_without_setter(parameters)
    most = cint(frappe.db.get_single_value(SETTINGS, "index_largest_mb"))
    if found["mb"] > most:
        message = _("{0} has {1} MB, and the app adds an index up to {2} MB (Maintenance Settings). {3}")
        refuse(message, parameters["doctype"], f"{found['mb']:g}", most, by_hand)


def before(parameters: Parameters) -> dict[str, Any]:
    """What is there before, and will be there after a rollback."""
    return {
        **{"setter": _setter(parameters), "is_ticked_by_itself": _is_ticked_by_itself(parameters)},
        "is_there": _own(parameters) is not None,
    }


def apply(parameters: Parameters, _undo: Mapping[str, Any]) -> None:
    """Adds the index, then ticks the field. What an earlier, killed one did already is left."""
    if _own(parameters) is None:
        with _impatient():
            frappe.db.sql_ddl(alter(parameters["doctype"], parameters["columns"]))
    if _field(parameters) and _setter(parameters) != "1" and not _is_ticked_by_itself(parameters):
        _set(parameters, "1")


def refuse_unless_done(parameters: Parameters) -> None:
    """Somebody says that they did it by hand."""
    if _covering(parameters) is None:
        refuse(
            _("{0} has no index that begins with {1}."),
            parameters["doctype"],
            ", ".join(parameters["columns"]),
        )
    field = _field(parameters)
    if field and not cint(frappe.get_meta(parameters["doctype"], cached=False).get_field(field).search_index):
        message = _(
            "The field {0} is not ticked as Index: the next migrate would drop it. Tick it in Customize Form."
        )
        refuse(message, field)


def refuse_if_changed(parameters: Parameters, undo: Mapping[str, Any], is_begun: bool = False) -> None:
    """What somebody else did since: the index dropped or other columns in it, the tick taken away. What a
    rollback that was begun did already is no such thing."""
    name, found = index_name(parameters["columns"]), _own(parameters)
    if found is None and name in tables.indices(_table(parameters)):
        message = _("The index {0} of {1} has other columns now: somebody altered it. {2}")
        refuse(message, name, parameters["doctype"], _by_hand())
    if found is None and not is_begun:
        refuse(
            _("{0} has no index {1} any more: somebody dropped it. {2}"),
            parameters["doctype"],
            name,
            _by_hand(),
        )
    if _is_ticked_by_itself(parameters) and undo.get("is_ticked_by_itself") is False:
        message = _("The DocType ticks Index of {0} by itself now: the index is its own. {1}")
        refuse(message, _field(parameters), _by_hand())
    setter = _setter(parameters)
    allowed = {"1", undo.get("setter")} if is_begun or _is_ticked_by_itself(parameters) else {"1"}
    if _field(parameters) and setter not in allowed:
        message = _("The Property Setter for Index of {0} was changed to “{1}” since. {2}")
        refuse(message, _field(parameters), setter if setter is not None else _("none"), _by_hand())


def undo(parameters: Parameters, undo: Mapping[str, Any]) -> None:
    """Gives the field its former tick, then drops the index. Can be repeated."""
    if _field(parameters) and _setter(parameters) != undo.get("setter"):
        _set(parameters, undo.get("setter"))
    if _own(parameters) is not None:
        name = index_name(parameters["columns"])
        with _impatient():
            frappe.db.sql_ddl(
                f"alter table `{_table(parameters)}` drop index `{name}`, algorithm=inplace, lock=none"
            )


def _by_hand() -> str:
    return _("Look at what is there now, and roll it back by hand; then say so here.")


def _table(parameters: Parameters) -> str:
    return f"tab{parameters['doctype']}"


def _covering(parameters: Parameters) -> str | None:
    found = tables.indices(_table(parameters)).items()
    return next((name for name, columns in found if covers(columns, parameters["columns"])), None)


def _own(parameters: Parameters) -> str | None:
    """The index of our name with our columns."""
    name = index_name(parameters["columns"])
    is_ours = tables.indices(_table(parameters)).get(name) == tuple(parameters["columns"])
    return name if is_ours else None


def _field(parameters: Parameters) -> str:
    """The field whose Index Frappe minds: the only column, where that is a field and no column of all
    tables."""
    columns = parameters["columns"]
    meta = frappe.get_meta(parameters["doctype"])
    return columns[0] if len(columns) == 1 and meta.get_field(columns[0]) else ""


def _is_ticked_by_itself(parameters: Parameters) -> bool:
    """Whether the DocType or the custom field says so without a Property Setter."""
    field = {"parent": parameters["doctype"], "fieldname": _field(parameters)}
    custom = {"dt": parameters["doctype"], "fieldname": _field(parameters)}
    return bool(
        cint(frappe.db.get_value("DocField", field, "search_index"))
        or cint(frappe.db.get_value("Custom Field", custom, "search_index"))
    )


def _setter(parameters: Parameters) -> str | None:
    return frappe.db.get_value(SETTER, _which(parameters), "value") if _field(parameters) else None


def _which(parameters: Parameters) -> dict[str, str]:
    return {"doc_type": parameters["doctype"], "field_name": _field(parameters), "property": "search_index"}


def _set(parameters: Parameters, value: str | None) -> None:
    """The Property Setter as it should be; None is that there is none."""
    doctype = parameters["doctype"]
    if value is None:
        frappe.db.delete(SETTER, _which(parameters))
    else:
        field = _field(parameters)
        make_property_setter(
            doctype, field, "search_index", value, "Check", validate_fields_for_doctype=False
        )
    frappe.clear_cache(doctype=doctype)


@contextmanager
def _impatient() -> Iterator[None]:
    """Gives up soon where somebody uses the table for long: all others would wait behind this."""
    patience = frappe.db.sql("select @@session.lock_wait_timeout")[0][0]
    frappe.db.sql("set session lock_wait_timeout = %s", LOCK_SECONDS)
    try:
        yield
    except frappe.QueryTimeoutError:
        message = _(
            "The table was in use for {0} s without a pause: nothing was changed. Try again at a quieter "
            "time."
        )
        refuse(message, LOCK_SECONDS)
    finally:
        frappe.db.sql("set session lock_wait_timeout = %s", patience)
