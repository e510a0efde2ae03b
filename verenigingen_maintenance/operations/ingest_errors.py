"""Counts Error Log, row by row, each once.

The table Ingested Error is the ledger: it has the name of every log that was counted, and its key admits a
name once. Patterns are stored first; then the rows that belong to them and the mark on their days, in one
transaction. So a killed worker leaves either all of a batch or nothing, two that read the same rows count
them once, and a day whose rows arrived is rolled up by whoever comes next.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import frappe
from frappe.utils import cint

from verenigingen_maintenance.operations import error_counts, error_patterns, queued_errors
from verenigingen_maintenance.operations.error_ledger import Ledger
from verenigingen_maintenance.operations.queued_errors import Queued
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.operations.transactions import commit, lock
from verenigingen_maintenance.sources import clock, error_rows
from verenigingen_maintenance.sources.error_patterns import LEDGER, OVERLAP, grouping
from verenigingen_maintenance.sources.error_rows import LATEST, Row

BATCH = 2_000
PATIENCE = 5
AT_HAND = 10
KEPT_LONGER = timedelta(days=3)
FORGETTING = 2


def ingest(now: datetime, seconds: float = 20) -> bool:
    """Count what Error Log has since the latest counted row, then what came late to the two hours before it.

    Returns whether all of it was counted within `seconds`; the next call goes on. Where another process is at
    it, it waits up to five seconds for that.
    """
    with lock("error log", PATIENCE) as mine:
        if not mine:
            return False
        commit()
        _note_beginning()
        reached = min(_reached(), clock.stored(now))
        with Ledger() as ledger:
            batches = _Batches(ledger, time.monotonic() + seconds)
            done = batches.add(reached) and batches.add_missing(reached - OVERLAP, reached)
        error_counts.roll_up_stale(ledger.tally)
        return done


def catch_up(now: datetime) -> None:
    """Before something is measured: what is not counted by then, the sources tell."""
    if not _minutes():
        return
    try:
        ingest(now, AT_HAND)
    except Exception:  # noqa: BLE001 - the job of each minute fails too, and shows; the rest is measured
        frappe.db.rollback()


def ingest_day(day: date) -> None:
    """Count what Error Log has of one day. Days are independent of one another."""
    begin = datetime.combine(day, datetime.min.time())
    with Ledger() as ledger:
        _Batches(ledger).add(begin, begin + timedelta(days=1))
    error_counts.roll_up([day], ledger.tally)


def _note_beginning() -> None:
    """Once: since when errors are counted. What Error Log holds by then is counted too."""
    if not frappe.db.get_single_value(SETTINGS, "errors_counted_from"):
        first = frappe.db.sql("select min(modified) from `tabError Log`")[0][0]
        began = min(first or LATEST, clock.stored(clock.now()))
        frappe.db.set_single_value(SETTINGS, "errors_counted_from", str(began), update_modified=False)
        commit()


def _reached() -> datetime:
    """The `modified` of the latest row that was counted; where none was, the beginning of what is kept."""
    latest = frappe.db.sql(f"select max(modified) from `tab{LEDGER}`")[0][0]
    return latest or datetime.min.replace(year=1900)


class _Batches:
    """Rows on their way into the ledger, some thousand in a transaction.

    The next ones are read and grouped while the database still enters the last ones: `ledger` has a
    connection and a thread of its own.
    """

    def __init__(self, ledger: Ledger, until: float = float("inf")) -> None:
        self.ledger, self.until = ledger, until
        self.grouping = grouping()
        self.queued = Queued()

    def add(self, since: datetime, before: datetime = LATEST) -> bool:
        """Count a range; False where the time was over before its end."""
        rows: list[Row] = []
        with error_rows.reading(since, before) as pages:
            for page in pages:
                rows += page
                if len(rows) >= BATCH:
                    self._enter(rows)
                    rows = []
                    if time.monotonic() > self.until:
                        return False
        self._enter(rows)
        return True

    def add_missing(self, since: datetime, before: datetime) -> bool:
        """Count those rows of a range whose names the ledger lacks; only they are read as a whole."""
        with error_rows.reading(since, before, error_rows.NAMES) as pages:
            for page in pages:
                if missing := self.ledger.missing(page):
                    self._enter(error_rows.by_name(missing))
                if time.monotonic() > self.until:
                    return False
        return True

    def _enter(self, rows: Sequence[Row]) -> None:
        if self.queued:
            rows = self.queued.restore(rows, set(self.ledger.missing(rows)))
        patterns = [self.grouping.pattern_of(row.method, row.error) for row in rows]
        if found := self.grouping.take():
            error_patterns.store(found, dict(zip(patterns, rows, strict=True)))
        self.ledger.enter(rows, patterns)
        if self.queued.restored:
            self.ledger.wait()
            self.queued.forget_restored()


def ingest_if_due(now: datetime) -> None:
    """For the job of each minute: returns unless `ingest_minutes` of Maintenance Settings are over."""
    minutes = _minutes()
    if not minutes:
        return
    queued_errors.remember()
    if int(now.timestamp() // 60) % minutes == 0:
        ingest(now)


def _minutes() -> int:
    """How many minutes lie between two readings; 0: never."""
    return cint(frappe.db.get_single_value(SETTINGS, "ingest_minutes"))


def enqueue_gaps() -> list[date]:
    """Queue a job for each day of which Error Log has more rows than were counted; returns those days.

    After an installation these are all days that Error Log still holds. Each is a job of its own, so that
    more workers divide the time; one that was lost is queued again by the next call.
    """
    days = [day for day in _days_kept() if _has_gap(day)] if _minutes() else []
    for day in reversed(days):
        job = f"maintenance-errors-{day}"
        frappe.enqueue(
            ingest_day, queue="long", job_id=job, deduplicate=True, day=day, enqueue_after_commit=True
        )
    return days


def _days_kept() -> list[date]:
    first, last = frappe.db.sql("select min(modified), max(modified) from `tabError Log`")[0]
    if not first:
        return []
    return [first.date() + timedelta(days=each) for each in range((last.date() - first.date()).days + 1)]


def _has_gap(day: date) -> bool:
    """An hour at a time, and over indices alone: no row is read, and nobody waits for long."""
    begin = datetime.combine(day, datetime.min.time())
    return any(_lacks_rows(begin + timedelta(hours=hour)) for hour in range(24))


def _lacks_rows(hour: datetime) -> bool:
    """Whether some moment of an hour has more rows in Error Log than in the ledger."""
    period = "where modified >= %(begin)s and modified < %(end)s"
    moments = f"select modified, count(*) n from `tab{{0}}` {period} group by modified"
    statement = (
        f"select 1 from ({moments.format('Error Log')}) log left join ({moments.format(LEDGER)}) counted "
        "on counted.modified = log.modified where log.n > ifnull(counted.n, 0) limit 1"
    )
    return bool(frappe.db.sql(statement, {"begin": hour, "end": hour + timedelta(hours=1)}))


def forget_deleted(seconds: float = FORGETTING) -> bool:
    """Drop ledger rows of whole days that Error Log no longer holds; what was counted of them is kept.

    Returns whether all of them went within `seconds`, one at least; the next call goes on with the oldest.
    """
    until = time.monotonic() + seconds
    first = frappe.db.sql("select min(modified) from `tabError Log`")[0][0]
    oldest = min(first or LATEST, clock.stored(clock.now())) - KEPT_LONGER
    days = error_counts.days_before(oldest.date())
    for day in days:
        error_counts.close(day)
        if time.monotonic() > until:
            return day == days[-1]
    return True
