"""The analytics engine, which is not there yet: each of its values is UNKNOWN, and says so."""

from __future__ import annotations

from datetime import datetime

from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.sources import source


@source
def response_seconds(now: datetime) -> Unknown:
    return _awaited(now)


@source
def errors(now: datetime) -> Unknown:
    return _awaited(now)


@source
def forecasts_age(now: datetime) -> Unknown:
    return _awaited(now)


@source
def data_age(now: datetime) -> Unknown:
    return _awaited(now)


def _awaited(now: datetime) -> Unknown:
    return Unknown("not measured until the analytics engine arrives", now, "analytics engine")
