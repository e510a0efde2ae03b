"""Requests and jobs since the sample before, from Frappe's Monitor.

The log is read backwards from its end, and no further than to the sample before: its size does not matter,
nor whether somebody rotated it, and an entry that a flush repeated counts once. An entry counts where it
ended, for then it is written; the last seconds are left to the next sample: they may be on their way.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import fmean, median

import frappe
from frappe.monitor import MONITOR_REDIS_KEY

from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.core.rollups import percentile
from verenigingen_maintenance.sources import clock, dashboard, http, monitor, shared, source, stored, waits

COUNTED_AS = "traffic.requests"
ON_ITS_WAY = timedelta(seconds=5)
DISORDER = timedelta(minutes=2)
FIRST, LONGEST = timedelta(minutes=2), timedelta(minutes=15)
BLOCK, MOST_BYTES = 65_536, 16 * 1024 * 1024
CHUNK, MOST_UNFLUSHED = 1_000, 50_000
OWN = tuple(f"/api/method/verenigingen_maintenance.api.{door}" for door in ("health", "watcher"))
LOOPBACK = {"127.0.0.1", "::1"}
ORIGIN = "Frappe Monitor, since the sample before"
NOT_READABLE = (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)


@dataclass
class _Seen:
    """What ended in (since, until], without this app's own probes. `cut` says why there may be more.

    `refused` were ended by a werkzeug exception, such as 403 for a private file: Monitor notes 500 for them.
    """

    since: datetime
    until: datetime
    times: list[float] = field(default_factory=list)
    api_times: list[float] = field(default_factory=list)
    server_errors: int = 0
    refused: int = 0
    jobs: int = 0
    unreadable: int = 0
    cut: str = ""


@source
def requests(now: datetime) -> Reading | Unknown:
    """Requests that were answered."""
    seen = _seen(now)
    return seen if isinstance(seen, Unknown) else _reading(len(seen.times), "requests", now, seen)


@source
def server_errors(now: datetime) -> Reading | Unknown:
    """Requests that were answered with 500 or more."""
    seen = _seen(now)
    return seen if isinstance(seen, Unknown) else _reading(seen.server_errors, "requests", now, seen)


@source
def error_share(now: datetime) -> Reading | Unknown:
    """The share of requests that were answered with 500 or more, in percent."""
    seen = _seen(now)
    if isinstance(seen, Unknown) or not seen.times:
        return _nothing(seen, now)
    return _reading(round(100 * seen.server_errors / len(seen.times), 3), "%", now, seen)


@source
def median_time(now: datetime) -> Reading | Unknown:
    """The median time of an answer."""
    seen = _seen(now)
    if isinstance(seen, Unknown) or not seen.times:
        return _nothing(seen, now)
    return _reading(round(median(seen.times), 1), "ms", now, seen)


@source
def p95_time(now: datetime) -> Reading | Unknown:
    """The time within which 95 % of the answers were there."""
    seen = _seen(now)
    if isinstance(seen, Unknown) or not seen.times:
        return _nothing(seen, now)
    return _reading(round(percentile(sorted(seen.times), 95), 1), "ms", now, seen)


@source
def jobs(now: datetime) -> Reading | Unknown:
    """Background jobs that ended, the scheduled ones included."""
    seen = _seen(now)
    return seen if isinstance(seen, Unknown) else _reading(seen.jobs, "jobs", now, seen)


@source
@waits("web server")
def api_time(now: datetime) -> Reading | Unknown:
    """The mean time of API requests; where there was none, or Monitor is off, of own pings."""
    seen = _seen(now)
    if isinstance(seen, Unknown):
        return http.own_request(now, seen.reason)
    if not seen.api_times:
        return http.own_request(now, f"no API request since {clock.shown(seen.since)}")
    return _reading(round(fmean(seen.api_times), 1), "ms", now, seen, {"API requests": len(seen.api_times)})


def _nothing(seen: _Seen | Unknown, now: datetime) -> Unknown:
    if isinstance(seen, Unknown):
        return seen
    return Unknown(f"no request since {clock.shown(seen.since)}", now, ORIGIN, learning=True)


def _reading(value: float, unit: str, now: datetime, seen: _Seen, more: dict | None = None) -> Reading:
    evidence = {
        "since": clock.shown(seen.since),
        "refused before Frappe answered, not counted": seen.refused,
        "lines not readable": seen.unreadable,
        **(more or {}),
    }
    return Reading(value, unit, now, ORIGIN, evidence, at_least=seen.cut)


# --- reading the log


@shared
def _seen(now: datetime) -> _Seen | Unknown:
    if not frappe.conf.monitor:
        return Unknown(monitor.IS_OFF, now, ORIGIN)
    seen = _Seen(_since(now), now - ON_ITS_WAY)
    kept: set[tuple] = set()
    for lines in (_waiting(seen), _written(seen)):  # a flush in between moves lines from here to there
        for entry in _until_older(lines, seen):
            if seen.since < entry.ended <= seen.until and entry.is_of_this_site and entry.key not in kept:
                kept.add(entry.key)
                _add(entry, seen)
    return seen


def _since(now: datetime) -> datetime:
    """Where the sample before ended; two minutes back where the last fifteen have none."""
    before = stored.last(COUNTED_AS, now)
    is_near = before is not None and now - LONGEST <= before.observed_at <= now
    return (before.observed_at if before and is_near else now - FIRST) - ON_ITS_WAY


@dataclass(frozen=True)
class _Entry:
    """A line of Monitor. `status` is 0 where it is of a job."""

    key: tuple[str, str]
    site: str
    ended: datetime
    milliseconds: float
    status: int
    is_job: bool
    path: str = ""
    ip: str = ""
    has_length: bool = False

    @classmethod
    def of(cls, line: bytes) -> _Entry:
        """Raises one of NOT_READABLE for a line that Monitor did not write like that."""
        entry = json.loads(line)
        began, duration = datetime.fromisoformat(entry["timestamp"]), int(entry["duration"])
        ended = began + timedelta(microseconds=duration)
        if ended.tzinfo is None:
            raise ValueError("a time without a zone")
        request = entry.get("request") or {}
        return cls(
            (str(entry["uuid"]), str(entry["timestamp"])),
            str(entry["site"]),
            ended,
            duration / 1000,
            int(request["status_code"]) if request else 0,
            entry.get("transaction_type") == "job",
            str(request.get("path", "")),
            str(request.get("ip", "")),
            "response_length" in request,
        )

    @property
    def is_of_this_site(self) -> bool:
        return self.site == frappe.local.site

    @property
    def is_own(self) -> bool:
        """Whether it is this app's own question: a ping, its age or health, or a probe from this host."""
        is_asked = self.path == monitor.OWN_PING or self.path.startswith(OWN)
        return is_asked or (self.path == dashboard.path() and self.ip in LOOPBACK)


