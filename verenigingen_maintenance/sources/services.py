"""How this host runs the processes of the bench: processes, supervisor, systemd, Procfile. Restarts nothing.

Each program that is asked answers within seconds or is left out, none gets a shell or a password.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import frappe
import psutil

from verenigingen_maintenance.core.redaction import redact
from verenigingen_maintenance.core.service_commands import Facts
from verenigingen_maintenance.core.service_listings import (
    Unit,
    procfile_commands,
    supervisor_programs,
    supervisor_status,
    systemd_units,
)
from verenigingen_maintenance.core.service_processes import (
    DEFAULT_REDIS,
    Ancestor,
    Bench,
    Process,
    Service,
    by_service,
    service_of,
    unit_of,
)
from verenigingen_maintenance.core.service_starts import NOT_SEEN, asked, shown, start
from verenigingen_maintenance.sources import clock, redis_starts
from verenigingen_maintenance.sources.host import is_this

SECONDS = 3
REDIS = {Service.REDIS_CACHE: "redis_cache", Service.REDIS_QUEUE: "redis_queue"}
MOST_TEXT = 200_000
DEFAULT_MARIADB = 3306
LONGEST_COMMAND = 400
FIELDS = ["pid", "ppid", "name", "cmdline", "username", "create_time", "cwd", "exe"]
LIST = ("list-units", "--type=service", "--all", "--plain", "--no-legend", "--no-pager", "--full")
OTHERS = ("mariadb*", "mysql*", "redis*", "nginx*")


def facts() -> Facts:
    """What this host shows of the services of its bench."""
    bench = _bench()
    program = shutil.which("supervisorctl")
    return Facts(
        bench=bench,
        processes=_with_redis_starts(processes()),
        hosts=_elsewhere(),
        has_supervisor=program is not None,
        status=supervisor_status(_asked([program, "status"])) if program else None,
        programs=supervisor_programs(_text(Path(bench.path, "config", "supervisor.conf"))),
        units=_units(bench),
        procfile=procfile_commands(_text(Path(bench.path, "Procfile"))),
        is_container=Path("/.dockerenv").exists() or Path("/run/.containerenv").exists(),
    )


def processes() -> dict[Service, list[Process]]:
    """The processes of this bench's services that this user sees here, by service."""
    bench, found = _bench(), {}
    for process in psutil.process_iter(FIELDS):
        found[process.info["pid"]] = process.info
    candidates = [_process(each, found) for each in found.values() if each["cmdline"]]
    return by_service([_with_unit(each) for each in candidates if service_of(each, bench)], bench)


def seen(service: Service) -> list[dict[str, Any]] | None:
    """The processes of a service as {pid, started, command}; None where it is on another host."""
    if service in _elsewhere():
        return None
    return [described(each) for each in processes().get(service, [])]


def described(process: Process) -> dict[str, Any]:
    """A process for people; its start is to the hundredth of a second, as two may follow fast."""
    started = process.started.astimezone(clock.zone()).isoformat(timespec="milliseconds")
    return {"pid": process.pid, "started": started, "command": process.command[:LONGEST_COMMAND]}


def _with_redis_starts(found: dict[Service, list[Process]]) -> dict[Service, list[Process]]:
    """Redis writes a title over its command line, so it is asked how it was started."""
    for service, key in REDIS.items():
        found[service] = [_with_redis_start(each, key) for each in found.get(service, [])]
    return found


def _with_redis_start(process: Process, key: str) -> Process:
    if process.start != NOT_SEEN:
        return process
    return replace(process, start=asked(redis_starts.arguments(key, process.program), process.cwd))


def _process(info: dict[str, Any], all_of_them: dict[int, dict[str, Any]]) -> Process:
    return Process(
        **{"pid": info["pid"], "parent": info["ppid"] or 0, "name": info["name"] or ""},
        **{"command": shown(_command(info)), "user": info["username"] or "", "cwd": info["cwd"] or ""},
        started=datetime.fromtimestamp(info["create_time"], timezone.utc),
        start=start(info["cmdline"], info["exe"] or "", info["cwd"] or ""),
        ancestors=tuple(_above(info, all_of_them)),
    )


def _above(info: dict[str, Any], all_of_them: dict[int, dict[str, Any]]) -> Iterable[Ancestor]:
    passed = {info["pid"]}
    while (info := all_of_them.get(info["ppid"])) and info["pid"] not in passed:  # type: ignore[assignment]
        passed.add(info["pid"])
        yield Ancestor(info["pid"], redact(_command(info)))


def _command(info: dict[str, Any]) -> str:
    return " ".join(each for each in info["cmdline"] or [info["name"] or ""] if each)


def _with_unit(process: Process) -> Process:
    name, is_user = unit_of(_text(Path(f"/proc/{process.pid}/cgroup")))
    return replace(process, unit=name, is_user_unit=is_user)


def _bench() -> Bench:
    path = os.path.dirname(os.path.realpath(frappe.local.sites_path))
    owner = os.stat(path).st_uid
    try:
        user = pwd.getpwuid(owner).pw_name
    except KeyError:
        user = f"uid {owner}"
    ports = (_redis(key).port or DEFAULT_REDIS for key in REDIS.values())
    database_port = 0 if frappe.conf.db_socket else int(frappe.conf.db_port or DEFAULT_MARIADB)
    return Bench(path, os.path.basename(path), user, *ports, database_port)


def _redis(key: str) -> Any:
    return urlsplit(str(frappe.conf.get(key) or ""))


def _elsewhere() -> dict[Service, str]:
    """Services that the site's config says are on another host."""
    hosts = {
        Service.DATABASE: "" if frappe.conf.db_socket else str(frappe.conf.db_host or ""),
        Service.REDIS_CACHE: _redis("redis_cache").hostname or "",
        Service.REDIS_QUEUE: _redis("redis_queue").hostname or "",
    }
    return {service: host for service, host in hosts.items() if not is_this(host)}


def _units(bench: Bench) -> list[Unit]:
    program = shutil.which("systemctl")
    if program is None:
        return []
    system = _asked([program, *LIST, *OTHERS, f"{bench.name}-*"])
    of_user = _asked([program, "--user", *LIST, f"{bench.name}-*"])
    return [*systemd_units(system), *systemd_units(of_user, is_user=True)]


def _asked(command: list[str]) -> str:
    """What a program prints; empty where it cannot be run or takes too long: then nothing is known of it."""
    options = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True, "timeout": SECONDS}
    try:
        done = subprocess.run(command, env={**os.environ, "LC_ALL": "C"}, check=False, **options)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return str(done.stdout)[:MOST_TEXT]


def _text(path: Path) -> str:
    """What a file says; empty where it is not there, or not this user's to read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")[:MOST_TEXT]
    except OSError:
        return ""
