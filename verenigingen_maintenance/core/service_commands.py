"""The exact commands that restart, stop and start each service of this host, and how sure that is.

Nothing here runs any of them: what an app restarts it cannot watch.
"""

from __future__ import annotations

import configparser
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .service_processes import DEFAULT_REDIS, Bench, Process, Service

SEEN, CONFIGURED, GUESS, UNKNOWN = "Seen", "Configured", "Guess", "Unknown"
SUDO = "a user with sudo"
VERBS = ("restart", "stop", "start")
_STATUS = re.compile(
    r"(?P<name>\S+)\s+(?P<state>RUNNING|STARTING|STOPPED|STOPPING|BACKOFF|EXITED|FATAL|UNKNOWN)\b"
    r"(?:\s+pid (?P<pid>\d+))?"
)
_PROGRAMS = {
    Service.WEB: r"-frappe-web",
    Service.WORKERS: r"-[\w-]*worker(-\d+|@\d+)?",
    Service.SCHEDULER: r"-frappe-schedule",
    Service.SOCKETIO: r"-node-socketio",
    Service.REDIS_CACHE: r"-redis-cache",
    Service.REDIS_QUEUE: r"-redis-queue",
}
_UNITS = {
    Service.DATABASE: r"(mariadb|mysql|mysqld)(@[\w.-]+)?",
    Service.PROXY: r"nginx",
    Service.REDIS_CACHE: r"redis(-server)?(@[\w.-]+)?",
    Service.REDIS_QUEUE: r"redis(-server)?(@[\w.-]+)?",
}
_SINGLE = frozenset({Service.DATABASE, Service.PROXY})
_SEVERAL = "Several run on this host: look which one this site uses before you touch one."
_PROCFILE = {
    Service.WEB: "web",
    Service.WORKERS: "worker",
    Service.SCHEDULER: "schedule",
    Service.SOCKETIO: "socketio",
    Service.REDIS_CACHE: "redis_cache",
    Service.REDIS_QUEUE: "redis_queue",
}


@dataclass(frozen=True)
class Unit:
    """A systemd unit as systemctl lists it; `state` such as "active running"."""

    name: str
    state: str
    is_user: bool = False


@dataclass(frozen=True)
class Facts:
    """What was found on this host. `status` is None where supervisor does not tell this user, and `programs`
    then comes from its configuration; `hosts` has the services that are elsewhere."""

    bench: Bench
    processes: Mapping[Service, Sequence[Process]] = field(default_factory=dict)
    hosts: Mapping[Service, str] = field(default_factory=dict)
    has_supervisor: bool = False
    status: Mapping[str, str] | None = None
    programs: Sequence[str] = ()
    units: Sequence[Unit] = ()
    procfile: frozenset[str] = frozenset()
    is_container: bool = False


@dataclass(frozen=True)
class Way:
    """How a service runs here, and the commands (empty where there is none) for whom; `sure` is Seen (of the
    process that runs), Configured, Guess or Unknown."""

    service: Service
    how: str
    sure: str
    why: str
    as_user: str = ""
    commands: Mapping[str, str] = field(default_factory=dict)


# --- what programs print


def supervisor_status(text: str) -> dict[str, str] | None:
    """Programs and their states from `supervisorctl status`; None where it printed an error instead."""
    found = [match for line in text.splitlines() if (match := _STATUS.match(line.strip()))]
    return {match["name"]: match["state"] for match in found} or None


def supervisor_programs(text: str) -> list[str]:
    """The processes that a supervisor.conf defines, as supervisorctl calls them: group:program-0."""
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return []
    groups: dict[str, str] = {}
    for section in parser.sections():
        if section.startswith("group:"):
            members = parser.get(section, "programs", fallback="").split(",")
            groups |= {each.strip(): section.removeprefix("group:") for each in members}
    names = [each.removeprefix("program:") for each in parser.sections() if each.startswith("program:")]
    return [each for name in names for each in _processes_of(parser, name, groups.get(name, ""))]


