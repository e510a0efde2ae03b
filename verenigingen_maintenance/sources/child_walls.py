"""What a foreign function cannot do in its child process: write, send, start something, or hold others up.

It replaces functions of libraries, which an app must not do in a process of Frappe. This process is nobody
else's and ends with the call; and only here can every connection be seen, whoever opens it. The walls stop
what is sloppy, not what is hostile: a function of an installed app is trusted with the site anyway.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import frappe
import frappe.utils.background_jobs
import frappe.utils.error
import frappe.utils.logger
import redis
from pymysql import OperationalError
from pymysql.connections import Connection

if TYPE_CHECKING:
    from verenigingen_maintenance.sources.child_main import Pipe

MOST_TEXT = 300
READING = frozenset(
    [
        "PING",
        "ECHO",
        "INFO",
        "SELECT",
        "AUTH",
        "HELLO",
        "CLIENT",
        "DBSIZE",
        "TIME",
        "MEMORY",
        "GET",
        "MGET",
        "STRLEN",
        "EXISTS",
        "TYPE",
        "TTL",
        "PTTL",
        "KEYS",
        "SCAN",
        "HGET",
        "HMGET",
        "HGETALL",
        "HKEYS",
        "HVALS",
        "HLEN",
        "HEXISTS",
        "HSCAN",
        "LLEN",
        "LRANGE",
        "LINDEX",
        "SMEMBERS",
        "SISMEMBER",
        "SCARD",
        "SSCAN",
        "SRANDMEMBER",
        "ZCARD",
        "ZRANGE",
        "ZREVRANGE",
        "ZRANGEBYSCORE",
        "ZREVRANGEBYSCORE",
        "ZSCORE",
        "ZCOUNT",
        "ZRANK",
        "ZSCAN",
    ]
)
REFUSED = re.compile(
    r"\bread\s+write\b|\bmax_statement_time\b|\btx_read_only\b|\btransaction_read_only\b|\bset\s+(@@)?global\b"
    r"|^\s*(kill|lock|flush)\b|\bget_lock\s*\(|\bfor\s+update\b|\block\s+in\s+share\s+mode\b",
    re.I,
)
STARTING = frozenset(
    [
        "os.fork",
        "os.forkpty",
        "os.exec",
        "os.posix_spawn",
        "os.spawn",
        "os.system",
        "os.startfile",
        "subprocess.Popen",
        "pty.spawn",
        "os.kill",
        "os.killpg",
    ]
)
CHANGING = frozenset(
    [
        "os.remove",
        "os.rename",
        "os.rmdir",
        "os.mkdir",
        "os.link",
        "os.symlink",
        "os.truncate",
        "os.chmod",
        "os.chown",
        "shutil.rmtree",
    ]
)
WRITING = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC


class Refused(PermissionError):
    """A claim's function wanted to change something."""


class _Logged(logging.Handler):
    """In the place of a log's file. Frappe opens two for each log, the bench's and the site's: one tells."""

    def __init__(self, pipe: Pipe, path: str) -> None:
        super().__init__()
        self.pipe, self.is_told = pipe, path.startswith("..")

    def emit(self, record: logging.LogRecord) -> None:
        if self.is_told:
            self.pipe.evidence(f"it logged: {' '.join(record.getMessage().split())[:MOST_TEXT]}")


def raise_walls(pipe: Pipe, statement_seconds: float) -> None:
    """Before a connection is opened and before the function's module is imported."""
    _guard_database(pipe, statement_seconds)
    _guard_redis(pipe)
    _guard_frappe(pipe)
    _guard_machine()


