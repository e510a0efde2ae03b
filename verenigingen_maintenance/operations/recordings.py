"""Some minutes of Frappe's Recorder, which a person starts: read into slow queries, and into indices they
lack.

Recorder keeps every query of every request and job in Redis meanwhile. It is told to keep no call stacks
and no plans, it ends by itself (its switch expires), at once where it holds too many requests, and what it
recorded is deleted once it was read; the headers and forms of requests are never stored.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from statistics import median
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.recorder import (
    RECORDER_CONFIG_FLAG,
    RECORDER_INTERCEPT_FLAG,
    RECORDER_REQUEST_HASH,
    RECORDER_REQUEST_SPARSE_HASH,
    RecorderConfig,
)
from frappe.utils import cint

from verenigingen_maintenance.core.index_rules import missing
from verenigingen_maintenance.core.language import phrase
from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.core.redaction import redact
from verenigingen_maintenance.core.slow_queries import Evidence, Shapes, Slow, opportunity
from verenigingen_maintenance.core.sql_shapes import may_run_again
from verenigingen_maintenance.operations import change_index, change_records, measure, opportunities, records
from verenigingen_maintenance.operations.refusals import plain, refuse, whole_number
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.operations.transactions import commit, lock
from verenigingen_maintenance.sources import clock, path_times, recorder
from verenigingen_maintenance.sources.query_times import Examined, examined

RECORDING = "Request Recording"
OPEN_KEY = "recording"
OURS = "recorder-maintenance"  # on for this app; no clear-cache takes what has such a name
FEWEST_MINUTES, MOST_MINUTES = 1, 15
MOST_REQUESTS = 3_000
MOST_QUERIES = 10
SLOW_MS = 50
EXAMINE_SECONDS = 90
READ_SECONDS = 1_800
LONGEST_FILTER = 140
PATIENCE, WEEK = timedelta(hours=1), timedelta(days=7)


def start(minutes: object, path_filter: str, user: str, now: datetime) -> str:
    """Records requests (of paths with `path_filter` in them) and jobs for 1 to 15 minutes; it ends by itself.

    Raises frappe.ValidationError where Recorder is on already, for somebody else or for another recording.
    """
    length = whole_number(minutes, _("Minutes"))
    if not FEWEST_MINUTES <= length <= MOST_MINUTES:
        refuse(
            _("Record for {0} to {1} minutes: every query of that time is kept in Redis."),
            FEWEST_MINUTES,
            MOST_MINUTES,
        )
    if open_one := frappe.db.get_value(RECORDING, {"open_key": OPEN_KEY}):
        refuse(_("{0} records already, or waits to be read."), open_one)
    if recorder.is_on():
        refuse(_("Somebody records with Frappe's Recorder. Wait until that is over, or stop it there."))
    wanted = (path_filter or "").strip()[:LONGEST_FILTER]
    recording = frappe.get_doc({"doctype": "Request Recording", "open_key": OPEN_KEY, "started_by": user})
    recording.update({"minutes": length, "path_filter": wanted, "status": "Recording"})
    recording.update(
        {"started_at": clock.stored(now), "ends_at": clock.stored(now + timedelta(minutes=length))}
    )
    records.insert(recording)
    _switch_on(length * 60, wanted)
    if not recorder.is_on():
        refuse(_("The cache (Redis) did not take Recorder's switch: nothing is recorded."))
    return str(recording.name)


def read_if_over(now: datetime) -> str | None:
    """Each minute: where a recording is over, or holds too much, switches it off and has it read by a
    worker of the queue long. Returns its name."""
    name = frappe.db.get_value(RECORDING, {"open_key": OPEN_KEY})
    if not name:
        return None
    ends_at = frappe.db.get_value(RECORDING, name, "ends_at")
    is_over = clock.stored(now) >= ends_at or not recorder.is_on()
    if not is_over and recorder.count() <= MOST_REQUESTS:
        return None
    _switch_off()
    enqueue(name)
    return str(name)


def enqueue(name: str) -> None:
    """A worker reads it: that may take minutes. One that waits or works already is not joined by another."""
    job = {"job_id": f"read {name}", "deduplicate": True, "queue": "long", "timeout": READ_SECONDS}
    frappe.enqueue(f"{__name__}.read_in_worker", **job, enqueue_after_commit=True, recording=name)


def read_in_worker(recording: str) -> None:
    read(recording, clock.now())


def read(name: str, now: datetime) -> str | None:
    """Ends a recording and reads it; None while another one does, or where it was read. What a killed job
    left is read again: what was recorded is deleted last. Raises what went wrong; what fails for an hour is
    Failed, with its reason."""
    with lock("recording") as held:
        if not held:
            return None
        commit()
        recording = frappe.get_doc(RECORDING, name, for_update=True)
        if recording.open_key != OPEN_KEY:
            return None
        _switch_off()
        try:
            _finish(recording, now)
        except Exception as error:
            frappe.db.rollback()
            _give_up_if_late(name, error, now)
            raise
        return name


def _finish(recording: Document, now: datetime) -> None:
    found = _requests(recording, now)
    _read(recording, found, now)
    records.write(recording)
    commit()
    _forget(found)


def _give_up_if_late(name: str, error: Exception, now: datetime) -> None:
    """Else it would fail each minute, and nobody could record anything else."""
    recording = frappe.get_doc(RECORDING, name, for_update=True)
    if recording.open_key != OPEN_KEY or clock.stored(now) < recording.ends_at + PATIENCE:
        return
    reason = redact(f"{type(error).__name__}: {plain(error)}")[:300]
    recording.update({"status": "Failed", "open_key": None})
    recording.summary = f"It could not be read: {reason}"
    records.write(recording)
    commit()
    _forget(_requests(recording, now))


def stop(name: str, now: datetime) -> str | None:
    """Ends one before its time, and reads it. Raises frappe.ValidationError where it is over."""
    switch_off(name)
    return read(name, now)


def switch_off(name: str) -> None:
    """Ends one before its time. Raises frappe.ValidationError where it is over."""
    if not frappe.db.exists(RECORDING, name):
        refuse(_("There is no recording {0}."), name, kind=frappe.DoesNotExistError)
    if frappe.db.get_value(RECORDING, name, "open_key") != OPEN_KEY:
        refuse(_("{0} is over."), name)
    _switch_off()


def _switch_on(seconds: int, path_filter: str) -> None:
    """As Recorder's own start does, with an end of its own, and without stacks and plans, which cost most."""
    config = RecorderConfig(
        capture_stack=False, explain=False, request_filter=path_filter or "/", jobs_filter=path_filter
    )
    frappe.cache.set_value(RECORDER_CONFIG_FLAG, config, expires_in_sec=seconds + 60)
    for switch in (RECORDER_INTERCEPT_FLAG, OURS):
        frappe.cache.set_value(switch, 1, expires_in_sec=seconds)


