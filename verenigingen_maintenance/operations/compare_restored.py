"""What came back, beside what is there: somebody gets in, nothing is missing, nothing is changed."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import frappe
import pymysql
from frappe.utils import get_datetime
from frappe.utils.password import passlibctx
from pymysql.connections import Connection

from verenigingen_maintenance.core import restored as rules
from verenigingen_maintenance.core.dumps import Dump
from verenigingen_maintenance.core.language import phrase
from verenigingen_maintenance.core.restored import Finding
from verenigingen_maintenance.core.verdicts import Verdict
from verenigingen_maintenance.operations.restore_work import Work, tell
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.sources import child, clock, restored
from verenigingen_maintenance.sources.restored import Sides, TooSlow
from verenigingen_maintenance.sources.scratch import ask

SIGN_IN = "verenigingen_maintenance.sources.restored_site.sign_in"
SIGN_IN_SECONDS = 60
OF_USER = "doctype = 'User' and fieldname = 'password' and name = %s"
ROLE, ADMINISTRATOR = "Maintenance Manager", "Administrator"
COMPARED = ("User", "Role", "Has Role", "Custom Field", "Property Setter", "Custom DocPerm", "Module Def")
CONFIGURATION = (
    *("Maintenance Procedure", "Maintenance Task", "Maintenance Task Group", "Maintenance Task Check"),
    *("Maintenance Free Field", "Maintenance Agreed Date", "Maintenance Check", "Escalation Level"),
    *("Maintenance Duty", "Maintenance Stand-in", "Emergency Contact", "Metric", "Analytics Component"),
    *("Notification Target", "Maintenance Holiday", "Maintenance Severity Rule", "Procedure Version"),
    *("Maintenance Starting Level", "Maintenance Inhibition", "Maintenance Report Kind"),
    "Maintenance Incident Trigger",
)


# --- somebody gets in


def sign_in(work: Work, connection: Connection) -> None:
    """The key of the probe, and a user by a password that exists in the scratch database only. A failure is
    told and is no end: what else is wrong is looked for too."""
    began, title = time.monotonic(), "Somebody signs in and reads"
    expected = "the key of the probe and a password are taken, and a list is answered"
    try:
        with _password(connection) as (user, password):
            arguments = {"user": user, "password": password}
            answer = child.call(SIGN_IN, arguments, SIGN_IN_SECONDS, _database(work))
    except pymysql.MySQLError as error:
        tell(work, Finding(title, Verdict.CRITICAL, expected, str(error)), began)
        return
    finding = _judged(title, expected, answer, work.at.database)
    if finding.verdict is Verdict.OK:
        work.drill.recovery_minutes = round(work.minutes, 4)
    tell(work, finding, began)


def _database(work: Work) -> dict[str, object]:
    found = {"db_host": work.at.host, "db_port": work.at.port, "db_name": work.at.database}
    return {**found, "db_user": work.at.user, "db_password": work.at.password}


@contextmanager
def _password(connection: Connection) -> Iterator[tuple[str, str]]:
    """Somebody who may, with a password that only the restored copy has, and that it loses afterwards."""
    query = (
        "select u.name from tabUser u join `tabHas Role` r on r.parent = u.name and r.parenttype = 'User' "
        "where r.role = %s and u.enabled = 1 order by u.creation limit 1"
    )
    found = ask(connection, query, (ROLE,))
    user, password = str(found[0][0]) if found else ADMINISTRATOR, secrets.token_urlsafe(24)
    before = ask(connection, f"select password, encrypted from `__Auth` where {OF_USER}", (user,))
    _set_password(connection, user, [(passlibctx.hash(password), 0)])
    try:
        yield user, password
    finally:
        _set_password(connection, user, before)


def _set_password(connection: Connection, user: str, rows: Sequence[tuple]) -> None:
    ask(connection, f"delete from `__Auth` where {OF_USER}", (user,))
    for row in rows:
        values = "'User', %s, 'password', %s, %s"
        columns = "doctype, name, fieldname, password, encrypted"
        ask(connection, f"insert into `__Auth` ({columns}) values ({values})", (user, *row))


def _judged(title: str, expected: str, answer: child.Answer | child.Failure, database: str) -> Finding:
    if isinstance(answer, child.Failure):
        return Finding(title, Verdict.CRITICAL, expected, answer.reason, "\n".join(answer.evidence))
    found: dict = answer.value  # type: ignore[assignment]
    documents = {doctype: len(names) for doctype, names in found["documents"].items()}
    counted = ", ".join(f"{doctype}: {n}" for doctype, n in documents.items())
    who = frappe.utils.get_fullname(found["user"])  # not the name: an address is redacted
    told = "{} signed in to {} and was answered {}".format(who, found["database"], counted)
    if found["key"] or found["database"] != database or not any(documents.values()):
        wrong = "the key of the probe was not taken: {}".format(found["key"]) if found["key"] else told
        return Finding(title, Verdict.CRITICAL, expected, wrong, told)
    return Finding(title, Verdict.OK, expected, told, data={"signed_in": {"documents": documents}})


# --- nothing is missing, nothing is changed


@dataclass
class _Beside:
    """Both sides, the columns that both have by table, and what is older than the backup."""

    sides: Sides
    shared: dict[str, set[str]]
    cutoff: datetime
    is_migrated: bool
    counts: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def children(self) -> list[str]:
        """The tables of rows of documents."""
        return self.with_columns("parent", "parenttype")

    def with_columns(self, *columns: str) -> list[str]:
        return sorted(table for table, there in self.shared.items() if set(columns) <= there)


def findings(sides: Sides, dump: Dump, made_at: datetime | None) -> Iterator[tuple[Finding, float]]:
    """What each comparison found, and when it began (time.monotonic)."""
    yield _timed(phrase("Tables"), lambda title: _tables(title, sides, dump, made_at))
    yield _timed(phrase("Rows"), lambda title: _rows(title, sides, dump))
    if made_at is None:
        yield _timed(
            "Compared with the live database",
            lambda title: Finding(title, Verdict.UNKNOWN, "nothing is missing or changed", nameless()),
        )
        return
    beside = _beside(sides, made_at)
    yield _timed("Rows older than the backup", lambda title: _older(title, beside))
    yield _timed("Newest documents", lambda title: _newest(title, beside))
    chosen = _compared_doctypes()
    yield _timed(phrase("Checksums"), lambda title: _same(title, beside, chosen, "System Settings"))
    title_of_ours = "Configuration of this app"
    yield _timed(title_of_ours, lambda title: _same(title, beside, CONFIGURATION, SETTINGS, _set_columns))


def nameless() -> str:
    """Why neither the age of a backup is known, nor what is older."""
    return "the name of the backup does not say when it was made"


def _timed(title: str, find: Callable[[str], Finding]) -> tuple[Finding, float]:
    """What the databases refuse to answer is not known."""
    began = time.monotonic()
    try:
        return find(title), began
    except TooSlow:
        why = "the databases took too long to answer"
    except pymysql.MySQLError as error:
        why = str(error)
    return Finding(title, Verdict.UNKNOWN, "an answer", why), began


def _beside(sides: Sides, made_at: datetime) -> _Beside:
    live, there = restored.columns(sides.live), restored.columns(sides.restored)
    shared = {table: live[table] & there[table] for table in live.keys() & there.keys()}
    cutoff = _cutoff(made_at)
    migrated = frappe.db.get_single_value(SETTINGS, "migrated_at")
    return _Beside(sides, shared, cutoff, bool(migrated) and get_datetime(migrated) >= cutoff)


def _cutoff(made_at: datetime) -> datetime:
    """What is older was there when the dump was begun, by the clock of stored times."""
    local = clock.stored(made_at)
    return local - rules.MARGIN - (timedelta(hours=1) if clock.is_repeated(local) else timedelta())


def _tables(title: str, sides: Sides, dump: Dump, made_at: datetime | None) -> Finding:
    live, dumped = restored.tables(sides.live), {*dump.rows, *dump.sequences}
    age = (clock.now() - made_at + rules.MARGIN).total_seconds() if made_at else 0
    old = restored.old_tables(sides, age) if made_at else set()
    needed = restored.of_doctypes(sides) & (live | dumped)
    return rules.judge_tables(title, restored.tables(sides.restored), dumped, needed, old)


def _rows(title: str, sides: Sides, dump: Dump) -> Finding:
    return rules.judge_rows(title, dump.rows, restored.row_counts(sides, dump.rows))


def _older(title: str, beside: _Beside) -> Finding:
    dated = beside.with_columns("name", "creation", "modified")
    beside.counts, left_out = restored.counts_before(beside.sides, dated, beside.cutoff, beside.children)
    return rules.judge_deleted(title, beside.counts, left_out, beside.is_migrated)


def _newest(title: str, beside: _Beside) -> Finding:
    wanted = {f"tab{doctype}" for doctype in (*_compared_doctypes(), *CONFIGURATION)}
    wanted |= set(restored.big_tables(beside.counts))
    asked = sorted((wanted & beside.counts.keys()) - rules.OF_FILES)
    missing, looked_at, not_asked = restored.newest_missing(
        beside.sides, asked, beside.cutoff, beside.children
    )
    return rules.judge_newest(title, missing, looked_at, not_asked)


Columns = Callable[[str, set[str]], set[str]]


def _all_columns(_doctype: str, shared: set[str]) -> set[str]:
    return shared


def _set_columns(doctype: str, shared: set[str]) -> set[str]:
    """Those that people set: what was measured goes on changing, and leaves `modified` as it is. A record has
    none of these, and never changes."""
    fields = set(_fields_of(doctype))
    return shared & {*fields, "name", "modified", "parent", "parentfield", "idx"} if fields else shared


def _same(
    title: str, beside: _Beside, doctypes: Sequence[str], single: str, columns: Columns = _all_columns
) -> Finding:
    there = set(beside.with_columns("name", "modified"))
    chosen = {f"tab{doctype}": doctype for doctype in doctypes if f"tab{doctype}" in there}
    compared = [
        restored.compare(beside.sides, table, beside.cutoff, sorted(columns(doctype, beside.shared[table])))
        for table, doctype in chosen.items()
    ]
    compared.append(restored.compare_single(beside.sides, single, _fields_of(single), beside.cutoff))
    return rules.judge_compared(title, compared, beside.is_migrated)


def _compared_doctypes() -> list[str]:
    chosen = (frappe.db.get_single_value(SETTINGS, "compared_doctypes") or "").splitlines()
    return [line.strip() for line in chosen if line.strip()] or list(COMPARED)


def _fields_of(doctype: str) -> list[str]:
    """Those that people set."""
    return [
        field.fieldname
        for field in frappe.get_meta(doctype).fields
        if not field.read_only and not field.hidden and field.fieldtype != "Password"
    ]
