"""Which process is which service of a bench, what keeps it running, and whether it was really restarted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from .service_starts import NOT_SEEN, Start


class Service(str, Enum):
    """What a bench is made of, in the order in which one looks at it."""

    WEB = "Web Server"
    WORKERS = "Workers"
    SCHEDULER = "Scheduler"
    SOCKETIO = "Socket.IO"
    REDIS_CACHE = "Redis Cache"
    REDIS_QUEUE = "Redis Queue"
    DATABASE = "MariaDB"
    PROXY = "nginx"


@dataclass(frozen=True)
class Ancestor:
    """A process above another one."""

    pid: int
    command: str


@dataclass(frozen=True)
class Process:
    """A process as it is seen; `unit` is the systemd unit it belongs to, `cwd` empty where it is hidden."""

    pid: int
    parent: int
    name: str
    command: str
    user: str
    started: datetime
    cwd: str = ""
    unit: str = ""
    is_user_unit: bool = False
    ancestors: tuple[Ancestor, ...] = ()
    start: Start = NOT_SEEN

    @property
    def program(self) -> str:
        """The first word of its command line; its name where it shows none."""
        return next(iter(self.command.split()), self.name)

    def below(self, name: str) -> Ancestor | None:
        """The nearest process above it whose program is called so, such as supervisord."""
        word = re.compile(rf"(^|[/\s]){re.escape(name)}(\s|$)")
        return next((each for each in self.ancestors if word.search(each.command)), None)


@dataclass(frozen=True)
class Bench:
    """Where it is, whose it is, and the ports of its two Redis servers and its database (0 where they have
    none)."""

    path: str
    name: str
    user: str
    cache_port: int = 0
    queue_port: int = 0
    database_port: int = 0


DEFAULT_REDIS = 6379
_HELPER = re.compile(r"bench_helper\s+frappe\s+(?:--site\s+\S+\s+)?(serve|worker-pool|worker|schedule)\b")
_GUNICORN = re.compile(r"(^|[/\s])gunicorn(:|\s|$)")
_BY_COMMAND = {"serve": Service.WEB, "schedule": Service.SCHEDULER}
_PORT = re.compile(r":(\d{2,5})\b")
_PORT_OPTION = re.compile(r"\s--port[= ](\d+)")
_UNIT = re.compile(r"/([^/\n]+\.service)")
_SHARED_UNITS = re.compile(
    r"(supervisor|supervisord|ssh|sshd|cron|crond|docker|containerd|user@\d+)\.service"
)


def service_of(process: Process, bench: Bench) -> Service | None:
    """Which service of this bench a process is; None where it is none, or another bench's."""
    if process.name in ("mariadbd", "mysqld"):
        return Service.DATABASE if _has_port_of(process, bench) else None
    if process.command.startswith("nginx: master"):
        return Service.PROXY
    if process.name == "redis-server":
        return _redis_of(process, bench)
    return _of_bench(process) if _is_of(process, bench) else None


def _has_port_of(process: Process, bench: Bench) -> bool:
    """Whether a database may be this bench's; most have their port from a file, and name none."""
    named = _PORT_OPTION.search(process.command)
    return not (named and bench.database_port) or int(named[1]) == bench.database_port


def _redis_of(process: Process, bench: Bench) -> Service | None:
    ports = {int(each) for each in _PORT.findall(process.command)}
    if bench.cache_port in ports:
        return Service.REDIS_CACHE
    return Service.REDIS_QUEUE if bench.queue_port in ports else None


def _is_of(process: Process, bench: Bench) -> bool:
    path = re.compile(rf"(^|[\s=]){re.escape(bench.path)}(/|\s|$)")
    return bool(path.search(process.command) or path.search(process.cwd))


def _of_bench(process: Process) -> Service | None:
    if _GUNICORN.search(process.command):
        return Service.WEB
    if "socketio.js" in process.command:
        return Service.SOCKETIO
    found = _HELPER.search(process.command)
    return _BY_COMMAND.get(found[1], Service.WORKERS) if found else None


def by_service(processes: Iterable[Process], bench: Bench) -> dict[Service, list[Process]]:
    """The processes of each service that is seen, without those that one of the same service started."""
    found: dict[Service, dict[int, Process]] = {}
    for process in processes:
        if service := service_of(process, bench):
            found.setdefault(service, {})[process.pid] = process
    if bench.cache_port == bench.queue_port and Service.REDIS_CACHE in found:
        found[Service.REDIS_QUEUE] = found[Service.REDIS_CACHE]
    return {
        service: [each for each in ones.values() if each.parent not in ones]
        for service, ones in found.items()
    }


def unit_of(cgroups: str) -> tuple[str, bool]:
    """The systemd unit that /proc/PID/cgroup names, and whether it is a user's; ("", False) for one that
    other programs share, such as supervisor's own."""
    units = _UNIT.findall(cgroups)
    if not units or _SHARED_UNITS.fullmatch(units[-1]):
        return "", False
    return units[-1], any(each.startswith("user@") for each in units[:-1])


@dataclass(frozen=True)
class Proof:
    """Whether a service was restarted, as far as its processes say: None where that cannot be said."""

    restarted: bool | None
    text: str


Seen = Sequence[Mapping[str, object]]


def proof(before: Seen | None, after: Seen | None) -> Proof:
    """Compares the processes {pid, started} of a service before and after; None where they were not read."""
    if not after:
        told = "No process of it is seen from here"
        return Proof(False, f"{told}: it does not run.") if before else Proof(None, f"{told}.")
    now = ", ".join(f"{each['pid']} since {each['started']}" for each in after)
    if before is None:
        return Proof(None, f"It runs: {now}. What ran before was not read.")
    if not before:
        return Proof(True, f"It did not run before; now: {now}.")
    was, are = ({(each["pid"], each["started"]) for each in ones} for ones in (before, after))
    if not was & are and len(are) < len(was):
        told = f"{len(was)} of its processes ran before, now {len(are)}"
        return Proof(False, f"Restarted in part: {told} ({now}).")
    if not was & are:
        return Proof(True, f"Restarted: all of its processes are new ({now}).")
    if was == are:
        return Proof(False, f"Not restarted: the same processes run ({now}).")
    return Proof(
        False, f"Restarted in part: {len(was & are)} of its processes are the same as before ({now})."
    )
