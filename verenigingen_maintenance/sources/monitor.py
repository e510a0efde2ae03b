"""Frappe's Monitor: the time of each request of a day, where the site config has it on."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import fmean, median, quantiles

import frappe
from frappe.monitor import MONITOR_REDIS_KEY, log_file

from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.sources import clock, http, source, waits

WINDOW = timedelta(days=1)
MOST_BYTES = 8 * 1024 * 1024
MOST_UNFLUSHED = 5_000
NEWEST_BYTES, NEWEST_LINES = 65_536, 200
OWN_PING = "/api/method/ping"
IS_OFF = "Monitor is off; the setting “monitor”: 1 in the site config turns it on"


@source
@waits("web server")
def api_response_time(now: datetime) -> Reading | Unknown:
    """The mean time of API requests of the last 24 hours in ms, while the web server answers a ping; where
    Monitor is off or has none, the time of the ping."""
    if not frappe.conf.monitor:
        return http.own_request(now, IS_OFF)
    found = _api_requests(now - WINDOW)
    if not found.times:
        return http.own_request(
            now, f"Monitor is on, but has no API request since {clock.shown(found.since)}"
        )
    if unanswered := http.refusal_to_answer(now):
        return unanswered
    return _mean(found, now)


def _mean(found: _Requests, now: datetime) -> Reading:
    times = list(found.times.values())
    evidence = {
        "requests": len(times),
        "since": clock.shown(found.since),
        "median (ms)": round(median(times), 1),
        "95 % under (ms)": round(quantiles(times, n=20)[-1] if len(times) > 1 else times[0], 1),
        "lines not readable": found.unreadable,
    }
    origin = f"Frappe Monitor, mean of API requests since {clock.shown(found.since)}"
    return Reading(round(fmean(times), 1), "ms", now, origin, evidence)


@dataclass
class _Requests:
    """Milliseconds of each API request by its id (a flush of Monitor repeats its last line).

    `since` is when the log that was read begins, where that is later than what was asked for. A line may not
    be readable: two workers may write into one.
    """

    since: datetime
    times: dict[str, float] = field(default_factory=dict)
    unreadable: int = 0

    def add(self, line: bytes) -> None:
        try:
            entry = json.loads(line)
            moment, milliseconds = datetime.fromisoformat(entry["timestamp"]), float(entry["duration"]) / 1000
            if _is_api(entry) and moment >= self.since:
                self.times[entry["uuid"]] = milliseconds
        except (ValueError, TypeError, KeyError, AttributeError):
            self.unreadable += 1


def _api_requests(since: datetime) -> _Requests:
    lines, is_whole = tail(log_file(), MOST_BYTES)
    found = _Requests(since if is_whole else max(since, first_moment(lines, since)))
    for line in (*lines, *frappe.cache.lrange(MONITOR_REDIS_KEY, -MOST_UNFLUSHED, -1)):
        found.add(line)
    return found


def _is_api(entry: dict) -> bool:
    path = (entry.get("request") or {}).get("path", "")
    return entry["site"] == frappe.local.site and path.startswith("/api/") and path != OWN_PING


def newest() -> datetime | None:
    """When the latest request or job of this site was that Monitor has, of its last lines; None without."""
    lines = [*tail(log_file(), NEWEST_BYTES)[0], *frappe.cache.lrange(MONITOR_REDIS_KEY, -NEWEST_LINES, -1)]
    own = json.dumps(frappe.local.site).encode()
    return max(_moments(line for line in lines if own in line), default=None)


def first_moment(lines: Iterable[bytes], default: datetime) -> datetime:
    return next(_moments(lines), default)


def _moments(lines: Iterable[bytes]) -> Iterator[datetime]:
    for line in lines:
        try:
            moment = datetime.fromisoformat(json.loads(line)["timestamp"])
        except (ValueError, TypeError, KeyError):
            continue
        if moment.tzinfo:
            yield moment


def tail(path: str, size: int) -> tuple[list[bytes], bool]:
    """The last whole lines of a file, `size` bytes at most, and whether that is all; none without a file."""
    if not os.path.exists(path):
        return [], True
    with open(path, "rb") as file:
        length = file.seek(0, os.SEEK_END)
        file.seek(max(0, length - size))
        lines = file.read().splitlines()
    is_whole = length <= size
    return [line for line in (lines if is_whole else lines[1:]) if line.strip()], is_whole