def _guard_database(pipe: Pipe, statement_seconds: float) -> None:
    """Each connection, a re-opened one too, is reported, read-only and bounded before anybody can use it.

    One to another server is refused: its number would be somebody else's on this one, and killed there.
    """
    connect, query = Connection.connect, Connection.query
    hosts = {frappe.conf.db_host or "127.0.0.1", "127.0.0.1", "localhost"}

    def connect_guarded(self: Connection, sock: object = None) -> None:
        if self.host not in hosts:
            raise Refused("a claim uses no other database")
        connect(self, sock)
        pipe.connection(self.thread_id())
        query(self, f"set session max_statement_time = {float(statement_seconds)}")
        query(self, "set session transaction read only")

    def query_guarded(self: Connection, sql: str | bytes, unbuffered: bool = False) -> int:
        text = sql.decode(errors="replace") if isinstance(sql, bytes | bytearray) else sql
        if found := REFUSED.search(text):
            pipe.evidence(f"it was refused in SQL: {found[0].strip()}")
            raise OperationalError(1792, f"a claim may not use “{found[0].strip()}”")
        return query(self, sql, unbuffered)

    Connection.connect, Connection.query = connect_guarded, query_guarded


def _guard_redis(pipe: Pipe) -> None:
    """Commands that read pass; others are dropped, because Frappe's own caching must go on."""
    execute, told = redis.Redis.execute_command, set()

    def execute_reading(self: redis.Redis, *arguments: object, **options: object) -> object:
        command = str(arguments[0]).upper().split()[0]
        if command in READING:
            return execute(self, *arguments, **options)
        if command not in told:
            told.add(command)
            pipe.evidence(f"a write to Redis was dropped: {command}")
        return None

    def refuse(self: object, *arguments: object, **options: object) -> None:
        raise Refused("a claim uses no pipeline of Redis")

    redis.Redis.execute_command = execute_reading
    redis.client.Pipeline.execute = refuse


def _guard_frappe(pipe: Pipe) -> None:
    """What it logs is evidence; what it wants to send or queue is refused."""

    def log_error(title: object = None, message: object = None, *_: object, **__: object) -> frappe._dict:
        text = " ".join(f"{title or ''}: {message or ''}".split())
        pipe.evidence(f"it logged: {text[:MOST_TEXT]}")
        return frappe._dict()

    frappe.log_error = frappe.utils.error.log_error = log_error
    frappe.utils.error.log_error_snapshot = log_error
    frappe.enqueue = frappe.enqueue_doc = frappe.utils.background_jobs.enqueue = _refusing("a job", pipe)
    frappe.sendmail = _refusing("an e-mail", pipe)
    frappe.utils.logger.RotatingFileHandler = lambda path, **_: _Logged(pipe, path)


def _refusing(what: str, pipe: Pipe) -> object:
    def refuse(*_: object, **__: object) -> None:
        pipe.evidence(f"it wanted to make {what}")
        raise Refused(f"a claim makes no {what.split()[-1]}")

    return refuse


def _guard_machine() -> None:
    """By Python's audit hook, which stays: no file is written, no process started, and nobody is called but
    the database and Redis."""
    servers = _servers()

    def audit(event: str, arguments: tuple) -> None:
        if event in STARTING or event in CHANGING:
            raise Refused(f"a claim may not use {event}")
        if event == "open" and _writes(*arguments):
            raise Refused(f"a claim writes no file: {arguments[0]}")
        if event == "socket.connect" and not _is_server(arguments[1], servers):
            raise Refused("a claim calls nobody but the site's database and Redis")

    sys.addaudithook(audit)


def _writes(path: object, mode: str | None, flags: int) -> bool:
    return isinstance(path, str | bytes) and path != os.devnull and bool((flags or 0) & WRITING)


def _servers() -> set[object]:
    """Ports (and socket files) of the database and of Redis."""
    conf = frappe.conf
    found: set[object] = {int(conf.db_port or 3306), conf.db_socket, "/run/mysqld/mysqld.sock"}
    for key in ("redis_cache", "redis_queue", "redis_socketio"):
        address = urlsplit(conf.get(key) or "")
        found.add(address.path if address.scheme == "unix" else address.port or 6379)
    return found


def _is_server(address: object, servers: set[object]) -> bool:
    return (address[1] if isinstance(address, tuple) and len(address) > 1 else address) in servers