def _switch_off() -> None:
    """Its own: what somebody else switched on since this one's time was over stays on."""
    if frappe.cache.exists(OURS):
        frappe.cache.delete_value([RECORDER_INTERCEPT_FLAG, RECORDER_CONFIG_FLAG, OURS])


def _requests(recording: Document, now: datetime) -> dict[str, dict[str, Any]]:
    """What was recorded meanwhile; what others recorded before stays theirs."""
    until = min(clock.instant(recording.ends_at), now)
    return recorder.requests(clock.instant(recording.started_at), until)


def _forget(requests: Iterable[str]) -> None:
    for uuid in requests:
        frappe.cache.hdel(RECORDER_REQUEST_SPARSE_HASH, uuid)
        frappe.cache.hdel(RECORDER_REQUEST_HASH, uuid)


def _read(recording: Document, requests: dict[str, dict[str, Any]], now: datetime) -> None:
    shapes, redacted = Shapes(), cache(redact)  # a path comes with each of its queries
    for uuid in requests:
        for query in recorder.queries(uuid):
            shapes.add(redacted(query.path), query.sql, query.ms)
    slow = shapes.slow(cint(frappe.db.get_single_value(SETTINGS, "slow_query_ms")) or SLOW_MS)
    costly = reversed(slow[:MOST_QUERIES])  # of two that lack one index, the costlier has the last word
    told = [_examine(each, str(recording.name), requests, now) for each in costly][::-1]
    told += [
        {**each.described(), "examined": f"no: only the first {MOST_QUERIES} are"}
        for each in slow[MOST_QUERIES:]
    ]
    recording.update(
        {"status": "Read", "open_key": None, "requests": len(requests), "queries": shapes.queries}
    )
    recording.update({"slow": len(slow), "found": change_records.as_json(told[:50])})
    recording.summary = _summary(len(requests), shapes, told)


