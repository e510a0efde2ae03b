"""Enters rows into the ledger, each once, beside the work of reading and grouping the next ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from types import TracebackType

import frappe
import pymysql
from pymysql.constants.ER import LOCK_DEADLOCK as DEADLOCK

from verenigingen_maintenance.operations import error_counts
from verenigingen_maintenance.operations.error_counts import Tally
from verenigingen_maintenance.sources.error_patterns import LEDGER
from verenigingen_maintenance.sources.error_rows import Row

FIELDS = "name, creation, modified, owner, pattern"
ATTEMPTS = 5


class Ledger:
    """Has a connection and a thread of its own, so that the database works while Python does.

    A batch is one transaction: its rows, and the mark on their days. What fails in there is raised by the
    next `enter`, by `wait`, or at the end.
    """

    def __init__(self) -> None:
        self._connection = frappe.db.get_connection()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="error ledger")
        self._last: Future | None = None
        self._entering: tuple[Sequence[Row], Sequence[str]] = ((), ())
        self.tally = Tally()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, kind: type | None, error: Exception | None, trace: TracebackType | None) -> None:
        try:
            if error is None:
                self.wait()
        finally:
            self._thread.shutdown(wait=True)
            self._connection.close()

    def missing(self, rows: Iterable[Row]) -> list[str]:
        """The names among those of `rows` that were not entered yet."""
        self.wait()
        names = {row.name for row in rows}
        if not names:
            return []
        with self._connection.cursor() as cursor:
            cursor.execute(f"select name from `tab{LEDGER}` where name in %s", (sorted(names),))
            return sorted(names.difference(name for (name,) in cursor.fetchall()))

    def enter(self, rows: Sequence[Row], patterns: Sequence[str]) -> None:
        """Enter rows that belong to these patterns, once the rows before are in."""
        if rows:
            self.wait()
            days = {row.creation.date() for row in rows}
            self._entering = rows, patterns
            self._last = self._thread.submit(self._enter, self._values(rows, patterns), days)

    def wait(self) -> None:
        """Until what was entered is lasting. Raises what went wrong."""
        last, self._last = self._last, None
        if last:
            self.tally.add(*self._entering, last.result())

    def _values(self, rows: Sequence[Row], patterns: Sequence[str]) -> str:
        text = self._connection.escape_string
        names = [text(row.name) for row in rows]
        times = [f"{row.creation}','{row.modified}" for row in rows]
        owners = {owner: text(owner or "") for owner in {row.owner for row in rows}}
        return ",".join(
            f"('{name}','{moments}','{owners[row.owner]}','{pattern}')"
            for row, name, moments, pattern in zip(rows, names, times, patterns, strict=True)
        )

    def _enter(self, values: str, days: set[date]) -> int:
        """Returns how many rows were new. Where two enter the same rows at once, as a job of a day may beside
        that of each minute, MariaDB may undo a batch of one of them: it is entered again."""
        for _attempt in range(ATTEMPTS - 1):
            try:
                return self._enter_once(values, days)
            except pymysql.OperationalError as error:
                if error.args[0] != DEADLOCK:
                    raise
        return self._enter_once(values, days)

    def _enter_once(self, values: str, days: set[date]) -> int:
        with self._connection.cursor() as cursor:
            new = cursor.execute(f"insert ignore into `tab{LEDGER}` ({FIELDS}) values {values}")
            statement, marks = error_counts.mark_stale(days)
            cursor.execute(statement, marks)
        self._connection.commit()
        return new
