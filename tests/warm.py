"""A process that has Frappe and the app imported, and forks for what is to run in the bench: warm.py SOCKET.

To start Python and import Frappe takes most of a second of a processor, which a fork does not take again. A
request is the arguments of Python as JSON, `-m MODULE` or FILE and what follows; with it come the standard
streams of who asks. The answer is the exit status. As `bench` for a shell: python warm.py SOCKET ARGUMENTS...
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

APP = "verenigingen_maintenance"
IMPORTED = (
    *("frappe.commands", "frappe.utils.bench_helper", "frappe.app", "frappe.utils.background_jobs"),
    *(f"{APP}.api", f"{APP}.commands", f"{APP}.scheduled", "numpy", "holidays", "bs4"),
)
STREAMS = (0, 1, 2)
LONGEST = 1 << 20


@contextmanager
def process(bench: Path) -> Iterator[str]:
    """Such a process in the sites directory of a bench; yields its socket."""
    with tempfile.TemporaryDirectory() as folder:
        command = [str(bench / "env/bin/python"), __file__, f"{folder}/socket"]
        with subprocess.Popen(command, cwd=bench / "sites", stdout=subprocess.PIPE) as started:
            assert started.stdout is not None
            assert started.stdout.readline() == b"ready\n"
            try:
                yield command[-1]
            finally:
                started.terminate()  # else whoever failed would wait for it for ever


def run(path: str, arguments: list[str]) -> subprocess.CompletedProcess:
    """As `python ARGUMENTS` in the sites directory, with what it printed."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        with open(os.devnull) as nothing:
            code = ask(path, arguments, (nothing.fileno(), out.fileno(), err.fileno()))
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(arguments, code, out.read(), err.read())


def ask(path: str, arguments: list[str], streams: tuple[int, ...] = STREAMS) -> int:
    """Has it run with these standard streams; the exit status."""
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(120)
        asking.connect(path)
        socket.send_fds(asking, [json.dumps(arguments).encode()], streams)
        return int(asking.recv(16))


def serve(path: str) -> None:
    for module in IMPORTED:
        import_module(module)
    gc.freeze()  # what is there already is never garbage: no fork looks through it

    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()
        print("ready", flush=True)
        while True:
            asking, _address = listening.accept()
            if not os.fork():
                return answer(asking)
            asking.close()
            reap()


def reap() -> None:
    """Ends the zombies of those that are done."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def answer(asking: socket.socket) -> None:
    """Runs what is asked in another fork, and says how that ended, killed by a signal too."""
    text, streams, _flags, _address = socket.recv_fds(asking, LONGEST, len(STREAMS))
    if not (running := os.fork()):
        for stream, given in zip(STREAMS, streams, strict=True):
            os.dup2(given, stream)
        return become(json.loads(text))
    _pid, status = os.waitpid(running, 0)
    return asking.sendall(str(os.waitstatus_to_exitcode(status)).encode())


def become(arguments: list[str]) -> None:
    """As `python ARGUMENTS`: what it raises ends this process, as it would end that one."""
    if arguments[0] == "-m":
        sys.argv = arguments[1:]
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv, sys.path[0] = arguments, os.path.dirname(arguments[0])
        runpy.run_path(arguments[0], run_name="__main__")


if __name__ == "__main__":
    if sys.argv[2:]:
        sys.exit(ask(sys.argv[1], sys.argv[2:]))
    serve(sys.argv[1])
