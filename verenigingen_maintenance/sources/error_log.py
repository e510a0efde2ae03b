"""Error Log, and the errors that still wait in Redis to be written to it.

Read by ranges over `modified`: it has an index, `creation` has none, and Frappe leaves it alone when a log is
seen, assigned or commented. The index alone answers counts and times; `error`, the text, is never read.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import frappe
import redis
from frappe.query_builder import Order
from frappe.query_builder.functions import Count
from frappe.utils import get_datetime

from verenigingen_maintenance.core.clusters import busiest
from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.core.severity import SeverityRule, kind_of
from verenigingen_maintenance.core.wording import some
from verenigingen_maintenance.sources import clock, source

SETTINGS = "Maintenance Settings"
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
    hours = Counter(f"{clock.stored(moment):%H}" for moment in moments + waiting.moments)
    by_hour = dict(sorted(hours.items()))
    evidence = {"errors looked at": hours.total(), "began": began, "by hour of the day": by_hour}
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


@source
def new_titles(now: datetime) -> Reading | Unknown:
    """How many titles of the last 24 hours were never in Error Log before, as far back as it is kept."""
    return titles_first_seen(now - DAY, now)


@source
def new_critical_titles(now: datetime) -> Reading | Unknown:
    """The same of a kind that Maintenance Settings calls critical."""
    found = titles_first_seen(now - DAY, now)
    if isinstance(found, Unknown):
        return found
    rules = [SeverityRule.of(row.title, row.words) for row in frappe.get_cached_doc(SETTINGS).severity_rules]
    if not rules:
        return Unknown(
            "Maintenance Settings has no severity rule to tell critical errors by", now, found.source
        )
    kinds = {title: kind_of(title, rules) for title in found.evidence["new titles"]}
    critical = {title: kind for title, kind in kinds.items() if kind}
    detail = some([f"“{title}” ({kind})" for title, kind in critical.items()])
    return replace(found, value=len(critical), evidence={"new critical titles": critical}, detail=detail)


def titles_first_seen(since: datetime, now: datetime) -> Reading | Unknown:
    """Titles since a moment that no older row has; Unknown where there is no older row to compare with."""
    waiting = _waiting(since)
    titles = _titles(since, set(waiting.titles)) + Counter(waiting.titles)
    if not _has_older(since):
        reason = f"Error Log holds nothing from before {clock.shown(since)} to compare with"
        return Unknown(reason, now, "Error Log", learning=True)
    new = sorted(set(titles) - _known(since, sorted(titles)) - {""})
    cut_off = (
        f"only the {MOST_TITLES} most frequent titles were looked at" if len(titles) >= MOST_TITLES else ""
    )
    reading = _reading(len(new), now, {"new titles": new}, waiting.at_least or cut_off, _quoted(new))
    return replace(reading, unit="titles")


def _has_older(since: datetime) -> bool:
    log = frappe.qb.DocType("Error Log")
    return bool(
        frappe.qb.from_(log).select(log.name).where(log.modified < clock.stored(since)).limit(1).run()
    )


def _known(since: datetime, titles: list[str]) -> set[str]:
    """Those of `titles` that an older row has, among all that are retained (there is no index to help)."""
    if not titles:
        return set()
    log = frappe.qb.DocType("Error Log")
    older = frappe.qb.from_(log).where(log.modified < clock.stored(since)).where(log.method.isin(titles))
    return {row[0] or "" for row in older.select(log.method).distinct().run()}


def _quoted(titles: list[str]) -> str:
    return some([f"“{title}”" for title in titles])


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
