"""Errors that wait in Redis to be written to Error Log, remembered until they are there.

Frappe writes the errors of web requests every 15 minutes, as Administrator and with that moment's time. What
waits knows better: who it happened to, and when. The memory is in Redis; where that is emptied, the times and
owners of Error Log stand.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

import frappe
import redis

from verenigingen_maintenance.sources import clock, error_log
from verenigingen_maintenance.sources.error_rows import Row

MEMORY = "maintenance_queued_errors"
WRITER = "Administrator"
LONGEST_WAIT = timedelta(days=1)
COMPARED = 4_000


def remember() -> None:
    """Keep who and when of each error that waits now. Repeating it changes nothing."""
    try:
        _remember(error_log.queued()[0])
    except redis.RedisError:
        return  # without Redis nothing waits there, and the times in Error Log stand


def _remember(waiting: Sequence[error_log.Queued]) -> None:
    times: dict[str, list] = defaultdict(list)
    for error in waiting:
        happened = (clock.stored(error.moment), error.owner or WRITER)
        times[_digest(error.method, error.error)].append(happened)
    for digest, happened in times.items():
        _merge(digest, happened)
    if times:
        frappe.cache.expire(frappe.cache.make_key(MEMORY), 2 * LONGEST_WAIT)


def _merge(digest: str, happened: list) -> None:
    known = frappe.cache.hget(MEMORY, digest) or []
    if more := [each for each in happened if each not in known]:
        frappe.cache.hset(MEMORY, digest, [*known, *more])


class Queued:
    """What is remembered, for rows that were just written from the queue."""

    def __init__(self) -> None:
        try:
            self.memory = {key.decode(): value for key, value in frappe.cache.hgetall(MEMORY).items()}
        except redis.RedisError:
            self.memory = {}  # their times in Error Log stand
        self.restored: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self.memory)

    def restore(self, rows: Sequence[Row], new: set[str]) -> list[Row]:
        """The rows, those from the queue with the time and user they had there."""
        return [self._restore(row) if row.owner == WRITER and row.name in new else row for row in rows]

    def _restore(self, row: Row) -> Row:
        digest = _digest(row.method, row.error)
        for at, (moment, owner) in enumerate(self.memory.get(digest, [])):
            if timedelta() <= row.creation - moment <= LONGEST_WAIT:
                del self.memory[digest][at]
                self.restored.add(digest)
                return row._replace(creation=moment, owner=owner)
        return row

    def forget_restored(self) -> None:
        """After the rows were entered: the next ones with the same text are others."""
        for digest in self.restored:
            if left := self.memory[digest]:
                frappe.cache.hset(MEMORY, digest, left)
            else:
                frappe.cache.hdel(MEMORY, digest)
        self.restored.clear()


def _digest(method: str | None, error: str | None) -> str:
    return hashlib.sha1(f"{method or ''}\0{(error or '')[:COMPARED]}".encode("utf-8", "replace")).hexdigest()
