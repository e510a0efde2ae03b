"""How long the answers of some paths took, from the end of Frappe's Monitor log backwards."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import frappe
from frappe.monitor import MONITOR_REDIS_KEY, log_file

from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.sources import monitor

MOST_BYTES = 16 * 1024 * 1024
MOST_UNFLUSHED = 5_000
MOST_TIMES = 500
ORIGIN = "Frappe Monitor"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class PathTimes:
    """500 times of a path in ms, evenly from its whole span; of all: how many, their sum, and since when the
    log was read."""

    times: list[float]
    count: int
    total: float
    since: datetime
    days: float

    @property
    def per_day(self) -> float:
        return round(self.count / max(self.days, 1 / 24), 1)


def of(paths: Iterable[str], since: datetime, until: datetime) -> dict[str, PathTimes] | Unknown:
    """Times of requests and jobs that began in a span, by path; Unknown where Monitor is off."""
    wanted = set(paths)
    found = _read(since, until, wanted)
    if isinstance(found, Unknown):
        return found
    nothing = PathTimes([], 0, 0, since, round((until - since) / DAY, 3))
    return {path: found.get(path, nothing) for path in wanted}


def slowest(since: datetime, until: datetime, most: int = 10) -> dict[str, PathTimes] | Unknown:
    """The paths that took most time in all, the first of them first; Unknown where Monitor is off."""
    found = _read(since, until)
    if isinstance(found, Unknown):
        return found
    ordered = sorted(found.items(), key=lambda each: -each[1].total)
    return dict(ordered[:most])


def _read(
    since: datetime, until: datetime, wanted: Container[str] | None = None
) -> dict[str, PathTimes] | Unknown:
    if not frappe.conf.monitor:
        return Unknown(monitor.IS_OFF, until, ORIGIN)
    found: dict[str, dict[str, float]] = defaultdict(dict)
    lines, is_whole = monitor.tail(log_file(), MOST_BYTES)
    begins = since if is_whole else max(since, monitor.first_moment(lines, since))
    for line in (*lines, *frappe.cache.lrange(MONITOR_REDIS_KEY, -MOST_UNFLUSHED, -1)):
        entry = _entry(line)
        if entry and (wanted is None or entry[1] in wanted) and begins <= entry[2] < until:
            found[entry[1]][entry[0]] = entry[3]
    days = (until - begins) / DAY
    return {path: _times(list(times.values()), begins, days) for path, times in found.items()}


def _times(times: list[float], since: datetime, days: float) -> PathTimes:
    step = -(-len(times) // MOST_TIMES)  # the latest only would be those of one hour
    return PathTimes(times[::step], len(times), sum(times), since, round(days, 3))


def _entry(line: bytes) -> tuple[str, str, datetime, float] | None:
    """Id, path (of a job its method), begin and ms; None of another site, or where two workers wrote into
    one line."""
    try:
        entry = json.loads(line)
        path = (entry.get("request") or {}).get("path") or (entry.get("job") or {}).get("method") or ""
        began = datetime.fromisoformat(entry["timestamp"])
        if entry["site"] != frappe.local.site or began.tzinfo is None:
            return None
        return str(entry["uuid"]), str(path), began, float(entry["duration"]) / 1000
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