def _processes_of(parser: configparser.RawConfigParser, name: str, group: str) -> list[str]:
    section = f"program:{name}"
    count = parser.get(section, "numprocs", fallback="1")
    pattern = parser.get(section, "process_name", fallback="%(program_name)s")
    numbers = range(min(int(count), 50)) if count.isdecimal() else range(1)
    each = [
        pattern.replace("%(program_name)s", name).replace("%(process_num)d", str(number))
        for number in numbers
    ]
    prefix = f"{group or name}:" if group or len(each) > 1 else ""
    return list(dict.fromkeys(f"{prefix}{one}" for one in each))


def systemd_units(text: str, is_user: bool = False) -> list[Unit]:
    """Units from `systemctl list-units --plain --no-legend`, without those whose file is not there."""
    rows = [re.sub(r"^[●*\s]+", "", line).split(None, 4) for line in text.splitlines()]
    return [
        Unit(row[0], f"{row[2]} {row[3]}", is_user)
        for row in rows
        if len(row) >= 4 and row[0].endswith(".service") and row[1] != "not-found"
    ]


def procfile_names(text: str) -> frozenset[str]:
    """The names of the processes of a Procfile."""
    return frozenset(re.findall(r"^([\w-]+):", text, re.M))


# --- how each runs


def ways(facts: Facts) -> list[Way]:
    """How each service of this bench is restarted on this host."""
    return [_way(service, facts) for service in Service]


def _way(service: Service, facts: Facts) -> Way:
    if host := facts.hosts.get(service):
        return Way(service, "Another Host", CONFIGURED, f"It is on {host}: restart it there.")
    finders = (_by_supervisor, _by_unit, _by_honcho, _by_unit_name, _by_procfile, _by_hand)
    found = next((way for finder in finders if (way := finder(service, facts))), None)
    return found or _nowhere(service, facts)


def _by_unit(service: Service, facts: Facts) -> Way | None:
    """The unit that the running processes belong to."""
    units = {(each.unit, each.is_user_unit) for each in _seen(service, facts) if each.unit}
    if not units:
        return None
    names, is_user = sorted(name for name, _is_user in units), any(is_user for _name, is_user in units)
    return _systemd(service, names, is_user, SEEN, f"Its processes belong to {', '.join(names)}.", facts)


def _by_unit_name(service: Service, facts: Facts) -> Way | None:
    """Units that are called as bench, or the distribution, calls them, where no process is seen. Redis of the
    distribution is this bench's where it has the port of the distribution."""
    if _seen(service, facts):
        return None
    own = [each for each in facts.units if _is_program(service, each.name.removesuffix(".service"), facts)]
    pattern = None if _has_own_port(service, facts) else _UNITS.get(service)
    others = [
        each for each in facts.units if pattern and re.fullmatch(pattern, each.name[: -len(".service")])
    ]
    found = own or others
    if not found:
        return None
    told = ", ".join(f"{each.name} ({each.state})" for each in found)
    names, is_user = [each.name for each in found], any(each.is_user for each in found)
    sure = CONFIGURED if own or len(found) == 1 else GUESS
    return _systemd(service, names, is_user, sure, f"No process is seen; systemd has {told}.", facts)


def _systemd(service: Service, names: list[str], is_user: bool, sure: str, why: str, facts: Facts) -> Way:
    if service in _SINGLE and len(names) > 1:
        return Way(service, "systemd", GUESS, f"{why} {_SEVERAL}", SUDO)
    prefix = "systemctl --user" if is_user else "sudo systemctl"
    as_user = facts.bench.user if is_user else SUDO
    return Way(service, "systemd", sure, why, as_user, _commands(prefix, names))


