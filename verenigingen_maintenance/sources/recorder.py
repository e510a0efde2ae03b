"""Frappe's Recorder: whether it records, and what it recorded, request by request. Nothing is started or
deleted here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import frappe
from frappe.recorder import RECORDER_INTERCEPT_FLAG, RECORDER_REQUEST_HASH, RECORDER_REQUEST_SPARSE_HASH

from verenigingen_maintenance.sources import clock

OWN = "verenigingen_maintenance.api."


@dataclass(frozen=True)
class Recorded:
    """A query of a request or job: its path, the whole request's ms, and the query's. `sql` has its
    parameters."""

    path: str
    request: str
    request_ms: float
    sql: str
    ms: float


def is_on() -> bool:
    """Whether Recorder records now, whoever started it."""
    return bool(frappe.cache.exists(RECORDER_INTERCEPT_FLAG))


def requests(since: datetime, until: datetime) -> dict[str, dict[str, Any]]:
    """The requests and jobs that began in a span, by their ids, without their queries."""
    rows = frappe.cache.hgetall(RECORDER_REQUEST_SPARSE_HASH)
    named = {str(row["uuid"]): row for row in rows.values()}
    begin, end = clock.stored(since), clock.stored(until)
    return {uuid: row for uuid, row in named.items() if begin <= row["time"] <= end}


def count() -> int:
    """How many requests Recorder holds, those of others included."""
    return frappe.cache.hlen(frappe.cache.make_key(RECORDER_REQUEST_SPARSE_HASH))


def queries(uuid: str) -> Iterator[Recorded]:
    """The queries of one request."""
    row = frappe.cache.hget(RECORDER_REQUEST_HASH, uuid) or {}
    path = str(row.get("path") or "")
    if path.startswith(f"/api/method/{OWN}"):
        return
    for call in row.get("calls") or ():
        yield Recorded(path, uuid, float(row["duration"]), str(call["query"]), float(call["duration"]))
