"""The analytics engine, judged from what it stored: time to read, what fails, and the age of its data."""

from __future__ import annotations

import time
from datetime import datetime

from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.core.wording import some
from verenigingen_maintenance.sources import analytics_store, clock, source
from verenigingen_maintenance.sources.analytics_store import COMPONENT, Stored

FORECASTS = "forecasts"


@source
def response_seconds(now: datetime) -> Reading | Unknown:
    """The time to read all answers from the store; where one is missing there is nothing to time."""
    began = time.monotonic()
    asked = _asked()
    took = time.monotonic() - began
    if not asked:
        return Unknown("no component of the engine is in use", now, COMPONENT)
    missing = [each for each in asked if not each.answered_at and not _has_said_why(each)]
    if missing:
        told = some([f"{each.title} ({each.reason})" for each in missing])
        return Unknown(f"no answer yet: {told}", now, COMPONENT, all(each.learning for each in missing))
    return Reading(round(took, 4), "s", now, COMPONENT, {"components": len(asked)})


@source
def errors(now: datetime) -> Reading | Unknown:
    """Components that fail, or were switched off because they did."""
    asked = _asked()
    if not asked:
        return Unknown("no component of the engine is in use", now, COMPONENT)
    broken = {each.title: each.reason for each in asked if each.standing.is_broken}
    evidence = {**broken, "switched off by a person": _switched_off()}
    told = some([f"{title}: {reason}" for title, reason in broken.items()])
    return Reading(len(broken), "sections", now, COMPONENT, evidence, detail=told)


@source
def forecasts_age(now: datetime) -> Reading | Unknown:
    """Hours since the forecasts were last computed well."""
    found = analytics_store.components([FORECASTS]).get(FORECASTS)
    if found is None:
        return Unknown("there is no component forecasts", now, COMPONENT)
    if not found.answered_at:
        return Unknown(found.reason or "not computed yet", now, COMPONENT, found.learning)
    evidence = {"computed": clock.shown(found.answered_at), "data as of": _shown(found.data_as_of)}
    return Reading(_hours(now, found.answered_at), "h", now, COMPONENT, evidence)


@source
def data_age(now: datetime) -> Reading | Unknown:
    """The age of the oldest data that a component in use answered from."""
    asked = _asked()
    without = [each for each in asked if not each.data_as_of and not _has_said_why(each)]
    dated = [(each.data_as_of, each) for each in asked if each.data_as_of]
    if without or not dated:
        told = some([f"{each.title} ({each.reason})" for each in without or asked])
        learning = all(each.learning for each in without or asked)
        return Unknown(f"no data yet: {told or 'no component is in use'}", now, COMPONENT, learning)
    oldest, component = min(dated, key=lambda each: each[0])
    ages = {each.title: f"{_hours(now, moment)} h" for moment, each in dated}
    told = ": ".join(text for text in (component.title, component.reason) if text)
    return Reading(_hours(now, oldest), "h", now, COMPONENT, ages, detail=told)


def _asked() -> list[Stored]:
    return [each for each in analytics_store.own().values() if each.is_asked]


def _has_said_why(each: Stored) -> bool:
    """It was computed, and there was nothing to answer from yet: no failure, and nothing to wait for."""
    return bool(each.computed_at) and each.learning


def _switched_off() -> list[str]:
    return [each.title for each in analytics_store.own().values() if not each.is_asked]


def _hours(now: datetime, moment: datetime) -> float:
    return round(max((now - moment).total_seconds(), 0) / 3600, 3)


def _shown(moment: datetime | None) -> str:
    return clock.shown(moment) if moment else ""
