"""The exact commands that restart, stop and start each service of this host, and how sure that is.

Nothing here runs any of them: what an app restarts it cannot watch.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .service_listings import Unit
from .service_processes import DEFAULT_REDIS, Bench, Process, Service
from .service_starts import by_hand, has_secret, in_background, shown

SEEN, CONFIGURED, GUESS, UNKNOWN = "Seen", "Configured", "Guess", "Unknown"
BENCH_START, BY_HAND, NONE = "bench start", "By Hand", "None Found"
SUDO = "a user with sudo"
VERBS = ("restart", "stop", "start")
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
_ONE_REDIS = (
    "Redis Cache and Redis Queue are one process here: whoever stops it stops both, and the jobs that are "
    "queued go too, unless Redis saves them to disk."
)
_NO_KEEPER = "Neither supervisor, systemd nor bench start keeps it running."
_ALONE = {
    False: "this begins it alone.",
    True: "begin its line alone, which has a secret and is left out here: the Procfile has it.",
}
_KEEPERS = ("supervisor", "systemd")
_PROCFILE = {
    Service.WEB: "web",
    Service.WORKERS: "worker",
    Service.SCHEDULER: "schedule",
    Service.SOCKETIO: "socketio",
    Service.REDIS_CACHE: "redis_cache",
    Service.REDIS_QUEUE: "redis_queue",
}


@dataclass(frozen=True)
class Facts:
    """What was found on this host. `status` is None where supervisor does not tell this user, and `programs`
    then comes from its configuration; `hosts` has the services that are elsewhere, `procfile` commands by
    name, and `kept` what `lasting` made of an earlier look."""

    bench: Bench
    processes: Mapping[Service, Sequence[Process]] = field(default_factory=dict)
    hosts: Mapping[Service, str] = field(default_factory=dict)
    has_supervisor: bool = False
    status: Mapping[str, str] | None = None
    programs: Sequence[str] = ()
    units: Sequence[Unit] = ()
    procfile: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    is_container: bool = False


@dataclass(frozen=True)
class Way:
    """How a service runs here, and the commands (empty where there is none) for whom; `sure` is Seen (of a
    process that runs, or ran), Configured, Guess or Unknown."""

    service: Service
    how: str
    sure: str
    why: str
    as_user: str = ""
    commands: Mapping[str, str] = field(default_factory=dict)


# --- how each runs


def ways(facts: Facts) -> list[Way]:
    """How each service of this bench is restarted on this host."""
    return [_way(service, facts) for service in Service]


def lasting(found: Iterable[Way], kept: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """What can be kept for when nothing answers, by service: {how, sure, as_user, restart, start, why}. A
    process id is of no use then. What is not found any more, does not tell its start just now, or is a guess
    is as it was `kept`."""
    new = {way.service.value: _lasting(way) for way in found if _may_be_kept(way, kept)}
    return {name: dict(each) for name, each in {**kept, **new}.items()}


def _may_be_kept(way: Way, kept: Mapping[str, Mapping[str, str]]) -> bool:
    is_silent = way.sure == UNKNOWN and bool(kept.get(way.service.value, {}).get("start"))
    return not (is_silent or way.sure == GUESS or way.how == NONE)


def _lasting(way: Way) -> dict[str, str]:
    verbs = ("restart", "start") if way.how in _KEEPERS else ("start",)
    commands = {verb: way.commands.get(verb, "") for verb in verbs}
    why = "" if any(commands.values()) else way.why
    return {"how": way.how, "sure": way.sure, "as_user": way.as_user, "restart": "", **commands, "why": why}


def _way(service: Service, facts: Facts) -> Way:
    way = _found(service, facts)
    is_one = facts.bench.cache_port == facts.bench.queue_port and service not in facts.hosts
    is_redis = service in (Service.REDIS_CACHE, Service.REDIS_QUEUE)
    return replace(way, why=f"{way.why} {_ONE_REDIS}") if is_redis and is_one else way


def _found(service: Service, facts: Facts) -> Way:
    if host := facts.hosts.get(service):
        return Way(service, "Another Host", CONFIGURED, f"It is on {host}: restart it there.")
    finders = (_by_supervisor, _by_unit, _by_honcho, _by_unit_name, _as_kept, _by_procfile, _by_hand)
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
        "cannot be restarted. Start it only once it has ended."
    )
    start = f"cd {shlex.quote(facts.bench.path)} && bench start"
    stop = f"kill -INT {above.pid}"
    commands = {"restart": f"{stop}; sleep 5; {start}", "stop": stop, "start": start}
    return Way(service, BENCH_START, SEEN, why, facts.bench.user, commands)


def _as_kept(service: Service, facts: Facts) -> Way | None:
    """Nothing of it is seen now: as it ran when it was seen last."""
    kept = facts.kept.get(service.value)
    if (
        _seen(service, facts)
        or not kept
        or not kept["start"]
        or (kept["how"] == BENCH_START and _runs(facts))
    ):
        return None
    commands = {verb: kept[verb] for verb in ("restart", "start") if kept[verb]}
    was = "it was configured" if kept["sure"] == CONFIGURED else "it ran when it was seen last"
    why = f"No process is seen. This is how {was}."
    return Way(service, kept["how"], kept["sure"], why, kept["as_user"], commands)


def _by_procfile(service: Service, facts: Facts) -> Way | None:
    """Nothing of it runs, nothing else is configured, and there is a Procfile: a bench of a developer."""
    command = facts.procfile.get(_PROCFILE.get(service, ""))
    if _seen(service, facts) or facts.has_supervisor or not command:
        return None
    why = "No process is seen, and neither supervisor nor systemd has it; the Procfile of this bench does."
    start = f"cd {shlex.quote(facts.bench.path)} && bench start"
    if _runs(facts):
        why = f"{why} bench start would begin a second time what runs: {_ALONE[has_secret(command)]}"
        start = "" if has_secret(command) else in_background(command, facts.bench.path)
    return Way(service, BENCH_START, GUESS, why, facts.bench.user, {"start": start} if start else {})


def _runs(facts: Facts) -> bool:
    """Whether anything that bench start begins is there already."""
    return any(_seen(each, facts) for each in _PROCFILE if each not in _UNITS or _has_own_port(each, facts))


def _by_hand(service: Service, facts: Facts) -> Way | None:
    """Nothing is stopped that could not be started again."""
    seen = _seen(service, facts)
    if not seen:
        return None
    users = ", ".join(sorted({each.user for each in seen}))
    if service in _SINGLE and len(seen) > 1:
        return Way(service, BY_HAND, UNKNOWN, f"{_NO_KEEPER} {_SEVERAL}", users)
    if hidden := next((each for each in seen if not each.start.line), None):
        return Way(service, BY_HAND, UNKNOWN, f"{_NO_KEEPER} {_why_hidden(hidden)}", users)
    commands = by_hand([each.pid for each in seen], [each.start.line for each in seen])
    return Way(service, BY_HAND, SEEN, f"{_NO_KEEPER} {_why_seen(seen)}", users, commands)


def _why_hidden(process: Process) -> str:
    place = f"cd {shlex.quote(process.cwd)} && " if process.cwd else ""
    return f"{process.start.why} It shows: {place}{shown(process.command)}"


def _why_seen(seen: Sequence[Process]) -> str:
    """From where their starts are, each such reason once."""
    whys = list(dict.fromkeys(each.start.why for each in seen))
    if any(not each.cwd for each in seen):
        whys.append("The folder that it runs in is hidden from this user.")
    return " ".join(whys)


def _nowhere(service: Service, facts: Facts) -> Way:
    if facts.is_container:
        why = "This is a container, and it is not in it: restart its container on the host of the containers."
        return Way(service, "Container", GUESS, why)
    why = "No process, no program of supervisor and no unit of systemd was found that is this service."
    return Way(service, NONE, UNKNOWN, why)


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
