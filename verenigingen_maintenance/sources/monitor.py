"""Frappe's Monitor: the time of each request, where the site config has it on."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import fmean, median, quantiles

import frappe
from frappe.monitor import MONITOR_REDIS_KEY, log_file

from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.sources import http, source

WINDOW = timedelta(days=1)
MOST_BYTES = 8 * 1024 * 1024
MOST_UNFLUSHED = 5_000
OWN_PING = "/api/method/ping"


@source
def api_response_time(now: datetime) -> Reading | Unknown:
    """The mean time of API requests of the last 24 hours in ms; else the time of an own request."""
    if not frappe.conf.monitor:
        return http.own_request(
            now, "Monitor is off; the setting “monitor”: 1 in the site config turns it on"
        )
    times, unreadable = _api_times(now - WINDOW)
    if not times:
        return http.own_request(now, "Monitor is on, but has no API request of the last 24 hours")
    evidence = {
        "requests": len(times),
        "median (ms)": round(median(times), 1),
        "95 % under (ms)": round(quantiles(times, n=20)[-1] if len(times) > 1 else times[0], 1),
        "lines not readable": unreadable,
    }
    return Reading(
        round(fmean(times), 1), "ms", now, "Frappe Monitor, mean of API requests in 24 hours", evidence
    )


def _api_times(since: datetime) -> tuple[list[float], int]:
    """Milliseconds of each API request, once each (a flush of Monitor repeats its last line), and how many
    lines were not readable: two workers may write into one line."""
    found, unreadable = {}, 0
    for line in _lines():
        try:
            entry = json.loads(line)
        except ValueError:
            unreadable += 1
            continue
        if _is_api(entry) and _moment(entry) >= since:
            found[entry["uuid"]] = entry["duration"] / 1000
    return list(found.values()), unreadable


def _is_api(entry: dict) -> bool:
    path = entry.get("request", {}).get("path", "")
    return entry["site"] == frappe.local.site and path.startswith("/api/") and path != OWN_PING


def _moment(entry: dict) -> datetime:
    return datetime.fromisoformat(entry["timestamp"])


def _lines() -> Iterator[bytes]:
    yield from _tail(log_file(), MOST_BYTES)
    yield from frappe.cache.lrange(MONITOR_REDIS_KEY, -MOST_UNFLUSHED, -1)


def _tail(path: str, size: int) -> list[bytes]:
    """The last whole lines of a file, `size` bytes at most; none when there is no file yet."""
    if not os.path.exists(path):
        return []
    with open(path, "rb") as file:
        length = file.seek(0, os.SEEK_END)
        file.seek(max(0, length - size))
        lines = file.read().splitlines()
    return [line for line in (lines[1:] if length > size else lines) if line.strip()]