def _summary(requests: int, shapes: Shapes, told: list[dict[str, Any]]) -> str:
    if not requests:
        return "No request or job was recorded: use the site meanwhile, or take a filter that fits."
    changes = list(dict.fromkeys(each["proposed"] for each in told if each.get("proposed")))
    text = f"{requests} requests and jobs with {shapes.queries} queries, {len(told)} kinds of them slow."
    if shapes.left_out:
        text += " " + f"{shapes.left_out} queries were not looked at: too long, or too many kinds."
    return f"{text} " + ("Proposed: {}.".format(", ".join(changes)) if changes else "Nothing is proposed.")


def _examine(
    slow: Slow, recording: str, requests: dict[str, dict[str, Any]], now: datetime
) -> dict[str, Any]:
    """One slow query: run again, read by the database's own account, and an index proposed where one is
    missing."""
    described = slow.described()
    if not may_run_again(slow.sql):
        return {**described, "examined": "no: it is not one SELECT that only reads"}
    found = measure.ask_all([{"q": lambda _now: examined(slow.sql)}], now, EXAMINE_SECONDS, (Examined,))["q"]
    if isinstance(found, Unknown):
        return {**described, "examined": f"no: {redact(found.reason)[:300]}"}
    return {**described, **_proposed(slow, found, recording, len(requests), now)}


def _proposed(slow: Slow, found: Examined, recording: str, requests: int, now: datetime) -> dict[str, Any]:
    told = {"run again (ms)": list(found.times), "plan": list(found.plan), "examined": phrase("yes")}
    lacks = missing(found.asked, found.reads, found.together)
    doctype = found.table.removeprefix("tab")
    if lacks is None or not frappe.db.exists("DocType", doctype):
        return {**told, "proposed": "", "why not": "no index was found that would help"}
    if reason := change_index.no_longer({"doctype": doctype, "columns": list(lacks.columns)}):
        return {**told, "proposed": "", "why not": reason}
    evidence = Evidence(
        query=slow,
        times=list(found.times),
        median=round(median(found.times or [slow.worst]), 1),
        table=found.table,
        missing=lacks,
        plan=list(found.plan),
        asked=[{"column": a.column, "compared": a.kind, "rows that meet it": a.matches} for a in found.asked],
        per_day=_per_day(slow, now),
        recording=recording,
    )
    name = opportunities.keep(opportunity(doctype, evidence), opportunities.RECORDING, now, slow.sql)
    return {**told, "proposed": name or "", "why not": "" if name else "somebody decided on that already"}


def _per_day(slow: Slow, now: datetime) -> float | None:
    """How often a day its path is asked for, by Monitor; None where that is off or knows nothing of it."""
    found = path_times.of([slow.path], now - WEEK, now)
    if isinstance(found, Unknown) or not found[slow.path].count:
        return None
    return found[slow.path].per_day
