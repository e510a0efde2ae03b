"""What supervisor, systemd and a Procfile say they run, read from what they print."""

from __future__ import annotations

import configparser
import re
from dataclasses import dataclass

_STATUS = re.compile(
    r"(?P<name>\S+)\s+(?P<state>RUNNING|STARTING|STOPPED|STOPPING|BACKOFF|EXITED|FATAL|UNKNOWN)\b"
    r"(?:\s+pid (?P<pid>\d+))?"
)


@dataclass(frozen=True)
class Unit:
    """A systemd unit as systemctl lists it; `state` such as "active running"."""

    name: str
    state: str
    is_user: bool = False


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


def procfile_commands(text: str) -> dict[str, str]:
    """The commands of a Procfile by name."""
    return dict(re.findall(r"^([\w-]+):[ \t]*(.*)$", text, re.M))
