"""What the app verenigingen claims: one function after another, stored beside what was measured here.

A claim that says nothing is UNKNOWN, and no failure: the function answered. One that raised, hung or is not
there failed; after some failures in a row it is asked no more until it is restored. No escalation is opened
for it: this app's own components answer each row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta, timezone

from verenigingen_maintenance.core.analytics import Answer, Failed, NotKnown, Outcome
from verenigingen_maintenance.core.claims import UNCHANGED, WHOLE, Standing, own_figures
from verenigingen_maintenance.operations import analytics_state as state
from verenigingen_maintenance.operations import measure
from verenigingen_maintenance.operations.transactions import commit, lock
from verenigingen_maintenance.sources import analytics_store, claims
from verenigingen_maintenance.sources.analytics_store import CLAIMS, Stored

DUE, SECONDS = timedelta(minutes=50), 30
FIRST = datetime.min.replace(tzinfo=timezone.utc)


def refresh(now: datetime) -> list[str] | None:
    """Asks what is due; returns the names, or None while another one does so."""
    with lock("claims") as held:
        if not held:
            return None
        commit()
        note_presence()
        commit()
        found = analytics_store.components().values()
        due = [each for each in found if each.is_claim and _is_due(each, now)]
        return _ask_all(due, now) if due else []


def ask_one(name: str, now: datetime) -> bool:
    """Asks for one at once. False while others are asked for."""
    with lock("claims") as held:
        if held:
            commit()
            _ask_all([analytics_store.components([name])[name]], now)
        return held


def note_presence() -> None:
    """Where the app is not on this site, its claims are not applicable."""
    is_present = claims.is_present()
    for each in analytics_store.components().values():
        if each.is_claim:
            state.note_presence(each, is_present)


def _is_due(component: Stored, now: datetime) -> bool:
    last = component.computed_at
    is_recent = last is not None and abs(now - last) < DUE
    return component.is_in_use and not is_recent


def _ask_all(due: list[Stored], now: datetime) -> list[str]:
    """Those asked for longest ago come first: one that kills the job does not keep the rest waiting."""
    measured = own_figures(measure.read_all(claims.OWN_SOURCES, now, SECONDS))
    for each in sorted(due, key=lambda each: each.started_at or FIRST):
        state.begin(each.name)
        _ask(each, measured, now)
    return [each.name for each in due]


def _ask(component: Stored, measured: Mapping[str, float | None], now: datetime) -> None:
    earlier = component.answer.get("earlier", {})
    name, seconds = component.name.removeprefix(CLAIMS), component.time_limit
    claim = claims.claim(name, now, measured, earlier, seconds)
    state.keep(component, _worth(claim, earlier, now), claim.seconds, now)


def _worth(claim: claims.Claim, earlier: Mapping[str, list[str]], now: datetime) -> Outcome:
    first = claim.sections[0]
    if claim.failure:
        return Failed(claim.failure)
    answer = {
        "function": claim.path,
        "seconds": claim.seconds,
        "sections": [{**asdict(each), "standing": each.standing.value} for each in claim.sections],
        "evidence": list(claim.evidence),
        "earlier": {
            each.name: [*earlier.get(each.name, []), each.claimed][-UNCHANGED:] for each in claim.sections
        },
    }
    if all(each.standing is Standing.UNKNOWN for each in claim.sections):
        reason = first.reason if first.name == WHOLE else "none of its parts can be believed"
        return NotKnown(reason, answer=answer)
    return Answer(answer, now)
