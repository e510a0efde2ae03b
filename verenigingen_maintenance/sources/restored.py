"""What is in the scratch database after a restore, beside the live database. Both are only read."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zlib import crc32

import frappe
import pymysql
from pymysql.connections import Connection

from verenigingen_maintenance.core.restored import Compared
from verenigingen_maintenance.core.scratch import MARKER
from verenigingen_maintenance.sources.scratch import ask

STATEMENT_SECONDS, ALL_SECONDS = 5, 180
MOST_ROWS, NEWEST, BIG = 20_000, 5, 1_000
LARGEST_MYISAM = 200 * 1024**2
TOO_SLOW = 1969
OWN = "table_schema = database()"
VOLATILE = frozenset(
    [
        *("_user_tags", "_comments", "_assign", "_liked_by", "_seen", "idx", "last_active", "last_login"),
        *("last_ip", "last_known_versions", "last_password_reset_date", "reset_password_key"),
        *("last_reset_password_key_generated_on", "onboarding_status", "logout_all_sessions"),
        *("shipped", "review_because", "next_review", "problem", "confirmed_at", "simultaneous_sessions"),
    ]
)
SINGLE_VOLATILE = frozenset(["modified", "modified_by", "creation", "owner", "idx"])

Ask = Callable[[str, object], list[tuple]]


class TooSlow(Exception):
    """A query that took longer than it may."""


@dataclass
class Sides:
    """Both databases, each asked within bounds: a statement has five seconds, all of them three minutes."""

    scratch: Connection
    until: float = 0.0

    def __post_init__(self) -> None:
        self.until = time.monotonic() + ALL_SECONDS

    def live(self, sql: str, values: object = None) -> list[tuple]:
        self._refuse_late()
        try:
            bound = f"set statement max_statement_time={STATEMENT_SECONDS} for "
            return list(frappe.db.sql(bound + sql, values or ()))
        except frappe.QueryTimeoutError:
            raise TooSlow from None

    def restored(self, sql: str, values: object = None) -> list[tuple]:
        self._refuse_late()
        try:
            return ask(
                self.scratch, f"set statement max_statement_time={STATEMENT_SECONDS} for {sql}", values
            )
        except pymysql.MySQLError as error:
            if error.args[0] == TOO_SLOW:
                raise TooSlow from None
            raise

    def _refuse_late(self) -> None:
        if time.monotonic() > self.until:
            raise TooSlow


def tables(query: Ask) -> set[str]:
    """The tables of a database, but the mark of a drill."""
    rows = query(f"select table_name from information_schema.tables where {OWN}", None)
    return {str(name) for (name,) in rows} - {MARKER}


def old_tables(sides: Sides, seconds: float) -> set[str]:
    """The live tables of Frappe that were made, and last altered, longer ago than so many seconds."""
    query = (
        f"select table_name from information_schema.tables where {OWN} and table_type = 'BASE TABLE' "
        "and left(table_name, 3) = 'tab' and create_time < now() - interval %s second"
    )
    return {str(name) for (name,) in sides.live(query, (int(seconds),))}


def of_doctypes(sides: Sides) -> set[str]:
    """The tables that the restored DocTypes need; none where there is not even that table."""
    query = "select name from tabDocType where issingle = 0 and coalesce(is_virtual, 0) = 0"
    try:
        return {f"tab{name}" for (name,) in sides.restored(query)}
    except pymysql.ProgrammingError:
        return {"tabDocType"}


def row_counts(sides: Sides, names: Iterable[str]) -> dict[str, int]:
    """Exactly; a table that is not there has none. These are waited for: a scratch database is nobody's."""
    there, found = tables(sides.restored), {}
    for name in names:
        if name in there:
            found[name] = int(ask(sides.scratch, f"select count(*) from {_quoted(name)}")[0][0])
    return found


OLDER, OLDER_ROW = "creation < %(cutoff)s", "creation < %(cutoff)s and modified < %(cutoff)s"


def _older(name: str, children: Collection[str]) -> str:
    """What was made before the backup. Frappe dates a row of a document by the document's creation, also one
    that was added since: it was there if nobody saved the document since."""
    return OLDER_ROW if name in children else OLDER


def counts_before(
    sides: Sides, names: Iterable[str], cutoff: datetime, children: Collection[str]
) -> tuple[dict, dict]:
    """Rows made before `cutoff`: {table: (live, restored)}, and {table: why it was not compared}. `children`
    are the tables of rows of documents."""
    heavy, found, left_out = _heavy(sides), {}, {}
    for name in sorted(names):
        if name in heavy:
            left_out[name] = "to count it would hold up who writes into it (MyISAM, over 200 MB)"
            continue
        query = f"select count(*) from {_quoted(name)} where {_older(name, children)}"
        values = {"cutoff": cutoff}
        try:
            found[name] = tuple(int(side(query, values)[0][0]) for side in (sides.live, sides.restored))
        except TooSlow:
            left_out[name] = f"counting took longer than {STATEMENT_SECONDS} s, or all of it {ALL_SECONDS} s"
    return found, left_out


