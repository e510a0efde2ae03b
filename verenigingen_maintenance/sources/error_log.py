"""Error Log and its queue in Redis: what waits to be written, and what is written and not counted yet."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import frappe
import redis
from frappe.utils import get_datetime

from verenigingen_maintenance.sources import clock

QUEUE = "insert_queue_for_Error Log"
MOST_QUEUED = 5_000


class Queued(NamedTuple):
    """An error that waits in Redis: when it happened, to whom, its title, its text, and its request's id."""

    moment: datetime
    owner: str
    method: str
    error: str
    trace_id: str = ""


@dataclass
class Waiting:
    """The queued errors since a moment, and why there may be more of them."""

    errors: list[Queued] = field(default_factory=list)
    at_least: str = ""


def waiting(since: datetime) -> Waiting:
    """What waits in Redis. When Redis is gone that is not known, and the table alone is only "at least"."""
    try:
        length, entries = frappe.cache.llen(QUEUE), frappe.cache.lrange(QUEUE, 0, MOST_QUEUED - 1)
    except redis.RedisError as error:
        return Waiting(at_least=f"errors that wait in Redis could not be counted ({error})")
    found, unreadable = _read_entries(entries)
    recent = Waiting([error for error in found if error.moment >= since])
    if length > MOST_QUEUED:
        recent.at_least = f"{length} entries wait in Redis, {MOST_QUEUED} were looked at"
    elif unreadable:
        recent.at_least = f"{unreadable} of the {length} entries that wait in Redis are not readable"
    return recent


def queued() -> tuple[list[Queued], int]:
    """All that waits and can be read, and how many entries cannot; 5,000 at most. Raises redis.RedisError."""
    return _read_entries(frappe.cache.lrange(QUEUE, 0, MOST_QUEUED - 1))


def _read_entries(entries: list[bytes]) -> tuple[list[Queued], int]:
    found, unreadable = [], 0
    for raw in entries:
        try:
            found += [_read_error(record) for record in _records(raw)]
        except (ValueError, TypeError, KeyError, AttributeError):
            unreadable += 1
    return found, unreadable


def _records(raw: bytes) -> list[dict]:
    entry = json.loads(raw)
    return entry if isinstance(entry, list) else [entry]


def _read_error(record: dict) -> Queued:
    """Frappe gives what waits no `creation`; `modified` is when it happened, and `modified_by` to whom."""
    moment = clock.instant(get_datetime(record.get("creation") or record["modified"]))
    owner = record.get("owner") or record.get("modified_by") or ""
    texts = (str(record.get(field) or "") for field in ("method", "error", "trace_id"))
    return Queued(moment, owner, *texts)
