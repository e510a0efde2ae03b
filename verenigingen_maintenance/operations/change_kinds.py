"""What the app can apply, kind by kind: each knows what to refuse, how to do it, and how to take it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _
from frappe.monitor import flush

from verenigingen_maintenance.core.change_states import Kind
from verenigingen_maintenance.operations import change_index, change_retention
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.operations.transactions import commit
from verenigingen_maintenance.sources import tables

Parameters = Mapping[str, Any]


@dataclass(frozen=True)
class Way:
    """How one kind is applied and taken back; each step can be repeated.

    `no_longer` says why there is nothing to do. `before` returns what `undo` needs. What refuses raises
    frappe.ValidationError. `can_undo` is False where there is nothing that could be taken back.
    """

    refuse_bad: Callable[[Parameters], None]
    no_longer: Callable[[Parameters], str]
    refuse_unsafe: Callable[[Parameters], None]
    before: Callable[[Parameters], dict[str, Any]]
    apply: Callable[[Parameters, Mapping[str, Any]], None]
    refuse_unless_done: Callable[[Parameters], None]
    refuse_if_changed: Callable[..., None]
    undo: Callable[[Parameters, Mapping[str, Any]], None]
    can_undo: bool = True


def _nothing(*_arguments: object, **_options: object) -> None:
    return None


def _no_reason(_parameters: Parameters) -> str:
    return ""


def _no_state(_parameters: Parameters) -> dict[str, Any]:
    return {}


def clear_cache(*_arguments: object) -> None:
    """What Monitor has not written down yet is in the cache: it is written first."""
    flush()
    frappe.clear_cache()


def _refuse_bad_table(parameters: Parameters) -> None:
    doctype = parameters.get("doctype")
    if not doctype or not frappe.db.exists("DocType", doctype) or tables.describe(f"tab{doctype}") is None:
        refuse(_("{0} is no DocType with a table of its own."), doctype)


def _refuse_locked_table(parameters: Parameters) -> None:
    found = tables.describe(f"tab{parameters['doctype']}")
    if found is None or found["engine"] != "InnoDB":
        message = _("{0} is no table of InnoDB: it would be locked meanwhile. Do it by hand at a quiet time.")
        refuse(message, parameters["doctype"])


def _analyse(parameters: Parameters, _undo: Mapping[str, Any]) -> None:
    """The database raises nothing where it could not: it answers with rows, one of which says so."""
    commit()
    for row in frappe.db.sql(f"analyze table `tab{parameters['doctype']}`", as_dict=True):
        if row.Msg_type.lower() == "error":
            refuse("{0}", row.Msg_text)


WAYS = {
    Kind.ADD_INDEX: Way(
        change_index.refuse_bad,
        change_index.no_longer,
        change_index.refuse_unsafe,
        change_index.before,
        change_index.apply,
        change_index.refuse_unless_done,
        change_index.refuse_if_changed,
        change_index.undo,
    ),
    Kind.SET_RETENTION: Way(
        change_retention.refuse_bad,
        change_retention.no_longer,
        change_retention.refuse_unsafe,
        change_retention.before,
        change_retention.apply,
        change_retention.refuse_unless_done,
        change_retention.refuse_if_changed,
        change_retention.undo,
    ),
    Kind.CLEAR_CACHE: Way(
        *(_nothing, _no_reason, _nothing, _no_state, clear_cache, _nothing, _nothing, _nothing),
        can_undo=False,
    ),
    Kind.ANALYSE_TABLE: Way(
        *(
            _refuse_bad_table,
            _no_reason,
            _refuse_locked_table,
            _no_state,
            _analyse,
            _nothing,
            _nothing,
            _nothing,
        ),
        can_undo=False,
    ),
}


def way_of(kind: str) -> Way | None:
    """None where only people do it."""
    return WAYS.get(Kind(kind))
