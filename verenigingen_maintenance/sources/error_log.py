"""Error Log, and the errors that still wait in Redis to be written to it.

Read by ranges over `modified`: it has an index, `creation` has none, and Frappe leaves it alone when a log is
seen, assigned or commented. The index alone answers counts and times; `error`, the text, is never read.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta

import frappe
import redis
from frappe.query_builder import Order
from frappe.query_builder.functions import Count
from frappe.utils import get_datetime

from verenigingen_maintenance.core.clusters import busiest
from verenigingen_maintenance.core.readings import Reading
from verenigingen_maintenance.core.redaction import redact
from verenigingen_maintenance.sources import clock, source

QUEUE = "insert_queue_for_Error Log"
MOST_QUEUED = 5_000
MOST_MOMENTS = 5_000
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@source
def last_24_hours(now: datetime) -> Reading:
    """Errors of the last 24 hours: rows and waiting ones."""
    written, waiting = _count_rows(now - DAY), _waiting(now - DAY)
    evidence = {"in Error Log": written, "waiting in Redis": len(waiting.moments), "since": str(now - DAY)}
    return _reading(written + len(waiting.moments), now, evidence, waiting.cut_off)


@source
def busiest_hour(now: datetime) -> Reading:
    """The most errors in any 60 minutes of the last 24 hours."""
    moments, waiting = _moments(now - DAY), _waiting(now - DAY)
    cluster = busiest(moments + waiting.moments, HOUR)
    evidence = {"errors looked at": len(moments) + len(waiting.moments), "began": str(cluster.begins or "")}
    cut_off = waiting.cut_off or (
        f"only the newest {MOST_MOMENTS} rows were looked at" if len(moments) == MOST_MOMENTS else ""
    )
    return _reading(cluster.count, now, evidence, cut_off)


@source
def most_repeated(now: datetime) -> Reading:
    """How often the most frequent title occurred in the last 24 hours."""
    waiting = _waiting(now - DAY)
    titles = Counter(dict(_titles(now - DAY))) + Counter(waiting.titles)
    frequent = titles.most_common(5)
    evidence = {"most frequent": [{"title": redact(title), "times": times} for title, times in frequent]}
    return _reading(frequent[0][1] if frequent else 0, now, evidence, waiting.cut_off)


def _reading(count: int, now: datetime, evidence: dict, cut_off: str) -> Reading:
    return Reading(count, "errors", now, "Error Log by modified, and its queue in Redis", evidence, cut_off)


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


def _titles(since: datetime) -> list[tuple[str, int]]:
    log, rows = _since(since)
    times = Count("*")
    grouped = rows.select(log.method, times).groupby(log.method).orderby(times, order=Order.desc).limit(100)
    return [(title or "", count) for title, count in grouped.run()]


class _Waiting:
    """The queued errors since a moment: when each happened, and under which title."""

    def __init__(self, records: list[dict], since: datetime, cut_off: str):
        moments = [(clock.instant(get_datetime(record["creation"])), record) for record in records]
        recent = [(moment, record) for moment, record in moments if moment >= since]
        self.moments = [moment for moment, _record in recent]
        self.titles = [record.get("method") or "" for _moment, record in recent]
        self.cut_off = cut_off


def _waiting(since: datetime) -> _Waiting:
    """What waits in Redis. When Redis is gone that is not known, and the table alone is only "at least"."""
    try:
        return _read_queue(since)
    except redis.ConnectionError as error:
        return _Waiting([], since, f"errors that wait in Redis could not be counted ({error})")


def _read_queue(since: datetime) -> _Waiting:
    length = frappe.cache.llen(QUEUE)
    records: list[dict] = []
    for raw in frappe.cache.lrange(QUEUE, 0, MOST_QUEUED - 1):
        entry = json.loads(raw)
        records.extend(entry if isinstance(entry, list) else [entry])
    cut_off = f"{length} entries wait in Redis, {MOST_QUEUED} were looked at" if length > MOST_QUEUED else ""
    return _Waiting(records, since, cut_off)
