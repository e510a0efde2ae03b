"""How a process that nothing keeps running is begun again, as a line for a shell: its own command line, or
what a Redis server answers."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from .captures import without_secrets
from .redaction import redact

SECRET = (
    "Its command line has a secret, which is left out here: it cannot be pasted as it is. Its user sees all "
    "of it with ps -ww."
)
TITLE = "It shows a title in place of its command line: how it was started is not seen from here."
OWN = "Its start is its own command line; what its shell had set (environment) is not repeated."
# Of a Redis server, which is asked because it shows a title.
_ASKED = {
    OWN: "It shows a title in place of its command line: its start is made of what it answered (its file, or "
    "the options that matter), and what else it was begun with is not repeated.",
    SECRET: "Its start has a secret, such as its password, which is left out here: it cannot be pasted as it "
    "is. It shows a title in place of its command line, so ps does not have the secret: its password is what "
    "CONFIG GET requirepass answers in redis-cli.",
}
REDIS_OPTIONS = (
    *("bind", "port", "unixsocket", "dir", "dbfilename"),
    *("appendonly", "appendfilename", "appenddirname", "maxmemory", "maxmemory-policy"),
)
_ASSIGNMENT = re.compile(r"\w+=")
_LISTENS = re.compile(r"(\S*:\d+|unixsocket:\S+)")


@dataclass(frozen=True)
class Start:
    """`line` is what is pasted; `why` says where it is from, or why there is none and it is empty."""

    line: str = ""
    why: str = TITLE


NOT_SEEN = Start()


def shown(text: str) -> str:
    """A command line without its secrets."""
    return without_secrets(redact(text))


def has_secret(text: str) -> bool:
    """Whether a command line can be shown to nobody as it is."""
    return shown(text) != text or "***" in text


def start(arguments: Sequence[str], program: str = "", folder: str = "") -> Start:
    """The arguments of a process as one line for a shell. `program` is its file, which a bare name is made to
    name (the PATH of who pastes may be another); `folder` where it runs, empty where that is hidden."""
    if not arguments or _is_title(arguments):
        return NOT_SEEN
    if has_secret(" ".join(arguments)):
        return Start(why=SECRET)
    is_its_file = program.rpartition("/")[2] == arguments[0]
    line = shlex.join([program if is_its_file else arguments[0], *arguments[1:]])
    return Start(in_background(line, folder), OWN)


def asked(arguments: Sequence[str], folder: str = "") -> Start:
    """The same of arguments that are made of what a Redis server answered; none where it did not."""
    found = start(arguments, folder=folder)
    return replace(found, why=_ASKED.get(found.why, found.why))


def redis_options(settings: Mapping[str, str]) -> list[str]:
    """The options that start a Redis server as its settings are; those that its version does not have are
    left out, and "***" stands for its password."""
    found: list[str] = []
    for name in REDIS_OPTIONS:
        if value := settings.get(name):
            found += [f"--{name}", *(value.split() if name == "bind" else [value])]
    saves = settings.get("save", "").split()
    pairs = zip(saves[::2], saves[1::2], strict=False)
    found += [part for pair in pairs for part in ("--save", *pair)] or ["--save", ""]
    return [*found, "--requirepass", "***"] if settings.get("requirepass") else found


def in_background(command: str, folder: str) -> str:
    """It goes on when the shell is closed; what it prints goes into nohup.out of the folder."""
    place = f"cd {shlex.quote(folder)} && exec " if folder else ""
    program = f"env {command}" if _ASSIGNMENT.match(command) else command
    return f"({place}nohup {program} &)"


def by_hand(pids: Iterable[int], lines: Sequence[str]) -> dict[str, str]:
    """Commands by verb. A restart waits until the old ones are gone: two would fight for a port or files."""
    all_of_them, begin = " ".join(map(str, pids)), " && ".join(lines)
    stop = f"kill {all_of_them}"
    gone = f"while kill -0 {all_of_them} 2>/dev/null; do sleep 1; done"
    return {"restart": f"{stop} && {gone} && {begin}", "stop": stop, "start": begin}


def _is_title(arguments: Sequence[str]) -> bool:
    """As gunicorn, nginx (“nginx: master process”) and Redis (“redis-server *:6379”) write over theirs."""
    program, *rest = arguments
    is_redis = program.rpartition("/")[2] == "redis-server" and rest
    return program.endswith(":") or " " in program or bool(is_redis and _LISTENS.fullmatch(rest[0]))
