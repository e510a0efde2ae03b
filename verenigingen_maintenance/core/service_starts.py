"""How a process that nothing keeps running is begun again: its own command line, as a shell takes it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .captures import without_secrets
from .redaction import redact

SECRET = (
    "Its command line has a secret, which is left out here: it cannot be pasted as it is. Its user sees all "
    "of it with ps -ww."
)
TITLE = "It shows a title in place of its command line: how it was started is not seen from here."
_ASSIGNMENT = re.compile(r"\w+=")
_LISTENS = re.compile(r"(\S*:\d+|unixsocket:\S+)")


@dataclass(frozen=True)
class Start:
    """`line` is what is pasted; empty where there is none, and `why_not` says why."""

    line: str = ""
    why_not: str = TITLE


NOT_SEEN = Start()


def shown(text: str) -> str:
    """A command line without its secrets."""
    return without_secrets(redact(text))


def start(arguments: Sequence[str], program: str = "", folder: str = "") -> Start:
    """The arguments of a process as one line for a shell. `program` is its file, which a bare name is made to
    name (the PATH of who pastes may be another); `folder` where it runs, empty where that is hidden."""
    text = " ".join(arguments)
    if not arguments or _is_title(arguments):
        return NOT_SEEN
    if shown(text) != text or "***" in text:
        return Start(why_not=SECRET)
    is_its_file = program.rpartition("/")[2] == arguments[0]
    return Start(
        in_background(shlex.join([program if is_its_file else arguments[0], *arguments[1:]]), folder), ""
    )


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