def _by_supervisor(service: Service, facts: Facts) -> Way | None:
    seen = _seen(service, facts)
    is_below = any(each.below("supervisord") for each in seen)
    if seen and not is_below:
        return None
    listed = facts.status if facts.status is not None else facts.programs if facts.has_supervisor else ()
    names = [each for each in listed if _is_program(service, each.rpartition(":")[2], facts)]
    if not names:
        why = "It runs under supervisor, which does not tell this user: see sudo supervisorctl status."
        return Way(service, "supervisor", GUESS, why, SUDO) if is_below else None
    if facts.status is not None:
        told = ", ".join(f"{each} ({facts.status[each]})" for each in names)
        return _supervised(service, names, SEEN, f"supervisorctl lists {told}.", facts)
    sure = SEEN if is_below else CONFIGURED
    why = "config/supervisor.conf of this bench names them; supervisorctl does not tell this user."
    return _supervised(service, names, sure, why, facts)


def _supervised(service: Service, names: list[str], sure: str, why: str, facts: Facts) -> Way:
    is_told = facts.status is not None
    prefix, as_user = ("supervisorctl", facts.bench.user) if is_told else ("sudo supervisorctl", SUDO)
    return Way(service, "supervisor", sure, why, as_user, _commands(prefix, names))


def _by_honcho(service: Service, facts: Facts) -> Way | None:
    above = next((found for each in _seen(service, facts) if (found := each.below("honcho"))), None)
    if above is None:
        return None
    why = (
        "It runs under bench start, which ends and starts all of its processes together: this one alone "
        "cannot be restarted."
    )
    start = f"cd {shlex.quote(facts.bench.path)} && bench start"
    stop = f"kill -INT {above.pid}"
    commands = {"restart": f"{stop}; sleep 5; {start}", "stop": stop, "start": start}
    return Way(service, "bench start", SEEN, why, facts.bench.user, commands)


def _by_procfile(service: Service, facts: Facts) -> Way | None:
    """Nothing runs, nothing else is configured, and there is a Procfile: a bench of a developer."""
    if _seen(service, facts) or facts.has_supervisor or _PROCFILE.get(service) not in facts.procfile:
        return None
    start = f"cd {shlex.quote(facts.bench.path)} && bench start"
    why = "No process is seen, and neither supervisor nor systemd has it; the Procfile of this bench does."
    return Way(service, "bench start", GUESS, why, facts.bench.user, {"start": start})


def _by_hand(service: Service, facts: Facts) -> Way | None:
    seen = _seen(service, facts)
    if not seen:
        return None
    pids = " ".join(str(each.pid) for each in seen)
    started = "; ".join(f"{each.pid}: {each.command[:200]}" for each in seen[:3])
    users = ", ".join(sorted({each.user for each in seen}))
    why = f"Neither supervisor, systemd nor bench start keeps it running. Start it as it was ({started})."
    if service in _SINGLE and len(seen) > 1:
        return Way(service, "By Hand", UNKNOWN, f"{why} {_SEVERAL}", users)
    return Way(service, "By Hand", UNKNOWN, why, users, {"stop": f"kill {pids}"})


def _nowhere(service: Service, facts: Facts) -> Way:
    if facts.is_container:
        why = "This is a container, and it is not in it: restart its container on the host of the containers."
        return Way(service, "Container", GUESS, why)
    why = "No process, no program of supervisor and no unit of systemd was found that is this service."
    return Way(service, "None Found", UNKNOWN, why)


def _has_own_port(service: Service, facts: Facts) -> bool:
    ports = {Service.REDIS_CACHE: facts.bench.cache_port, Service.REDIS_QUEUE: facts.bench.queue_port}
    return ports.get(service, DEFAULT_REDIS) != DEFAULT_REDIS


def _seen(service: Service, facts: Facts) -> Sequence[Process]:
    return facts.processes.get(service, ())


def _is_program(service: Service, name: str, facts: Facts) -> bool:
    pattern = _PROGRAMS.get(service)
    return bool(pattern and re.fullmatch(re.escape(facts.bench.name) + pattern, name))


def _commands(prefix: str, names: Iterable[str]) -> dict[str, str]:
    quoted = " ".join(shlex.quote(each) for each in names)
    return {verb: f"{prefix} {verb} {quoted}" for verb in VERBS}
