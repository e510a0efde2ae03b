"""A recent change is rolled back in an incident: the changes that are in place, the latest first."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.utils import cint

from verenigingen_maintenance.core.change_states import IN_PLACE, Kind, Status
from verenigingen_maintenance.operations import change_kinds, change_records, roll_back_change
from verenigingen_maintenance.operations.change_records import CHANGE
from verenigingen_maintenance.operations.incident_action_way import Asked, Parameters, Prepared, State
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.operations.transactions import commit

MOST_CHOICES = 20
IS_IN_PLACE = ("in", [each.value for each in IN_PLACE])
FIELDS = ["name", "title", "kind", "status", "applied_at", "verdict", "failure"]


def choices() -> dict[str, list[dict[str, str]]]:
    """Changes that can be rolled back, the half applied ones too, with what measuring them said."""
    begun = {"status": IS_IN_PLACE, "started_at": ("is", "set")}
    one = {"status": ("in", [*IS_IN_PLACE[1], Status.APPROVED.value])}
    order = {"order_by": "modified desc", "limit": MOST_CHOICES}
    rows = frappe.get_all(CHANGE, one, [*FIELDS, "started_at"], or_filters=begun, **order)
    rows.sort(key=_when, reverse=True)
    return {"change": [{"value": row.name, "label": _label(row)} for row in rows if _can_undo(row.kind)]}


def _when(row: frappe._dict) -> str:
    return str(row.applied_at or row.started_at or "")


def _can_undo(kind: str) -> bool:
    way = change_kinds.way_of(kind)
    return kind == Kind.BY_HAND.value or bool(way and way.can_undo)


def _label(row: frappe._dict) -> str:
    told = (row.status, _when(row)[:16], row.kind, row.verdict or "not measured")
    return f"{row.name} {row.title} ({'; '.join(filter(None, told))})"


def not_now() -> str:
    return "" if choices()["change"] else _("No change is in place that could be rolled back.")


def prepare(parameters: Parameters) -> Prepared:
    """The change must be there, and one done by hand must have been taken back by hand."""
    name, by_hand = str(parameters.get("change") or "").strip(), cint(parameters.get("done_by_hand"))
    if not name:
        refuse(_("Choose the change that is rolled back."))
    kind = frappe.db.get_value(CHANGE, name, "kind")
    if not kind:
        refuse(_("There is no change {0}."), name, kind=frappe.DoesNotExistError)
    if kind == Kind.BY_HAND.value and not by_hand:
        refuse(_("{0} was done by hand: take it back by its steps, and then say so here."), name)
    return Prepared(name, {"change": name, "done_by_hand": by_hand})


def state(parameters: Parameters) -> State:
    """The record of the change, and what it changed as it is now."""
    row = frappe.db.get_value(CHANGE, parameters["change"], [*FIELDS, "parameters"], as_dict=True)
    way = change_kinds.way_of(row.kind)
    there = (
        way.before(change_records.read_json(row.parameters)) if way else "done by hand: not seen from here"
    )
    found = {field: str(row[field] or "") for field in FIELDS}
    return {**found, "what is there": there or "nothing that could be read"}


def roll_back(asked: Asked) -> None:
    change, by_hand = asked.parameters["change"], bool(asked.parameters["done_by_hand"])
    status = roll_back_change.begin(change, asked.reason, asked.user, by_hand)
    commit()
    if status != Status.ROLLED_BACK.value:
        roll_back_change.run(change)


def rolled_back(before: State, after: State) -> str:
    if after["status"] != Status.ROLLED_BACK.value:
        told = after["failure"] or _("another one works on it")
        refuse(_("{0} is {1}: {2}"), after["name"], after["status"], told)
    return "{} ({}) was {} and is Rolled Back. Measure now what it was about.".format(
        after["name"], after["title"], before["status"]
    )