def _heavy(sides: Sides) -> set[str]:
    query = (
        f"select table_name from information_schema.tables where {OWN} and engine = 'MyISAM' "
        "and data_length > %s"
    )
    return {str(name) for (name,) in sides.live(query, (LARGEST_MYISAM,))}


def columns(query: Ask) -> dict[str, set[str]]:
    """The columns of all tables."""
    found: dict[str, set[str]] = {}
    rows = query(f"select table_name, column_name from information_schema.columns where {OWN}", None)
    for table, column in rows:
        found.setdefault(str(table), set()).add(str(column))
    return found


def compare(sides: Sides, table: str, cutoff: datetime, shared: Sequence[str]) -> Compared:
    """The rows of a table that nobody changed since `cutoff`, by the columns that both sides have."""
    wanted = [each for each in sorted(shared) if each not in VOLATILE]
    query = f"select name, {_all_of(wanted)} from {_quoted(table)} where modified < %s limit {MOST_ROWS + 1}"
    try:
        live = dict(sides.live(query, (cutoff,)))
        there = dict(sides.restored(query, (cutoff,)))
    except TooSlow:
        return Compared(table, why_not=f"reading it took longer than {STATEMENT_SECONDS} s")
    if len(live) > MOST_ROWS or len(there) > MOST_ROWS:
        return Compared(table, why_not=f"it has more than {MOST_ROWS} rows")
    both = sorted(live.keys() & there.keys(), key=str)
    different = [name for name in both if live[name] != there[name]]
    return Compared(
        table,
        rows=len(both),
        missing=tuple(sorted(str(name) for name in live.keys() - there.keys())),
        different={str(name): _columns_of(sides, table, name, wanted) for name in different},
        checksum=_checksum((str(name), there[name]) for name in both),
    )


def _all_of(wanted: Sequence[str]) -> str:
    """One sum over all values of a row, with a character between them that texts hardly have."""
    parts = ", ".join(f"coalesce({_quoted(each)}, '\\0')" for each in wanted)
    return f"crc32(concat_ws('\\Z', {parts}))"


def _columns_of(sides: Sides, table: str, name: object, wanted: Sequence[str]) -> list[str]:
    """Those in which a row differs."""
    query = f"select {', '.join(map(_quoted, wanted))} from {_quoted(table)} where name = %s"
    live, there = sides.live(query, (name,)), sides.restored(query, (name,))
    pairs = zip(wanted, live[0], there[0], strict=True) if live and there else ()
    return [column for column, a, b in pairs if str(a) != str(b)]


def _checksum(rows: Iterable[tuple[str, object]]) -> str:
    found = 0
    for name, value in rows:
        found = crc32(f"{name}:{value}\n".encode(), found)
    return f"{found:08x}"


def compare_single(sides: Sides, doctype: str, fields: Sequence[str], cutoff: datetime) -> Compared:
    """The values of a single DocType; where somebody saved it since, there is nothing to compare."""
    query = "select field, value from tabSingles where doctype = %s"
    live, there = dict(sides.live(query, (doctype,))), dict(sides.restored(query, (doctype,)))
    saved = live.get("modified")
    if saved and str(saved) >= str(cutoff):
        return Compared(doctype, note="it was saved since the backup: nothing to compare")
    wanted = sorted((set(fields) & live.keys()) - SINGLE_VOLATILE)
    differs = [field for field in wanted if live[field] != there.get(field)]
    checksum = _checksum((field, there.get(field)) for field in wanted)
    return Compared(doctype, len(wanted), different={doctype: differs} if differs else {}, checksum=checksum)


def newest_missing(
    sides: Sides, names: Iterable[str], cutoff: datetime, children: Collection[str]
) -> tuple[dict[str, list[str]], int, list[str]]:
    """The newest live documents before `cutoff` that are not restored; how many were asked for; which tables
    were not."""
    missing, looked_at, not_asked = {}, 0, []
    for table in names:
        where = f"{_older(table, children)} order by creation desc limit {NEWEST}"
        query = f"select name from {_quoted(table)} where {where}"
        try:
            wanted = [name for (name,) in sides.live(query, {"cutoff": cutoff})]
            query = f"select name from {_quoted(table)} where name in %s"
            there = {name for (name,) in sides.restored(query, (wanted,))} if wanted else set()
        except TooSlow:
            not_asked.append(table)
            continue
        looked_at += len(wanted)
        if lost := [str(name) for name in wanted if name not in there]:
            missing[table] = lost
    return missing, looked_at, not_asked


def big_tables(counts: Mapping[str, tuple[int, int]]) -> list[str]:
    """Those with so many rows that their newest documents are asked for too."""
    return sorted(name for name, (live, _there) in counts.items() if live >= BIG)


def _quoted(name: str) -> str:
    return f"`{name.replace('`', '``')}`"
