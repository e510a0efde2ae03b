"""Calls a foreign function in a process of its own, ended by the clock together with its queries.

A caught exception, one statement's limit or a job's time-out do not end a function that swallows everything,
loops or reconnects. So: a child process with connections of its own, each known by its id before the function
can use it. When the time is over, or an answer is there, the child and all it started are killed, then its
connections.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import frappe
import pymysql

from verenigingen_maintenance.core.redaction import redact

MODULE = "verenigingen_maintenance.sources.child_main"
STATEMENT = 5.0
MOST_BYTES = 1_000_000
MEMORY = 2 * 1024**3
ROUND = 0.05
CHUNK = 65_536
MOST_EVIDENCE = 20
MOST_WATCHED = 50
TOKEN = "MAINTENANCE_CHILD"
NO_SUCH_CONNECTION = 1094
WAITING = "Waiting for table level lock"


class InRequest(RuntimeError):
    """A foreign function was to be called by a web request, which would have to wait for it."""


@dataclass(frozen=True)
class Answer:
    """What the function returned, decoded from JSON; it may hold marks of `core.encoding`."""

    value: object
    seconds: float
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Failure:
    """Why there is no answer."""

    reason: str
    seconds: float
    evidence: tuple[str, ...] = ()


def call(
    path: str, arguments: Mapping[str, object], seconds: float, database: Mapping[str, object] | None = None
) -> Answer | Failure:
    """What the function at a dotted path answers within `seconds`, its start included.

    With a `database` (db_host, db_port, db_name, db_user, db_password) the site is read there instead of in
    its own. Its connections have numbers of another user or server: they are left alone here.

    Raises InRequest in a web request, and in a measurement made by one. What the function does becomes no
    exception here.
    """
    if getattr(frappe.local, "request", None) or frappe.flags.maintenance_in_request:
        raise InRequest("a foreign function is called by a job, never by a web request")
    with _child(path, arguments, seconds, dict(database or {})) as child:
        child.listen()
    return child.outcome()


@dataclass
class _Child:
    """The process, the pipe it reports through, and what it reported."""

    process: subprocess.Popen
    pipe: int
    token: str
    seconds: float
    is_elsewhere: bool = False
    began: float = field(default_factory=time.monotonic)
    ended: float = 0.0
    buffer: bytes = b""
    connections: list[int] = field(default_factory=list)
    evidence: list[str] = field(default_factory=list)
    result: dict | None = None
    failure: str = ""
    told: int = 0
    yielded: int = 0
    look_again: float = 0.0

    def listen(self) -> None:
        """Until it answered, died, or its time is over."""
        until = self.began + self.seconds
        while self.result is None and not self.failure:
            left = until - time.monotonic()
            if left <= 0:
                self.failure = f"no answer within {self.seconds:g} s"
            elif select.select([self.pipe], [], [], min(left, ROUND))[0] and self._read():
                pass
            elif status := _exit_status(self.process.pid):
                self._hear_last_words(status, until)
            self._make_way()

    def _hear_last_words(self, status: str, until: float) -> None:
        """What is left in the pipe; what it started may keep that open, or go on writing."""
        while self.result is None and not self.failure and time.monotonic() < until and self._read():
            pass
        if self.result is None:
            self.failure = self.failure or f"it ended with {status}, and no answer"

    def _read(self) -> bool:
        """Takes in what there is to read; whether there was something."""
        chunk = os.read(self.pipe, CHUNK) if select.select([self.pipe], [], [], 0)[0] else b""
        if not chunk:
            time.sleep(ROUND / 10)  # it closed the pipe: its exit status will be there in a moment
            return False
        *lines, self.buffer = (self.buffer + chunk).split(b"\n")
        for line in lines:
            self._take(line)
        if len(self.buffer) > MOST_BYTES + CHUNK:
            self.failure = f"it wrote more than {MOST_BYTES} bytes to the pipe"
        return True

    def _take(self, line: bytes) -> None:
        told = _decoded(line)
        if isinstance(told.get("connection"), int):
            self.connections += [told["connection"]] * (not self.is_elsewhere)
        elif "evidence" in told:
            self.told += 1
            self.evidence += [str(told["evidence"])] * (self.told <= MOST_EVIDENCE)
        elif "answer" in told or "failure" in told:
            self.result = told
        else:
            self.failure = "something else was written to its pipe"

    def _make_way(self) -> None:
        """An insert into Error Log (MyISAM) waits for who reads it: the reader gives way, not the insert."""
        if not self.connections or time.monotonic() < self.look_again:
            return
        self.look_again = time.monotonic() + ROUND
        for connection in _in_the_way(self.connections[-MOST_WATCHED:]):
            _kill("kill query %s", connection)
            self.yielded += 1

    def end(self) -> None:
        """Kills the process, what it started, and then its connections, which nobody can open again."""
        self.ended = time.monotonic()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        _kill_strays(self.token)
        self.process.stdin.close()
        self.process.wait()
        self._read_rest()
        for connection in self.connections:
            if problem := _kill("kill %s", connection):
                self.evidence.append(f"its connection {connection} could not be ended: {problem}")

    def _read_rest(self) -> None:
        """A connection that was reported at the very end must be ended too."""
        while select.select([self.pipe], [], [], 0)[0] and (chunk := os.read(self.pipe, CHUNK)):
            *lines, self.buffer = (self.buffer + chunk).split(b"\n")
            found = [_decoded(line).get("connection") for line in lines]
            self.connections += [each for each in found if isinstance(each, int) and not self.is_elsewhere]

    def outcome(self) -> Answer | Failure:
        took, evidence = round(self.ended - self.began, 3), self._told()
        if self.failure or self.result is None or "failure" in self.result:
            reason = self.failure or (self.result or {}).get("failure", "no answer")
            return Failure(redact(str(reason)), took, evidence)
        return Answer(self.result["answer"], took, evidence)

    def _told(self) -> tuple[str, ...]:
        more = self.told - MOST_EVIDENCE
        found = [redact(text) for text in self.evidence]
        found += [f"and {more} more like these"] if more > 0 else []
        if self.yielded:
            found.append(f"its query was ended {self.yielded} times because an insert waited for it")
        return tuple(found)


@contextlib.contextmanager
def _child(path: str, arguments: Mapping[str, object], seconds: float, database: dict) -> Iterator[_Child]:
    """A child at work, which is ended whatever happens.

    Both ends are closed as files, once: their numbers may be those of other files soon after.
    """
    reads, writes = os.pipe()
    token = secrets.token_hex(16)
    with open(reads, "rb", buffering=0), open(writes, "wb", buffering=0) as end_of_child:
        child = _Child(_start(writes, token), reads, token, seconds, bool(database))
        try:
            _brief(child.process, {**_task(path, arguments, seconds, writes), "database": database})
            end_of_child.close()
            yield child
        finally:
            child.end()


def _start(pipe: int, token: str) -> subprocess.Popen:
    """In a session, so a process group, of its own; prints go nowhere."""
    return subprocess.Popen(
        [sys.executable, "-m", MODULE],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[pipe],
        start_new_session=True,
        cwd=frappe.local.sites_path,
        env={**os.environ, TOKEN: token, "PYTHONDONTWRITEBYTECODE": "1"},
    )


def _task(path: str, arguments: Mapping[str, object], seconds: float, pipe: int) -> dict:
    return {
        "site": frappe.local.site,
        "path": path,
        "arguments": dict(arguments),
        "pipe": pipe,
        "parent": os.getpid(),
        "seconds": seconds,
        "statement_seconds": min(STATEMENT, seconds),
        "most_bytes": MOST_BYTES,
        "memory": MEMORY,
    }


def _brief(process: subprocess.Popen, task: dict) -> None:
    """Its stdin stays open: when it closes, the parent is gone and the child ends itself."""
    with contextlib.suppress(BrokenPipeError):  # it died already, which is found out when it is listened to
        process.stdin.write(json.dumps(task).encode() + b"\n")
        process.stdin.flush()


def _decoded(line: bytes) -> dict:
    """A line of the pipe; empty where it is none of the child's."""
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _exit_status(pid: int) -> str:
    """How a process ended, in words; empty while it runs. It is not reaped: its group keeps its number."""
    found = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG)
    if found is None:
        return ""
    if found.si_code == os.CLD_EXITED:
        return f"exit status {found.si_status}"
    return f"signal {signal.Signals(found.si_status).name}"


