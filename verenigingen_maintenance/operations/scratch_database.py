"""Writes into the scratch database and nowhere else: guard two, on the connections that write.

It is independent of guard one: it believes neither the settings nor what was found before. The database is
marked as the drill's own only while it is empty; the client that restores looks for that mark, on the
connection that restores, before it reads the dump; and only a marked database is ever emptied.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import frappe
from pymysql.connections import Connection

from verenigingen_maintenance.core.redaction import redact
from verenigingen_maintenance.core.restored import some
from verenigingen_maintenance.core.scratch import MARKER, bad_names
from verenigingen_maintenance.sources.scratch import Place, ask

CHUNK = 1024 * 1024
MOST_TOLD = 2_000
OPTIONS = (
    *("--protocol=TCP", "--batch", "--binary-mode", "--skip-reconnect", "--local-infile=0"),
    *("--default-character-set=utf8mb4", "--max-allowed-packet=1G"),
)


class GuardError(Exception):
    """What guard two saw. Nothing was written."""


class RestoreError(Exception):
    """The client that restores ended before the dump did; the message has what it said."""


def claim(connection: Connection, at: Place, drill: str, token: str) -> None:
    """Marks an empty database as this drill's own; what an earlier drill left in it is taken away first.

    Raises GuardError for any other database, which is left as it is, and while a drill is at work in it: that
    of a copy of this site, which has its name too. The lock ends with the connection.
    """
    _refuse_live(connection, at)
    if ask(connection, "select get_lock(%s, 0)", (f"drill:{at.database}"[:64],))[0][0] != 1:
        raise GuardError(f"another drill is at work in {at.database}")
    if _is_marked(connection):
        empty(connection, at)
    if there := _tables(connection):
        raise GuardError(f"{at.database} is not empty: {some(list(there))}")
    columns = "drill varchar(140), token varchar(64), site varchar(255)"
    ask(connection, f"create table `{MARKER}` ({columns}) engine=InnoDB")
    ask(connection, f"insert into `{MARKER}` values (%s, %s, %s)", (drill, token, frappe.local.site))


def empty(connection: Connection, at: Place) -> None:
    """Takes everything out of a database that is marked as a drill's own; the mark goes last."""
    _refuse_live(connection, at)
    if not _is_marked(connection):
        raise GuardError(f"{at.database} is not marked as a drill's own: nothing is taken out of it")
    ask(connection, "set session foreign_key_checks = 0")
    for name, kind in _tables(connection).items():
        if name != MARKER:
            ask(connection, f"drop {_KINDS.get(kind, 'table')} `{at.database}`.`{name.replace('`', '``')}`")
    ask(connection, f"drop table `{at.database}`.`{MARKER}`")


_KINDS = {"VIEW": "view", "SEQUENCE": "sequence"}


def _refuse_live(connection: Connection, at: Place) -> None:
    """By what this connection itself is: its database, and what the live one has and this one must not."""
    database = ask(connection, "select database()")[0][0]
    if database != at.database:
        raise GuardError(f"the connection is in {database}, and not in {at.database}")
    if database.lower() == frappe.conf.db_name.lower():
        raise GuardError(f"{database} is the live database")
    if bad := bad_names(at.database, at.user):
        raise GuardError("; ".join(bad))


def _is_marked(connection: Connection) -> bool:
    if MARKER not in (there := _tables(connection)):
        return False
    sites = ask(connection, f"select distinct site from `{MARKER}`")
    was_killed_at_once = not sites and len(there) == 1  # between the table and its row
    return was_killed_at_once or sites == [(frappe.local.site,)]


def _tables(connection: Connection) -> dict[str, str]:
    query = (
        "select table_name, table_type from information_schema.tables where table_schema = database() "
        "order by table_type <> 'VIEW', table_name"
    )
    return {str(name): str(kind) for name, kind in ask(connection, query)}


def restore(at: Place, token: str, lines: Iterable[bytes]) -> int:
    """Streams the lines of a dump into the database that has the mark with this token; returns the bytes.

    Raises RestoreError with what the client said, guard two's refusal among it.
    """
    with _client(at) as (process, told):
        sent = 0
        try:
            process.stdin.write(_last_look(at, token))  # type: ignore[union-attr]
            for chunk in _chunks(lines):
                process.stdin.write(chunk)  # type: ignore[union-attr]
                sent += len(chunk)
            process.stdin.close()  # type: ignore[union-attr]
        except BrokenPipeError:
            raise RestoreError(_said(process, told)) from None
        if process.wait():
            raise RestoreError(_said(process, told))
    return sent


def _last_look(at: Place, token: str) -> bytes:
    """The client's own first statement; it ends with an error, and so before the dump, where it is wrong."""
    live = frappe.conf.db_name
    return f"""delimiter //
begin not atomic
  if database() is null or database() <> '{at.database}' or lower(database()) = lower('{live}')
    or (select count(*) from information_schema.tables where table_schema = database()) <> 1
    or (select count(*) from `{MARKER}` where token = '{token}') <> 1
  then signal sqlstate '45000' set message_text = 'guard two: this is not the empty database of this drill';
  end if;
end//
delimiter ;
set session sql_mode = 'NO_AUTO_VALUE_ON_ZERO';
""".encode()


@contextmanager
def _client(at: Place) -> Iterator[tuple[subprocess.Popen, Path]]:
    """MariaDB's client with the credentials of the scratch database only, from a file that is its user's."""
    program = shutil.which("mariadb") or shutil.which("mysql")
    if not program:
        raise RestoreError("neither mariadb nor mysql is installed here: the client that restores")
    with tempfile.TemporaryDirectory() as folder:
        options, told = Path(folder, "client.cnf"), Path(folder, "stderr")
        with open(os.open(options, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w") as file:
            file.write(_options_of(at))
        with told.open("wb") as stderr:
            process = subprocess.Popen(
                [program, f"--defaults-file={options}", *OPTIONS, *_sandbox(program), at.database],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                env={key: value for key, value in os.environ.items() if not key.startswith("MYSQL")},
            )
        try:
            yield process, told
        finally:
            process.kill()
            with suppress(BrokenPipeError):
                process.stdin.close()  # type: ignore[union-attr]
            process.wait()


def _options_of(at: Place) -> str:
    password = at.password.replace("\\", "\\\\").replace('"', '\\"')
    return f'[client]\nhost={at.host}\nport={at.port}\nuser={at.user}\npassword="{password}"\n'


def _sandbox(program: str) -> list[str]:
    """The client's mode without commands that reach the system, where it has one."""
    told = subprocess.run([program, "--no-defaults", "--help"], capture_output=True, text=True, check=False)
    return ["--sandbox"] if "--sandbox" in told.stdout else []


def _chunks(lines: Iterable[bytes]) -> Iterator[bytes]:
    found, size = [], 0
    for line in lines:
        found.append(line)
        size += len(line)
        if size >= CHUNK:
            yield b"".join(found)
            found, size = [], 0
    yield b"".join(found)


def _said(process: subprocess.Popen, told: Path) -> str:
    """Its error, and not the statement that it repeats before: that has people's data."""
    code = process.wait()
    with told.open("rb") as file:
        file.seek(max(told.stat().st_size - CHUNK, 0))
        lines = file.read().decode(errors="replace").splitlines()
    errors = [line for line in lines if line.startswith("ERROR ")]
    said = " ".join(" ".join(errors[-1:] or lines).split())
    return redact(said)[:MOST_TOLD] or f"the client ended with {code}"
