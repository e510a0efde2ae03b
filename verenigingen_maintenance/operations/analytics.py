"""Refreshes the analytics engine: computes its components one by one, and stores what each found.

Each has a thread, a connection and a time limit of its own, and each outcome a transaction of its own: one
that breaks or hangs is UNKNOWN alone, and a killed job leaves what was stored before. What it was computing
counts as failed, and the next job goes on with the rest.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from verenigingen_maintenance.core.analytics import Answer, Failed, NotKnown, Outcome, outcome
from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.operations import analytics_state as state
from verenigingen_maintenance.operations import measure
from verenigingen_maintenance.operations.transactions import commit, lock
from verenigingen_maintenance.sources import analytics_store
from verenigingen_maintenance.sources.analytics_store import Stored

# In this order: the later ones read what the earlier ones stored.
COMPONENTS = {
    "errors": "analytics_errors.errors",
    "hotspots": "analytics_errors.hotspots",
    "forecasts": "forecasts.refresh",
    "compliance": "analytics_compliance.compliance",
    "business_impact": "analytics_impact.business_impact",
    "recommendations": "analytics_actions.recommendations",
    "health": "analytics_health.health",
}
EVERY, SLACK = timedelta(minutes=10), timedelta(minutes=2)
KINDS = (Answer, NotKnown, Failed)
KILLED = "the job ended while it was computed"


def refresh(now: datetime) -> list[str] | None:
    """Computes what is due; returns the names, or None while another one does so."""
    with lock("analytics") as held:
        if not held:
            return None
        commit()
        _note_killed(now)
        due = [each.name for each in _in_use() if _is_due(each, now)]
        return [name for name in due if _compute(name, now)]


def compute_one(name: str, now: datetime) -> bool:
    """Computes one at once, whatever is due. False while a refresh is under way, which computes it too."""
    with lock("analytics") as held:
        if held:
            commit()
            _compute(name, now)
        return held


def _in_use() -> list[Stored]:
    found = analytics_store.own()
    in_order = [found[name] for name in COMPONENTS if name in found]
    return [each for each in in_order if each.is_in_use]


def _is_due(component: Stored, now: datetime) -> bool:
    last = component.computed_at
    return last is None or abs(now - last) >= EVERY - SLACK


def _note_killed(now: datetime) -> None:
    """Nobody computes while the lock is ours: what was begun and has no outcome ended its job."""
    for each in _in_use():
        if each.started_at and (each.computed_at is None or each.computed_at < each.started_at):
            state.keep(each, Failed(KILLED), 0, now)


def _compute(name: str, now: datetime) -> bool:
    """Whether it was: somebody may have switched it off since it was found to be due."""
    component = analytics_store.components([name])[name]
    if not component.is_in_use:
        return False
    state.begin(name)
    began = time.monotonic()
    found = _asked(component, now)
    state.keep(component, found, time.monotonic() - began, now)
    return True


def _asked(component: Stored, now: datetime) -> Outcome:
    asked = {component.name: _function(COMPONENTS[component.name])}
    found = measure.ask_all([asked], now, component.time_limit, KINDS)[component.name]
    return Failed(found.reason) if isinstance(found, Unknown) else found


def _function(path: str) -> Callable[[datetime], object]:
    """Found when it is computed: one whose file breaks fails like one that raises, alone."""

    def compute(now: datetime) -> Outcome:
        module, name = path.split(".")
        found = importlib.import_module(f"{__package__}.{module}")
        return outcome(getattr(found, name)(now), now)

    return compute
