"""Writes where a component of the analytics engine stands, past its document: a form may be open."""

from __future__ import annotations

from datetime import datetime

import frappe
from frappe import _
from frappe.utils import cint

from verenigingen_maintenance.core.analytics import (
    BY_PERSON,
    GOOD_TO_RESTORE,
    MOST_FAILURES,
    NOT_APPLICABLE,
    OFF,
    RESTORING,
    WORKING,
    Answer,
    Failed,
    NotKnown,
    Outcome,
    Standing,
    Step,
    after,
    in_json,
)
from verenigingen_maintenance.core.verdicts import Verdict
from verenigingen_maintenance.operations import escalations
from verenigingen_maintenance.operations.breaches import Part
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.operations.transactions import commit, lock
from verenigingen_maintenance.sources import analytics_store, clock
from verenigingen_maintenance.sources.analytics_store import COMPONENT, Stored

EVENT, SUBJECT, AREA = "Analytics Component Event", "Analytics engine", "Analytics"
KEPT = (
    *("state", "off_by", "verdict", "failures", "good", "reason", "computed_at", "answered_at"),
    *("data_as_of", "seconds", "answer", "events", "started_at", "learning"),
)
LONGEST, PATIENCE, MOST_EVENTS, LONGEST_TEXT = 120, 60, 100, 2_000
GOOD_CLAIMS = 1  # they are asked once an hour, and nothing rests on them
SWITCHED_OFF = ("Switched Off", "Recurred")


def begin(name: str) -> None:
    """Notes that it is being computed: a job that ends before the outcome is kept was killed by it."""
    write(name, {"started_at": clock.stored(clock.now())})
    commit()


def keep(component: Stored, found: Outcome, seconds: float, now: datetime) -> None:
    """Keeps an outcome, what follows from it, and who has to be told, in one transaction.

    Where somebody switched the component off while it was computed, that stands, and the outcome is dropped.
    """
    with lock("writing", PATIENCE) as mine:
        if not mine:
            frappe.throw(_("A run is being written for over a minute; the next refresh comes all the same."))
        commit()
        present = analytics_store.components([component.name], for_update=True)[component.name]
        if present.is_in_use:
            _keep(present, found, seconds, now)
        else:
            write(present.name, {"started_at": None})
        commit()


def _keep(component: Stored, found: Outcome, seconds: float, now: datetime) -> None:
    needed = GOOD_CLAIMS if component.is_claim else GOOD_TO_RESTORE
    step = after(component.standing, found, most_failures(), needed)
    write(component.name, {**_standing(step.standing), **_found(found, seconds, now)})
    _tell(component, step, found, now)


def most_failures() -> int:
    return cint(frappe.db.get_single_value(SETTINGS, "analytics_failures")) or MOST_FAILURES


def switch_off(component: Stored, reason: str) -> None:
    """A person does without it for now."""
    write(component.name, _standing(Standing(OFF, off_by=BY_PERSON)))
    unknown(component.name, f"switched off: {reason}")
    add_event(component.name, "Fallback", reason)


def restore(component: Stored) -> None:
    """It is computed again, and watched."""
    write(component.name, _standing(Standing(RESTORING)))
    unknown(component.name, "being restored")
    add_event(component.name, "Restoring", component.reason)


def note_presence(component: Stored, is_present: bool) -> None:
    """A component of another app is not applicable where that is not on this site."""
    if is_present == component.is_applicable:
        return
    standing = Standing(WORKING if is_present else NOT_APPLICABLE)
    reason = "not computed yet" if is_present else "the app verenigingen is not on this site"
    write(component.name, _standing(standing))
    unknown(component.name, reason)


def unknown(name: str, reason: str) -> None:
    write(name, {"verdict": Verdict.UNKNOWN.value, "reason": reason[:LONGEST_TEXT], "learning": 0})


def write(name: str, values: dict) -> None:
    table = frappe.qb.DocType(COMPONENT)
    query = frappe.qb.update(table).where(table.name == name)
    for field, value in values.items():
        query = query.set(table[field], value)
    query.run()


def add_event(name: str, event: str, note: str) -> None:
    """Adds a row to its history; from the hundredth on the oldest goes."""
    parent = {"parent": name, "parenttype": COMPONENT, "parentfield": "events"}
    kept = frappe.get_all(EVENT, parent, pluck="name", order_by="idx", limit=0)
    if len(kept) >= MOST_EVENTS:
        frappe.db.delete(EVENT, {"name": kept[0]})
    last = frappe.get_all(EVENT, parent, ["idx"], order_by="idx desc", limit=1)
    row = {"doctype": EVENT, **parent, "idx": (last[0].idx if last else 0) + 1}
    told = {"event": event, "note": note[:LONGEST_TEXT], "by_user": frappe.session.user}
    frappe.get_doc({**row, **told, "happened_at": clock.stored(clock.now())}).db_insert()


def _standing(standing: Standing) -> dict:
    return {
        **{"state": standing.state, "failures": standing.failures},
        **{"good": standing.good, "off_by": standing.off_by},
    }


def _found(found: Outcome, seconds: float, now: datetime) -> dict:
    """The last good answer stays where there is no other."""
    values = {"computed_at": clock.stored(clock.now()), "seconds": round(seconds, 3), "learning": 0}
    if isinstance(found, Answer):
        dated = {"answered_at": clock.stored(now), "data_as_of": clock.stored(found.as_of)}
        return {**values, **dated, "answer": in_json(found.answer), "verdict": Verdict.OK.value, "reason": ""}
    values |= {"verdict": Verdict.UNKNOWN.value, "reason": found.reason[:LONGEST_TEXT]}
    if isinstance(found, NotKnown):
        values |= {
            "learning": int(found.learning),
            **({"answer": in_json(found.answer)} if found.answer else {}),
        }
    return values


def _tell(component: Stored, step: Step, found: Outcome, now: datetime) -> None:
    if not step.event:
        return
    reason = found.reason if isinstance(found, Failed | NotKnown) else ""
    add_event(component.name, step.event, reason)
    if component.is_claim:
        return
    note = f"{component.title}: {step.event}. {reason}".strip()
    if step.event in SWITCHED_OFF:
        title = f"Analytics switched off: {component.title}"
        onset = min(component.answered_at or now, now)
        parts = (Part(component.name, component.title, onset, AREA),)
        escalations.record(escalations.Breach(SUBJECT, title, note, onset, now, frozenset({AREA}), parts))
    elif step.event == "Restored":
        escalations.clear(SUBJECT, component.name, note)
