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
        due = [each for each in _in_use() if _is_due(each, now)]
        for each in due:
            _compute(each, now)
        return [each.name for each in due]


def compute_one(name: str, now: datetime) -> bool:
    """Computes one at once, whatever is due. False while a refresh is under way, which computes it too."""
    with lock("analytics") as held:
        if held:
            commit()
            _compute(analytics_store.components([name])[name], now)
        return held


def _in_use() -> list[Stored]:
    found = analytics_store.own()
    in_order = [found[name] for name in COMPONENTS if name in found]
    return [each for each in in_order if each.enabled and each.standing.is_computed]


def _is_due(component: Stored, now: datetime) -> bool:
    last = component.computed_at
    return last is None or abs(now - last) >= EVERY - SLACK


def _note_killed(now: datetime) -> None:
    """Nobody computes while the lock is ours: what was begun and has no outcome ended its job."""
    for each in _in_use():
        if each.started_at and (each.computed_at is None or each.computed_at < each.started_at):
            state.keep(each, Failed(KILLED), 0, now)


def _compute(component: Stored, now: datetime) -> None:
    state.begin(component.name)
    began = time.monotonic()
    found = _asked(component, now)
    state.keep(component, found, time.monotonic() - began, now)


def _asked(component: Stored, now: datetime) -> Outcome:
    asked = {component.name: _function(COMPONENTS[component.name])}
    answered = measure.ask_all([asked], now, component.time_limit, KINDS)[component.name]
    return Failed(answered.reason) if isinstance(answered, Unknown) else outcome(answered)


def _function(path: str) -> Callable[[datetime], object]:
    """Found when it is computed: one whose file breaks fails like one that raises, alone."""

    def compute(now: datetime) -> object:
        module, name = path.split(".")
        found = importlib.import_module(f"{__package__}.{module}")
        return _dated(getattr(found, name)(now))

    return compute


def _dated(answered: object) -> object:
    """A mapping with `as_of` as an answer; one without data yet says why, and is no failure."""
    if not isinstance(answered, dict):
        return answered if isinstance(answered, KINDS) else outcome(answered)
    rest = {key: value for key, value in answered.items() if key != "as_of"}
    if answered.get("as_of") is None:
        return outcome(None) if not rest else _undated(rest)
    return Answer(rest, answered["as_of"])


def _undated(answer: dict) -> Failed | NotKnown:
    judged = outcome(Answer(answer, datetime.min))
    reason = str(answer.get("confidence_reason") or "it has no data yet")
    return judged if isinstance(judged, Failed) else NotKnown(reason, learning=True)
