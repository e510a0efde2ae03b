"""Rows of Error Log, page by page, for who counts them.

Error Log is MyISAM: a statement that reads it keeps whoever logs an error waiting. So a page is small and its
time is bounded, what is read of a text is bounded, and the pages follow `modified`, which has an index and
which Frappe leaves alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import starmap
from typing import NamedTuple

import frappe
from pymysql.connections import Connection
from pymysql.constants import ER, FIELD_TYPE
from pymysql.err import OperationalError

PAGE = 500
LONGEST_HOLD = 0.05
LONGEST_ROW = 30
HALF = 32_768
LATEST = datetime(9999, 12, 31)
# As bytes: a text that is no UTF-8 must not keep the others from being read. Where the middle is left out,
# the rest of its line stays indented, as what stands between frames is.
_TEXT = "cast(error as binary)"
_BOUNDED = (
    f"case when length(error) <= {2 * HALF} then {_TEXT} "
    f"else concat(left({_TEXT}, {HALF}), '\\n      … ', right({_TEXT}, {HALF})) end"
)
COLUMNS = f"name, creation, modified, owner, cast(method as binary), {_BOUNDED}, reference_doctype"
NAMES = "name, creation, modified"


class Row(NamedTuple):
    """One Error Log; times are naive, by the site's clock. Of a text over 64 kB the middle is left out."""

    name: str
    creation: datetime
    modified: datetime
    owner: str | None = None
    method: str | None = None
    error: str | None = None
    reference_doctype: str | None = None


class _Position(NamedTuple):
    """Where a page begins: at a moment; or, among too many rows of one moment, after a name."""

    moment: datetime
    after: str | None = None


@contextmanager
def reading(
    since: datetime, until: datetime = LATEST, columns: str = COLUMNS
) -> Iterator[Iterator[list[Row]]]:
    """The rows with since <= modified < until, oldest first, in pages.

    With `NAMES` a row has no more than its name and times.
    """
    with _connected() as connection:
        yield _pages(_Reader(connection, until, columns), _Position(since))


def by_name(names: Sequence[str]) -> list[Row]:
    """Those of the rows that are (still) there."""
    with _connected() as connection:
        return _Reader(connection, LATEST, COLUMNS).by_name(names)


@contextmanager
def _connected() -> Iterator[Connection]:
    """Every statement stands alone: a transaction would keep the table from being emptied meanwhile.

    Times are read by the standard library: Frappe's way takes longer than all the rest of a row.
    """
    connection = frappe.db.get_connection()
    connection.autocommit(True)
    connection.decoders = {**connection.decoders, FIELD_TYPE.DATETIME: datetime.fromisoformat}
    try:
        yield connection
    finally:
        connection.close()


def _pages(reader: _Reader, position: _Position | None) -> Iterator[list[Row]]:
    seen: set[str] = set()
    while position:
        rows, position = reader.page(position)
        yield [row for row in rows if row.name not in seen] if seen else rows
        seen = {row.name for row in reversed(rows) if position and row.modified == position.moment}


class _Reader:
    """Has a connection of its own; its pages shrink where one would hold the table for too long."""

    def __init__(self, connection: Connection, until: datetime, columns: str) -> None:
        self.connection, self.until, self.columns = connection, until, columns
        self.size = PAGE

    def page(self, position: _Position) -> tuple[list[Row], _Position | None]:
        """The rows at a position, and where the next page begins; None where no more follow."""
        moment, after = position
        if after is not None:
            return self._same_moment(moment, after)
        rows = self._bounded("modified >= %s and modified < %s order by modified", (moment, self.until))
        if len(rows) < self.size:
            return rows, None
        last = rows[-1].modified
        return rows, _Position(last) if last > moment else _Position(moment, "")

    def _same_moment(self, moment: datetime, after: str) -> tuple[list[Row], _Position]:
        rows = self._bounded("modified = %s and name > %s order by name", (moment, after))
        more = len(rows) == self.size
        return rows, _Position(moment, rows[-1].name) if more else _Position(moment + timedelta.resolution)

    def _bounded(self, where: str, values: Sequence) -> list[Row]:
        """A page within the time that the table may be held; `size` is what was asked for."""
        self.size = min(PAGE, self.size * 2)
        while True:
            try:
                return self.select(where, values, self.size)
            except OperationalError as error:
                if not _takes_too_long(error) or self.size == 1:
                    raise
                self.size = max(1, self.size // 4)

    def by_name(self, names: Sequence[str]) -> list[Row]:
        """In halves, where all of them would hold the table for too long."""
        try:
            return self.select("name in %s", (tuple(names),), len(names))
        except OperationalError as error:
            if not _takes_too_long(error) or len(names) == 1:
                raise
        half = len(names) // 2
        return self.by_name(names[:half]) + self.by_name(names[half:])

    def select(self, where: str, values: Sequence, size: int) -> list[Row]:
        seconds = LONGEST_HOLD if size > 1 else LONGEST_ROW
        statement = (
            f"set statement max_statement_time = {seconds} for select {self.columns} from `tabError Log`"
        )
        with self.connection.cursor() as cursor:
            cursor.execute(f"{statement} where {where} limit {size}", values)
            rows = cursor.fetchall()
        return list(starmap(Row if self.columns == NAMES else _whole, rows))


def _takes_too_long(error: OperationalError) -> bool:
    return error.args[0] == ER.STATEMENT_TIMEOUT


def _whole(
    name: str,
    creation: datetime,
    modified: datetime,
    owner: str | None,
    method: bytes | None,
    error: bytes | None,
    reference_doctype: str | None,
) -> Row:
    title = method.decode("utf-8", "replace") if method else ""
    text = error.decode("utf-8", "replace") if error else ""
    return Row(name, creation, modified, owner, title, text, reference_doctype)
