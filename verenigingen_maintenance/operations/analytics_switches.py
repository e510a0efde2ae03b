"""What people do when analytics fail: fall back to basic monitoring, empty the store, restore one by one."""

from __future__ import annotations

import json

import frappe
from frappe import _

from verenigingen_maintenance.core.analytics import OFF
from verenigingen_maintenance.operations import analytics, analytics_claims
from verenigingen_maintenance.operations import analytics_state as state
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.sources import analytics_store, clock
from verenigingen_maintenance.sources.analytics_store import COMPONENT, Stored

KEYS = "analytics_"
EMPTY = {"answer": None, "answered_at": None, "data_as_of": None, "computed_at": None, "started_at": None}


def fall_back(reason: str) -> list[str]:
    """Switches all advanced components off for now, and returns their names; samples and runs go on."""
    if not (reason or "").strip():
        refuse(_("Say why analytics are switched off: who restores them will look for it."))
    stored = analytics_store.components(for_update=True).values()
    found = [each for each in stored if each.advanced and each.is_in_use]
    for each in found:
        state.switch_off(each, reason)
    return [each.name for each in found]


def begin_restoring(name: str) -> None:
    """A component is computed again. Raises frappe.ValidationError unless it is switched off."""
    if not frappe.db.exists(COMPONENT, name):
        refuse(_("There is no component {0}."), name, kind=frappe.DoesNotExistError)
    component = analytics_store.components([name], for_update=True)[name]
    if component.standing.state != OFF:
        refuse(
            _("{0} is {1}: only what is switched off is restored."), component.title, component.standing.state
        )
    if not component.enabled:
        refuse(_("{0} is not enabled. Enable it first."), component.title)
    state.restore(component)


def next_to_restore() -> str:
    """The first that is switched off, in the order of the engine; own ones first.

    Raises frappe.ValidationError where none is, and while one is being restored: one at a time.
    """
    found = analytics_store.components()
    if under_way := [each for each in found.values() if each.standing.state == "Restoring"]:
        refuse(_("{0} is being restored: wait until it works."), under_way[0].title)
    in_order = [*analytics.COMPONENTS, *sorted(name for name in found if found[name].is_claim)]
    waiting = [name for name in in_order if name in found and _waits(found[name])]
    if not waiting:
        refuse(_("No component is switched off."))
    return waiting[0]


def compute(name: str) -> None:
    """Computes a component that is being restored; where a refresh is under way, that does it or the next."""
    component = analytics_store.components([name]).get(name)
    if component is None or not component.is_in_use:
        return
    compute_one = analytics_claims.ask_one if component.is_claim else analytics.compute_one
    compute_one(name, clock.now())


def clear_cache() -> dict:
    """Empties the stored answers and the keys analytics_* of Redis; the next refresh makes them anew."""
    stored = analytics_store.components()
    keys = frappe.cache.get_keys(KEYS)
    emptied = {each.name: _age(each) for each in stored.values() if each.answer}
    frappe.cache.delete_keys(KEYS)
    for name in emptied:
        state.write(name, EMPTY)
        if stored[name].is_in_use:
            state.unknown(name, "its answer was deleted; the next refresh makes it anew")
    done = {"before": {"answers": emptied, "redis_keys": len(keys)}, "after": _left()}
    for name in emptied:
        state.add_event(name, "Cache Cleared", json.dumps(done, default=str))
    return done


def _left() -> dict:
    answers = [each.name for each in analytics_store.components().values() if each.answer]
    return {"answers": answers, "redis_keys": len(frappe.cache.get_keys(KEYS))}


def _age(component: Stored) -> str | None:
    return clock.shown(component.data_as_of) if component.data_as_of else None


def _waits(component: Stored) -> bool:
    return component.enabled and component.standing.state == OFF