def _until_older(lines: Iterable[bytes], seen: _Seen) -> Iterator[_Entry]:
    """Entries from the newest on, until they are older than what is asked for."""
    for line in lines:
        try:
            entry = _Entry.of(line)
        except NOT_READABLE:
            seen.unreadable += 1
            continue
        if entry.ended < seen.since - DISORDER:
            return
        yield entry


def _add(entry: _Entry, seen: _Seen) -> None:
    if entry.is_job:
        seen.jobs += 1
    elif not entry.status or entry.is_own:
        return
    elif entry.status >= 500 and not entry.has_length:
        seen.refused += 1
    else:
        seen.times.append(entry.milliseconds)
        seen.server_errors += entry.status >= 500
        if entry.path.startswith("/api/"):
            seen.api_times.append(entry.milliseconds)


def _waiting(seen: _Seen) -> Iterator[bytes]:
    """What waits in Redis to be written to the log, newest first."""
    length = frappe.cache.llen(MONITOR_REDIS_KEY)
    for end in range(length, max(length - MOST_UNFLUSHED, 0), -CHUNK):
        yield from reversed(frappe.cache.lrange(MONITOR_REDIS_KEY, max(end - CHUNK, 0), end - 1))
    if length > MOST_UNFLUSHED:
        seen.cut = f"only the newest {MOST_UNFLUSHED} waiting entries were read"


def _written(seen: _Seen) -> Iterator[bytes]:
    """Lines of the log from its end, and then of the one that was rotated away."""
    path = monitor.log_file()
    for each in (path, f"{path}.1"):
        if os.path.exists(each):
            yield from _backwards(each, seen)


def _backwards(path: str, seen: _Seen) -> Iterator[bytes]:
    """Whole lines of a file from its end, 16 MB at most."""
    with open(path, "rb") as file:
        end = file.seek(0, os.SEEK_END)
        first, tails = max(end - MOST_BYTES, 0), []  # the last line's pieces, in the order in which they came
        while end > first:
            begin = max(end - BLOCK, first)
            file.seek(begin)
            head, *lines = file.read(end - begin).split(b"\n")
            if lines:
                yield from _told([*lines[:-1], b"".join([lines[-1], *reversed(tails)])])
                tails = []
            tails.append(head)
            end = begin
    if first:
        seen.cut = f"only the last {MOST_BYTES // 1024**2} MB of the log were read"
    else:
        yield from _told([b"".join(reversed(tails))])


def _told(lines: list[bytes]) -> Iterator[bytes]:
    return (line for line in reversed(lines) if line.strip())
