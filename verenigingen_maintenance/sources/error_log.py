"""Error Log, and the errors that still wait in Redis to be written to it.

Read by ranges over `modified`: it has an index, `creation` has none, and Frappe leaves it alone when a log is
seen, assigned or commented. The index alone answers counts and times; `error`, the text, is never read.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import frappe
import redis
from frappe.query_builder import Order
from frappe.query_builder.functions import Count
from frappe.utils import get_datetime

from verenigingen_maintenance.core.clusters import busiest
from verenigingen_maintenance.core.readings import Reading
from verenigingen_maintenance.sources import clock, source

QUEUE = "insert_queue_for_Error Log"
MOST_QUEUED = 5_000
MOST_MOMENTS = 5_000
MOST_TITLES = 100
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@source
def last_24_hours(now: datetime) -> Reading:
    """Errors of the last 24 hours: rows and waiting ones."""
    written, waiting = _count_rows(now - DAY), _waiting(now - DAY)
    evidence = {
        "in Error Log": written,
        "waiting in Redis": len(waiting.moments),
        "since": clock.shown(now - DAY),
    }
    return _reading(written + len(waiting.moments), now, evidence, waiting.at_least)


@source
def busiest_hour(now: datetime) -> Reading:
    """The most errors in any 60 minutes of the last 24 hours."""
    moments, waiting = _moments(now - DAY), _waiting(now - DAY)
    cluster = busiest(moments + waiting.moments, HOUR)
    began = f"{clock.stored(cluster.begins):%Y-%m-%d %H:%M}" if cluster.begins else ""
    evidence = {"errors looked at": len(moments) + len(waiting.moments), "began": began}
    cut_off = f"only the newest {MOST_MOMENTS} rows were looked at" if len(moments) == MOST_MOMENTS else ""
    return _reading(cluster.count, now, evidence, waiting.at_least or cut_off, f"from {began}")


@source
def most_repeated(now: datetime) -> Reading:
    """How often the most frequent title occurred in the last 24 hours."""
    waiting = _waiting(now - DAY)
    titles = _titles(now - DAY, set(waiting.titles)) + Counter(waiting.titles)
    frequent = titles.most_common(5)
    evidence = {"most frequent": [{"title": title, "times": times} for title, times in frequent]}
    title, times = frequent[0] if frequent else ("", 0)
    return _reading(times, now, evidence, waiting.at_least, f"“{title}”")


def _reading(count: int, now: datetime, evidence: dict, at_least: str, detail: str = "") -> Reading:
    origin = "Error Log by modified, and its queue in Redis"
    return Reading(count, "errors", now, origin, evidence, at_least, detail)


def _since(since: datetime):
    log = frappe.qb.DocType("Error Log")
    return log, frappe.qb.from_(log).where(log.modified >= clock.stored(since))


def _count_rows(since: datetime) -> int:
    _log, rows = _since(since)
    return rows.select(Count("*")).run()[0][0]


def _moments(since: datetime) -> list[datetime]:
    log, rows = _since(since)
    newest = rows.select(log.modified).orderby(log.modified, order=Order.desc).limit(MOST_MOMENTS)
    return [clock.instant(row[0]) for row in newest.run()]


def _titles(since: datetime, also: set[str]) -> Counter[str]:
    """The most frequent titles, and those in `also`, with their counts."""
    log, rows = _since(since)
    times = Count("*")
    grouped = rows.select(log.method, times).groupby(log.method)
    found = grouped.orderby(times, order=Order.desc).limit(MOST_TITLES).run()
    if also:
        found += grouped.where(log.method.isin(sorted(also))).run()
    return Counter({title or "": count for title, count in found})


@dataclass
class _Waiting:
    """The queued errors since a moment, and why there may be more of them."""

    moments: list[datetime] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    at_least: str = ""


def _waiting(since: datetime) -> _Waiting:
    """What waits in Redis. When Redis is gone that is not known, and the table alone is only "at least"."""
    try:
        length, entries = frappe.cache.llen(QUEUE), frappe.cache.lrange(QUEUE, 0, MOST_QUEUED - 1)
    except redis.RedisError as error:
        return _Waiting(at_least=f"errors that wait in Redis could not be counted ({error})")
    waiting, unreadable = _read_entries(entries, since)
    if length > MOST_QUEUED:
        waiting.at_least = f"{length} entries wait in Redis, {MOST_QUEUED} were looked at"
    elif unreadable:
        waiting.at_least = f"{unreadable} of the {length} entries that wait in Redis are not readable"
    return waiting


def _read_entries(entries: list[bytes], since: datetime) -> tuple[_Waiting, int]:
    waiting, unreadable = _Waiting(), 0
    for raw in entries:
        try:
            errors = [_read_error(record) for record in _records(raw)]
        except (ValueError, TypeError, KeyError, AttributeError):
            unreadable += 1
            continue
        recent = [error for error in errors if error[0] >= since]
        waiting.moments += [moment for moment, _title in recent]
        waiting.titles += [title for _moment, title in recent]
    return waiting, unreadable


def _records(raw: bytes) -> list[dict]:
    entry = json.loads(raw)
    return entry if isinstance(entry, list) else [entry]


def _read_error(record: dict) -> tuple[datetime, str]:
    return clock.instant(get_datetime(record["creation"])), record.get("method") or ""
