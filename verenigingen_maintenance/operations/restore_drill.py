"""A backup is restored into the scratch database, and what came back is looked at from all sides.

It is begun by a person (restore_begin), done by a job or in the shell, and told step by step. A killed one is
given up when the next one begins, which takes away what it left.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import frappe
import pymysql
from frappe.model.document import Document
from pymysql.connections import Connection

from verenigingen_maintenance.core import restored as rules
from verenigingen_maintenance.core import scratch as guard
from verenigingen_maintenance.core.backup_reading import NotTold, NotWhole
from verenigingen_maintenance.core.dumps import DumpError, Reader
from verenigingen_maintenance.core.language import phrase
from verenigingen_maintenance.core.restored import Finding
from verenigingen_maintenance.core.verdicts import Verdict, worst
from verenigingen_maintenance.operations import compare_restored, recovery_drills, scratch_database, validate
from verenigingen_maintenance.operations.recovery_drills import RESTORE, RUNNING
from verenigingen_maintenance.operations.restore_begin import target_hours, target_minutes
from verenigingen_maintenance.operations.restore_work import Stop, Work, progress, stop, tell
from verenigingen_maintenance.operations.scratch_database import GuardError, RestoreError
from verenigingen_maintenance.operations.transactions import commit
from verenigingen_maintenance.sources import clock, dump_files, scratch
from verenigingen_maintenance.sources.restored import Sides
from verenigingen_maintenance.sources.scratch import Place

TELL_SECONDS = 5
LOOK_SECONDS = 15  # somebody may just look whether another one could begin
MEGA = 1e6


def run(name: str) -> str:
    """Does what was begun; returns the verdict. Raises what nobody expected, after it is written down."""
    with recovery_drills.worked_on(RESTORE, LOOK_SECONDS) as is_free:
        commit()
        drill = recovery_drills.get(name)
        if not is_free or drill.status != RUNNING:
            return str(drill.verdict or "")
        frappe.db.sql(scratch.PATIENTLY)  # the lock is this connection's too
        try:
            _run(drill)
        except Exception as error:
            frappe.db.rollback()
            _end(drill, _of_failure(drill), f"{type(error).__name__}: {error}")
            raise
        return str(drill.verdict)


def _run(drill: Document) -> None:
    at, given = scratch.place(), json.loads(drill.data)["given"]
    validate.refuse_foreign_scratch(at.host)
    expected = (OSError, NotWhole, NotTold, DumpError, GuardError, RestoreError, pymysql.MySQLError)
    try:
        with dump_files.opened(Path(given["path"])) as backup, scratch.connected(at) as connection:
            work = Work(drill, at, backup, given["free_gb"], data={"given": given})
            _note_backup(work)
            with _cleaned(work, connection):
                _do(work, connection)
        failure = ""
    except Stop as stop:
        failure = str(stop)
    except expected as error:
        failure = f"{type(error).__name__}: {error}"
    _end(drill, None if not failure else _of_failure(drill), failure)


def _do(work: Work, connection: Connection) -> None:
    _guard_one(work, connection)
    _read(work)
    _refuse_small_disk(work, connection)
    _restore(work, connection)
    compare_restored.sign_in(work, connection)
    for finding, began in compare_restored.findings(Sides(connection), work.dump, work.backup.made_at):
        tell(work, finding, began)
    _targets(work)


def _guard_one(work: Work, connection: Connection) -> None:
    began = time.monotonic()
    title, expected = "The scratch database may be written", "a database of its own, for drills only"
    if reasons := guard.reasons_against(scratch.facts(connection)):
        stop(work, Finding(title, Verdict.UNKNOWN, expected, "; ".join(reasons)), began)
    tell(work, Finding(title, Verdict.OK, expected, f"{work.at.database}, {work.at.user}"), began)


def _read(work: Work) -> None:
    """Once to its end, before anything is restored: what is truncated or foreign writes nothing."""
    began, title = time.monotonic(), "The backup is whole"
    reader, expected = Reader(), "a dump that is read to its last line"
    try:
        for _line in reader.passed(work.backup.lines()):
            pass
    except NotTold as error:
        stop(work, Finding(title, Verdict.UNKNOWN, expected, str(error)), began)
    except (NotWhole, DumpError) as error:
        stop(work, _not_whole(work, title, expected, str(error)), began)
    work.dump = dump = reader.dump
    if not dump.is_whole or not dump.rows:
        why = "it has no table" if dump.is_whole else "its last line is missing: it is truncated"
        stop(work, _not_whole(work, title, expected, why), began)
    told = "{0} tables, {1} rows, {2} MB of SQL; completed {3} by the server's clock"
    told = told.format(len(dump.rows), dump.total, round(dump.bytes / MEGA, 1), dump.completed or "")
    tell(work, Finding(title, Verdict.OK, expected, told), began)
    work.data["dump"] = {**vars(dump), "encrypted": work.backup.is_encrypted}
    live = frappe.conf.db_name
    finding = rules.judge_header("The backup is of this site", dump.database, live, dump.is_partial)
    if finding.verdict is not Verdict.OK:
        stop(work, finding)
    tell(work, finding)


def _refuse_small_disk(work: Work, connection: Connection) -> None:
    title, measured = "There is room on the disk", scratch.free_gb(connection)
    free = measured if measured is not None else work.free_gb
    who = "" if measured is not None else str(work.drill.started_by)
    expected = f"{work.dump.bytes * guard.ROOM / guard.GIGA:.2f} GB"
    if why := guard.why_too_small(work.dump.bytes, free, who):
        stop(work, Finding(title, Verdict.UNKNOWN, expected, why))
    told = f"{free:.2f} GB" + (f", as {who} said" if who else "")
    tell(work, Finding(title, Verdict.OK, expected, told))


def _restore(work: Work, connection: Connection) -> None:
    began, token = time.monotonic(), secrets.token_hex(16)
    title, expected = phrase("Restored"), f"{work.dump.total} rows"
    try:
        scratch_database.claim(connection, work.at, str(work.drill.name), token)
        work.is_claimed = True
        lines = _watched(work, Reader().passed(work.backup.lines()))
        sent = scratch_database.restore(work.at, token, lines)
    except (GuardError, RestoreError, NotWhole, NotTold, DumpError) as error:
        verdict = Verdict.UNKNOWN if isinstance(error, GuardError | NotTold) else Verdict.CRITICAL
        stop(work, Finding(title, verdict, expected, str(error)), began)
    seconds = time.monotonic() - began
    told = f"{round(sent / MEGA, 1)} MB in {round(seconds, 1)} s"
    tell(work, Finding(title, Verdict.OK, expected, told), began)


def _not_whole(work: Work, title: str, expected: str, why: str) -> Finding:
    """One that was written to just now may become whole yet."""
    if not work.backup.is_fresh:
        return Finding(title, Verdict.CRITICAL, expected, why)
    told = "{0}; it was written to just now and may not be done: try again in some minutes"
    return Finding(title, Verdict.UNKNOWN, expected, told.format(why))


def _watched(work: Work, lines: Iterator[bytes]) -> Iterator[bytes]:
    """The same lines; every few seconds it is said how far they are."""
    done, told = 0, time.monotonic()
    for line in lines:
        done += len(line)
        if time.monotonic() - told > TELL_SECONDS:
            told = time.monotonic()
            percent = min(round(100 * done / max(work.dump.bytes, 1)), 100)
            progress(work.drill, 20 + percent // 2, f"Restoring: {percent} %")
        yield line


@contextmanager
def _cleaned(work: Work, connection: Connection) -> Iterator[None]:
    """The scratch database is emptied whatever happened in it, and that is proven."""
    try:
        yield
    finally:
        if work.is_claimed:
            _empty(work)


def _empty(work: Work) -> None:
    """Before the live database is asked for anything: it may be what failed."""
    began, title = time.monotonic(), "The scratch database is empty"
    left = _left_of(work.at)
    frappe.db.rollback()
    verdict = Verdict.CRITICAL if left else Verdict.OK
    tell(work, Finding(title, verdict, "no table", rules.some(left) or "no table"), began)


def _left_of(at: Place) -> list[str]:
    """What is there after it was emptied, over a connection of its own: the other one may be in the middle of
    what failed."""
    try:
        with scratch.connected(at) as connection:
            scratch_database.empty(connection, at)
            return scratch.tables(connection)
    except (GuardError, pymysql.MySQLError) as error:
        return [f"{type(error).__name__}: {error}"]


def _targets(work: Work) -> None:
    drill, made_at = work.drill, work.backup.made_at
    minutes, hours = target_minutes(), target_hours()
    took, nobody = drill.recovery_minutes or None, "nobody signed in to what was restored"
    tell(work, rules.judge_target("Recovery time", took, minutes, "min", nobody))
    lost, unnamed = drill.recovery_point_hours if made_at else None, compare_restored.nameless()
    tell(work, rules.judge_target("Recovery point", lost, hours, "h", unnamed))


def _note_backup(work: Work) -> None:
    drill, made_at = work.drill, work.backup.made_at
    drill.backup_bytes = work.backup.bytes
    if made_at:
        age: timedelta = clock.now() - made_at
        drill.update(
            {"backup_made_at": clock.stored(made_at), "recovery_point_hours": age.total_seconds() / 3600}
        )
    progress(drill, 5, "Reading the backup")


def _of_failure(drill: Document) -> Verdict:
    """That of the steps where one says what is wrong; what failed beside them is not known."""
    return worst([Verdict.UNKNOWN, *(Verdict(step.verdict) for step in drill.steps)])


def _end(drill: Document, verdict: Verdict | None, failure: str) -> None:
    recovery_drills.end(drill, verdict, failure)
    commit()