def _kill_strays(token: str) -> None:
    """What left the process group still has the token in its environment."""
    mark = f"{TOKEN}={token}".encode()
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and process.name != str(os.getpid()):
            with contextlib.suppress(OSError):  # gone, or another user's
                if mark in (process / "environ").read_bytes():
                    os.kill(int(process.name), signal.SIGKILL)


def _in_the_way(connections: list[int]) -> list[int]:
    """Those of its connections that read a table for which somebody waits."""
    rows = frappe.db.sql(
        "select id, state, left(info, 2000) from information_schema.processlist where db = database() "
        "and command = 'Query' and (state = %s or id in %s)",
        (WAITING, connections),
    )
    waited_for = [_tables(info) for id_, state, info in rows if state == WAITING and id_ not in connections]
    return [id_ for id_, _, info in rows if id_ in connections and any(_tables(info) & t for t in waited_for)]


def _tables(info: str | None) -> set[str]:
    """The tables that a query names, as Frappe quotes them."""
    return {name for name in (info or "").split("`")[1::2] if name.startswith("tab")}


def _kill(statement: str, connection: int) -> str:
    """Why a connection or its query could not be ended; empty where it was, or was gone."""
    try:
        frappe.db.sql(statement, connection)
    except pymysql.MySQLError as error:
        return "" if error.args[0] == NO_SUCH_CONNECTION else redact(str(error))
    return ""
