"""Requests that failed and left no Error Log; Frappe's Monitor has them, where it is on.

Frappe writes no Error Log for an error whose message is longer than a title may be (140 characters). Where
somebody emptied Error Log, every failed request from before seems to have left none.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import frappe
from frappe.monitor import MONITOR_REDIS_KEY
from frappe.utils import create_batch

from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.core.wording import some
from verenigingen_maintenance.sources import clock, error_log, monitor, source

SOURCE = "Frappe Monitor, compared with Error Log and its queue in Redis"
CHUNK = 500
MOST_PATHS = 20


@source
def without_error_log(now: datetime) -> Reading | Unknown:
    """Requests of the last 24 hours that were answered with 500 or more and have no Error Log."""
    if not frappe.conf.monitor:
        return Unknown(monitor.IS_OFF, now, SOURCE)
    found = _requests(now - monitor.WINDOW)
    if not found.seen:
        return Unknown(f"Monitor is on, but has no request since {clock.shown(found.since)}", now, SOURCE)
    # What waits is read before what is written: an error may move from there to here meanwhile.
    waiting, unreadable = error_log.queued()
    unlogged = set(found.failed) - {error.trace_id for error in waiting}
    unlogged -= _written(sorted(unlogged), found.since)
    if unlogged and (length := frappe.cache.llen(error_log.QUEUE)) > error_log.MOST_QUEUED:
        reason = f"{length} errors wait in Redis, and only {error_log.MOST_QUEUED} were looked at"
        return Unknown(reason, now, SOURCE)
    return _reading([found.failed[uuid] for uuid in unlogged], found, unreadable, now)


class _Failed(NamedTuple):
    moment: datetime
    path: str
    status: int


@dataclass
class _Requests:
    """This site's requests in Monitor by their ids (a flush of Monitor repeats its last line).

    `since` is when what was read begins, where that is later than what was asked for. `refused` were ended by
    a werkzeug exception, such as 403 for a private file: Monitor notes 500 for them, and no length.
    """

    since: datetime
    seen: set[str] = field(default_factory=set)
    failed: dict[str, _Failed] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    unreadable: int = 0
    left_out: int = 0

    def add(self, line: bytes) -> None:
        try:
            entry = json.loads(line)
            moment = datetime.fromisoformat(entry["timestamp"])
            if entry["site"] == frappe.local.site and "request" in entry and moment >= self.since:
                self._add_request(str(entry["uuid"]), moment, entry["request"])
        except (ValueError, TypeError, KeyError, AttributeError):
            self.unreadable += 1

    def _add_request(self, uuid: str, moment: datetime, request: dict) -> None:
        status, path = int(request["status_code"]), request["path"].partition("?")[0]
        self.seen.add(uuid)
        if status >= 500 and "response_length" in request:
            self.failed[uuid] = _Failed(moment, path, status)
        elif status >= 500:
            self.refused[uuid] = path


def _requests(since: datetime) -> _Requests:
    # Redis before the file: a flush in between moves lines from here to there.
    unflushed = frappe.cache.lrange(MONITOR_REDIS_KEY, -monitor.MOST_UNFLUSHED, -1)
    left_out = frappe.cache.llen(MONITOR_REDIS_KEY) - len(unflushed)
    lines = [*monitor.tail(monitor.log_file(), monitor.MOST_BYTES)[0], *unflushed]
    found = _Requests(max(since, monitor.first_moment(lines, since)), left_out=left_out)
    for line in lines:
        found.add(line)
    return found


def _written(uuids: list[str], since: datetime) -> set[str]:
    """Those that a row of Error Log has as its trace id; a row is younger than its request."""
    log = frappe.qb.DocType("Error Log")
    rows = frappe.qb.from_(log).select(log.trace_id).where(log.modified >= clock.stored(since))
    chunks = create_batch(uuids, CHUNK)
    return {row[0] for chunk in chunks for row in rows.where(log.trace_id.isin(chunk)).run()}


def _reading(unlogged: list[_Failed], found: _Requests, unreadable: int, now: datetime) -> Reading:
    paths = Counter(failed.path for failed in unlogged).most_common(MOST_PATHS)
    evidence = {
        "by path": dict(paths),
        "by status": dict(Counter(str(failed.status) for failed in unlogged)),
        "newest": clock.shown(max(failed.moment for failed in unlogged)) if unlogged else "",
        "requests": len(found.seen),
        "failed requests": len(found.failed),
        "since": clock.shown(found.since),
        "refused before Frappe answered, not counted": len(found.refused),
        "lines not readable": found.unreadable,
        "waiting errors not readable": unreadable,
    }
    at_least = f"{found.left_out} requests wait in Redis and were not looked at" if found.left_out > 0 else ""
    detail = some([f"{path} ({times})" for path, times in paths])
    return Reading(len(unlogged), "requests", now, SOURCE, evidence, at_least, detail)
