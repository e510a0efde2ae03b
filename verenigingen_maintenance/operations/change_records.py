"""The records of changes: found by their names and keys, written, ended."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint
from frappe.utils.password import get_decrypted_password, remove_encrypted_password, set_encrypted_password

from verenigingen_maintenance.core.change_states import GOING_ON, Status, after
from verenigingen_maintenance.core.opportunities import Opportunity
from verenigingen_maintenance.core.transitions import TransitionError
from verenigingen_maintenance.operations import records
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.operations.transactions import lock
from verenigingen_maintenance.sources import clock

CHANGE = "Maintenance Change"
PROBE = "probe"  # the field of Frappe's store of secrets that has the query with its parameters
DAYS, MOST_DAYS = 7, 28


def get(name: str) -> Document:
    """A change, locked. Raises frappe.DoesNotExistError."""
    if not frappe.db.exists(CHANGE, name):
        refuse(_("There is no change {0}."), name, kind=frappe.DoesNotExistError)
    return frappe.get_doc(CHANGE, name, for_update=True)


def worked_on(name: str) -> AbstractContextManager[bool]:
    """What works on a change holds this; False where a job does already."""
    return lock(f"change:{name}")


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Refuses while a job works on the change."""
    with worked_on(name) as is_free:
        if not is_free:
            refuse(_("{0} is being worked on just now."), name)
        yield


def status_after(change: Document, event: str) -> Status:
    """The state that follows. Raises frappe.ValidationError where it may not happen now."""
    try:
        return after(Status(change.status), event, is_begun=bool(change.started_at))
    except TransitionError as error:
        refuse(_("{0} is {1}. {2}"), change.name, change.status, error)


def refuse_without_reason(reason: str) -> None:
    """Raises frappe.ValidationError where a decision has none."""
    if not (reason or "").strip():
        refuse(_("Say why: the next one who looks at this change will ask."))


def make(values: Mapping[str, Any], key: str, now: datetime) -> Document:
    """A proposed change; `key` is the same for the same thing, which is proposed once at a time."""
    change = frappe.get_doc({"doctype": "Maintenance Change", "status": Status.PROPOSED.value, **values})
    change.update({"open_key": key[:140], "same_key": key[:140], "proposed_at": clock.stored(now)})
    records.insert(change)
    return change


def end(change: Document, status: Status, reason: str, user: str | None) -> None:
    """It is over: its key is free. The query with its parameters is forgotten, once it is not measured
    again."""
    change.update({"status": status.value, "reason": reason, "open_key": None, "rollback_proposed": 0})
    change.update({"decided_by": user, "decided_at": clock.stored(clock.now()), "progress": None})
    if status is not Status.KEPT:
        change.measure_until = None
    records.write(change)
    if not change.measure_until:
        forget_query(change.name)


def going_on(key: str) -> str | None:
    """The change for this thing that is not over."""
    return frappe.db.get_value(CHANGE, {"open_key": key[:140]})


def values_of(found: Opportunity) -> dict[str, Any]:
    """An opportunity as the fields of a change."""
    return {
        **{
            "title": found.title[:140],
            "kind": found.kind.value,
            "area": found.area,
            "finding": found.finding,
        },
        **{"gain": found.gain, "gain_level": found.gain_level, "gain_value": found.gain_value},
        **{"measured_how": found.measured_how, "steps": found.steps, "steps_back": found.steps_back},
        **{"signature": found.signature, "parameters": as_json(found.parameters)},
        **{"evidence": as_json(found.evidence), "measures": as_json(list(found.measures))},
    }


def as_json(value: object) -> str:
    return json.dumps(value, indent=1, default=str, ensure_ascii=False)


def read_json(text: str | None) -> Any:
    return json.loads(text) if text else {}


def days() -> timedelta:
    """How long a change is measured for afterwards."""
    found = cint(frappe.db.get_single_value(SETTINGS, "change_days")) or DAYS
    return timedelta(days=min(found, MOST_DAYS))


def keep_query(name: str, sql: str) -> None:
    """The query with its parameters, encrypted as Frappe keeps passwords: it is timed again, and never
    shown."""
    set_encrypted_password(CHANGE, name, sql, PROBE)


def query_of(name: str) -> str:
    """The kept query; empty where there is none."""
    return get_decrypted_password(CHANGE, name, PROBE, raise_exception=False) or ""


def forget_query(name: str) -> None:
    remove_encrypted_password(CHANGE, name, PROBE)


def open_ones(fields: list[str], **filters: object) -> list[Any]:
    """Changes that are not over."""
    status = ("in", [each.value for each in GOING_ON])
    return frappe.get_all(CHANGE, {"status": status, **filters}, fields, order_by="name asc", limit=0)
