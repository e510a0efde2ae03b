"""What a hand does to the system in an incident: written down as Running, read, done, read again, and ended.

A killed one leaves its row Running, with what was there before; the next action in the incident says so. In
a drill everything is read and nothing is done. The database is all that is needed, where the action needs no
more.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, get_datetime
from redis.exceptions import ConnectionError as RedisGone
from redis.exceptions import TimeoutError as RedisSlow

from verenigingen_maintenance.core.incident_actions import (
    ACTIONS,
    WAITS,
    Action,
    Outcome,
    may,
    may_have_acted,
    takes_back,
    why_left,
)
from verenigingen_maintenance.core.redaction import redact, redact_all
from verenigingen_maintenance.operations import incidents
from verenigingen_maintenance.operations.incident_action_kinds import WAYS
from verenigingen_maintenance.operations.incident_action_left import may_be_done
from verenigingen_maintenance.operations.incident_action_way import Asked, Way
from verenigingen_maintenance.operations.refusals import plain, refuse
from verenigingen_maintenance.operations.transactions import commit, is_held_by_another, lock
from verenigingen_maintenance.sources import clock, workers

LONGEST = 2_000
WORK_SECONDS = 3_600


def perform(
    incident: str,
    action: str,
    parameters: Mapping[str, Any],
    reason: str,
    user: str,
    by_worker: bool = False,
) -> dict[str, Any]:
    """Does `action` of core.incident_actions in an incident that is not over; what was paused is put back in
    a resolved one too.

    `by_worker` leaves what may take minutes to a worker, where one is there. Answers {incident, action,
    target, outcome, result, queued}. Raises frappe.PermissionError, frappe.ValidationError where it is
    refused, and what went wrong after that is written down.
    """
    found = _allowed(action, user)
    if not (reason or "").strip():
        refuse(_("Say why: the timeline and the review of the incident need it."))
    is_drill = cint(_open_to(incident, found).is_drill)
    commit()
    with _alone(found), redis_told():
        prepared = WAYS[found.name].prepare(parameters)
        why_here = _why_no_worker() if by_worker and found.in_worker else ""
        waits = by_worker and found.in_worker and not why_here and not is_drill
        asked = _begin(incident, found, prepared.target, prepared.parameters, reason.strip(), user, waits)
        if not waits:
            # the row has them redacted: an id with an address in it would find nothing
            _do(replace(asked, parameters=prepared.parameters), why_here)
    return _described(asked)


def perform_waiting(incident: str, row: str) -> None:
    """For a worker: does what waits for one. One that comes late, or a second time, does nothing."""
    found = _row(frappe.get_doc(incidents.INCIDENT, incident), row)
    with lock(_lock_of(ACTIONS[found.action]), wait=10) as is_free:
        commit()
        document = incidents.get(incident)
        waiting = _row(document, row)
        if waiting.outcome != Outcome.RUNNING.value or waiting.result != WAITS:
            return
        if not is_free:
            told = "Another one was being done at that time. Nothing was done: ask for it again."
            incidents.end_action(document, waiting, Outcome.FAILED.value, told)
        elif ACTIONS[waiting.action] not in may_be_done(document):
            told = "The incident was over before a worker took it up. Nothing was done."
            incidents.end_action(document, waiting, Outcome.FAILED.value, told)
        else:
            waiting.result = None
        incidents.write(document)
        commit()
        if waiting.outcome == Outcome.RUNNING.value:
            with redis_told():
                _do(_asked(document, waiting), "")


# --- who, and one at a time


def _allowed(name: str, user: str) -> Action:
    action = ACTIONS.get(name)
    if action is None:
        refuse(_("There is no action {0}. There are: {1}."), name, ", ".join(ACTIONS))
    if not may(action, frappe.get_roles(user)):
        needed = " or ".join(action.roles)
        refuse(_("{0} needs the role {1}."), action.name, needed, kind=frappe.PermissionError)
    return action


def _open_to(name: str, action: Action) -> Document:
    """The incident, locked, where the action may be done in it. Raises frappe.ValidationError."""
    incident = incidents.get(name)
    return incident if action in may_be_done(incident) else incidents.going_on(name)


@contextmanager
def _alone(action: Action) -> Iterator[None]:
    with lock(_lock_of(action)) as is_free:
        if not is_free:
            refuse(_("{0} is being done just now."), action.name)
        yield


def _lock_of(action: Action) -> str:
    return f"incident-action:{action.key}"


@contextmanager
def redis_told() -> Iterator[None]:
    """Where Redis is gone it is said that this needs it."""
    try:
        yield
    except (RedisGone, RedisSlow) as error:
        message = _("Redis does not answer, and this cannot be done without it. Start it first. ({0})")
        refuse(message, redact(str(error))[:200])


def _why_no_worker() -> str:
    """Why no worker can be asked; empty where one lives."""
    try:
        alive = workers.alive(clock.now())
    except (RedisGone, RedisSlow):
        return _("Redis does not answer")
    return "" if alive.value else _("no worker is alive")


# --- the row


def _begin(
    incident: str,
    action: Action,
    target: str,
    parameters: dict[str, Any],
    reason: str,
    user: str,
    waits: bool,
) -> Asked:
    """Written down and committed before anything is done."""
    document = _open_to(incident, action)
    _settle(document, action)
    values = {"by_user": user, "parameters": _as_json(parameters), "result": WAITS if waits else None}
    row = incidents.begin_action(document, action.name, target, reason, **values)
    incidents.write(document)
    if waits:
        job = {"incident": incident, "row": row.name}
        frappe.enqueue(perform_waiting, queue="long", timeout=WORK_SECONDS, enqueue_after_commit=True, **job)
    commit()
    return _asked(document, row)


def _settle(incident: Document, action: Action) -> None:
    """Says of rows that a killed process left what is known; refuses where the same is still to be done."""
    end_killed(incident)
    for row in incident.actions:
        if row.outcome == Outcome.RUNNING.value and row.action == action.name:
            message = _("{0} was asked for at {1} already: {2}")
            refuse(message, action.name, row.asked_at, row.result or _("it runs"))


def end_killed(incident: Document) -> None:
    """Ends the rows that a killed process left, as far as that is known. The incident is not saved."""
    for row in incident.actions:
        if row.outcome == Outcome.RUNNING.value and row.action in ACTIONS and (told := state_of_row(row)):
            incidents.end_action(incident, row, Outcome.FAILED.value, told)


def state_of_row(row: Document) -> str:
    """Why a row that says Running is not being done; empty where it may well be."""
    is_held = is_held_by_another(_lock_of(ACTIONS[row.action]))
    now = clock.now()
    asked = clock.instant_before(get_datetime(row.asked_at), now)
    return why_left(asked, now, is_held, waits=row.result == WAITS)


def _asked(incident: Document, row: Document) -> Asked:
    parameters = json.loads(row.parameters or "{}")
    return Asked(incident.name, row.name, row.action, row.target or "", parameters, row.reason, row.by_user)


def _row(incident: Document, name: str) -> Document:
    return next(row for row in incident.actions if row.name == name)


# --- doing it


def _do(asked: Asked, why_here: str) -> None:
    """Reads, acts, reads; what went wrong is written down, and raised."""
    way, started = WAYS[asked.action], time.monotonic()
    if cint(frappe.db.get_value(incidents.INCIDENT, asked.incident, "is_drill")):
        _end(asked, Outcome.DRILL, "Read, and nothing done.", started, before=_read_in_drill(way, asked))
        return
    read: dict[str, Any] = {}
    try:
        read["before"] = way.state(asked.parameters)
        _keep_before(asked, read["before"])
        did = way.act(asked) or {}
        commit()
        read["after"] = {**way.state(asked.parameters), **did}
        told = way.result(read["before"], read["after"])
    except Exception as error:
        frappe.db.rollback()
        _end(asked, Outcome.FAILED, _failure(error), started, **read)
        raise
    here = " " + f"Done without a worker: {why_here}." if why_here else ""
    _end(asked, Outcome.DONE, told + here, started, **read)


def _failure(error: Exception) -> str:
    if isinstance(error, RedisGone | RedisSlow):
        return "Redis does not answer, and this cannot be done without it."
    told = plain(error) if isinstance(error, frappe.ValidationError) else f"{type(error).__name__}: {error}"
    return redact(told)[:LONGEST]


def _read_in_drill(way: Way, asked: Asked) -> dict[str, Any]:
    try:
        return way.state(asked.parameters)
    except (RedisGone, RedisSlow, frappe.ValidationError) as error:
        return {"not read": _failure(error)}


def _keep_before(asked: Asked, before: dict[str, Any]) -> None:
    """Committed: it is there for whoever finds the row of a killed one."""
    incident = incidents.get(asked.incident)
    _row(incident, asked.row).before = _as_json(before)
    incidents.write(incident)
    commit()


def _end(asked: Asked, outcome: Outcome, told: str, started: float, **read: dict[str, Any]) -> None:
    incident = incidents.get(asked.incident)
    row = _row(incident, asked.row)
    values = {name: _as_json(value) for name, value in read.items()}
    seconds = round(time.monotonic() - started, 3)
    incidents.end_action(incident, row, outcome.value, told[:LONGEST], seconds=seconds, **values)
    if outcome is Outcome.DONE:
        _note_what_is_taken_back(incident, row, bool(read["after"].get("left")))
    incidents.write(incident)
    commit()


def _note_what_is_taken_back(incident: Document, row: Document, is_left: bool) -> None:
    for earlier in incident.actions:
        is_open = may_have_acted(earlier) and not earlier.taken_back_by and earlier is not row
        if is_open and takes_back(
            row.action, row.target or "", is_left, earlier.action, earlier.target or ""
        ):
            earlier.taken_back_by = f"{row.action}, {str(row.asked_at)[:19]}"


def _described(asked: Asked) -> dict[str, Any]:
    row = frappe.db.get_value(incidents.ACTION, asked.row, ["outcome", "result"], as_dict=True)
    head = {"incident": asked.incident, "action": asked.action, "target": asked.target}
    is_queued = row.outcome == Outcome.RUNNING.value
    return {**head, "outcome": row.outcome, "result": row.result, "queued": is_queued}


def _as_json(value: object) -> str:
    return json.dumps(redact_all(value), indent=1, default=str, ensure_ascii=False)
