"""Takes a change back: exactly what was there before, and only where nobody else changed it since."""

from __future__ import annotations

from frappe import _
from frappe.model.document import Document

from verenigingen_maintenance.core.change_states import Kind, Status
from verenigingen_maintenance.operations import change_records, records
from verenigingen_maintenance.operations.apply_change import NOTHING, work_on
from verenigingen_maintenance.operations.change_kinds import way_of
from verenigingen_maintenance.operations.change_records import alone
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.operations.transactions import commit
from verenigingen_maintenance.sources import clock


def begin(name: str, reason: str, user: str, by_hand: bool = False) -> str:
    """Marks it, for `run` to do; returns the status. What was done by hand is taken back by hand, and said
    here.

    Raises frappe.ValidationError where nothing can be taken back, and where somebody changed it since.
    """
    change_records.refuse_without_reason(reason)
    change = change_records.get(name)
    status = change_records.status_after(change, "Roll Back")
    with alone(name):
        if by_hand or change.kind == Kind.BY_HAND.value or _was_never_done(change):
            change_records.end(change, status, reason.strip(), user)
            return status.value
        _refuse_unless_possible(change)
        change.update({"decided_by": user, "reason": reason.strip(), "failure": None})
        change.rollback_begun_at = clock.stored(clock.now())
        records.write(change)
    return str(change.status)


def run(name: str) -> None:
    """Takes back what was begun; a killed one is begun once more. Raises what went wrong, after it is
    written down."""
    work_on(name, _is_due, _run)


def _is_due(change: Document) -> bool:
    return bool(change.rollback_begun_at) and change.status != Status.ROLLED_BACK.value


def _run(change: Document) -> None:
    way = way_of(change.kind)
    parameters, undo = (change_records.read_json(change.get(field)) for field in ("parameters", "undo"))
    way.refuse_if_changed(parameters, undo, is_begun=True)
    way.undo(parameters, undo)
    change_records.end(change, Status.ROLLED_BACK, str(change.reason), change.decided_by)
    commit()


def _was_never_done(change: Document) -> bool:
    """Begun, and no worker came as far as to note what is there; or there is nothing to come back to."""
    noted = change_records.read_json(change.undo)
    return change.status == Status.APPROVED.value and noted in ({}, NOTHING)


def _refuse_unless_possible(change: Document) -> None:
    way = way_of(change.kind)
    if way is None or not way.can_undo:
        refuse(
            _("{0}: {1} Keep it, or say that you took back by hand what followed."),
            change.kind,
            _no_way_back(),
        )
    if not change.undo:
        refuse(_("{0} was done by hand: take it back by its steps, and say so."), change.name)
    is_begun = bool(change.rollback_begun_at) or change.status == Status.APPROVED.value
    parameters, undo = (change_records.read_json(change.get(field)) for field in ("parameters", "undo"))
    way.refuse_if_changed(parameters, undo, is_begun=is_begun)


def _no_way_back() -> str:
    return "nothing can be taken back, and nothing needs to be."
