"""The child of `child.call`: puts up its walls, calls one function, reports, and leaves without cleaning up.

Run as a module with a task (JSON, one line) on stdin. It reports by lines of JSON through a pipe of its own:
what the function prints goes nowhere.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import resource
import signal
import sys
import threading

import frappe
from frappe.database import get_db

from verenigingen_maintenance.core.encoding import encode
from verenigingen_maintenance.sources import child_walls

PR_SET_PDEATHSIG = 1
CPU_GRACE = 5


class Pipe:
    """Where a child reports."""

    def __init__(self, number: int, most_bytes: int) -> None:
        self.number, self.most_bytes = number, most_bytes
        self.lock = threading.Lock()

    def connection(self, number: int) -> None:
        self._send(json.dumps({"connection": number}))

    def evidence(self, text: str) -> None:
        self._send(json.dumps({"evidence": text}))

    def failure(self, reason: str) -> None:
        self._send(json.dumps({"failure": reason[:2000]}))

    def answer(self, value: object) -> None:
        text = encode(value)
        if len(text) > self.most_bytes:
            self.failure(f"it answered {len(text)} bytes; {self.most_bytes} are taken")
        else:
            self._send(f'{{"answer": {text}}}')

    def _send(self, line: str) -> None:
        data = line.encode() + b"\n"
        with self.lock:
            while data:
                data = data[os.write(self.number, data) :]


def main() -> None:
    task = json.loads(sys.stdin.buffer.readline())
    _end_with(task["parent"])
    _bound(task)
    pipe = Pipe(task["pipe"], task["most_bytes"])
    try:
        pipe.answer(_called(task, pipe))
    except BaseException as error:  # noqa: BLE001 - the boundary: whatever it raises is why there is no answer
        pipe.failure(f"{type(error).__name__}: {error}")
    finally:
        os._exit(0)


def _called(task: dict, pipe: Pipe) -> object:
    """The function's own value, as Administrator, on a connection that changes nothing."""
    frappe.init(task["site"], sites_path=".")
    frappe.local.conf.update(task["database"])
    child_walls.raise_walls(pipe, task["statement_seconds"])
    _connect(task["database"])
    module, _, name = task["path"].rpartition(".")
    return getattr(importlib.import_module(module), name)(**task["arguments"])


def _connect(elsewhere: dict) -> None:
    """frappe.connect takes the name of the database for that of the user."""
    if not elsewhere:
        return frappe.connect()
    conf = frappe.local.conf
    frappe.local.db = get_db(conf.db_host, conf.db_user, conf.db_password, conf.db_port, conf.db_name)
    frappe.set_user("Administrator")
    return None


def _end_with(parent: int) -> None:
    """When the parent is gone, this process and its group go too: by the kernel, and by the end of stdin."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    lifeline = os.dup(0)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    threading.Thread(target=_watch, args=(lifeline,), daemon=True).start()


def _watch(lifeline: int) -> None:
    os.read(lifeline, 1)
    ctypes.CDLL(None).killpg(0, signal.SIGKILL)  # os.killpg is behind the walls


def _bound(task: dict) -> None:
    """Memory and CPU; no core file."""
    cpu = int(task["seconds"]) + CPU_GRACE
    for kind, most in (
        (resource.RLIMIT_AS, task["memory"]),
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))


if __name__ == "__main__":
    main()
