"""What a shell prints when the database is gone: how it is started here, the steps, and whom to call."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .service_processes import Service
from .shell_lines import prompted

WIDTH = 100
FIRST = Service.DATABASE.value
# What an emergency restarts, and in this order: each needs those before it.
NEXT = tuple(
    each.value
    for each in (Service.REDIS_CACHE, Service.REDIS_QUEUE, Service.WEB, Service.WORKERS, Service.SCHEDULER)
)
NOT_KEPT = "How this host runs it was never seen: it is started the way it was started before."
BEFORE = "Is there room on the disk (df -h), and what does its error log say? All sites on it are cut off."
_OF_ANY_HOST = re.compile(
    r"^(?P<indent>[ \t]*)(sudo )?"
    r"(service (mariadb|mysql) restart|systemctl restart (mariadb|mysql)(\.service)?)[ \t\r]*$",
    re.M,
)


@dataclass(frozen=True)
class Sheet:
    """`procedures` by name: tasks, each with `group`, `title`, `instructions`, `command`. `call` are lines.
    `services` by name, as core.service_commands.lasting makes them. `kept_at` is when it was written down;
    empty for that of the app, which knows nobody of this site."""

    procedures: Mapping[str, Sequence[Mapping[str, Any]]]
    call: Sequence[str] = ()
    kept_at: str = ""
    services: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def as_text(sheet: Sheet, procedure: str, kept_in: str) -> str:
    """`kept_in` is the file that has what people write meanwhile; empty where nothing was written."""
    known = procedure if procedure in sheet.procedures else next(iter(sheet.procedures))
    written = [_kept(kept_in), ""] if kept_in else []
    return "\n".join(
        [
            *written,
            *("First the database:", *_service(FIRST, sheet), f"   {BEFORE}"),
            *("", "Then what does not run of these:"),
            *_others(sheet),
            *("", "Whom to call:", *_call(sheet)),
            *("", f"{known}, step by step:", *_steps(sheet, sheet.procedures[known])),
            *("", "How the database is started stands above the steps."),
        ]
    )


def as_note(kept_in: str, see: str) -> str:
    """For what is only written down; `see` is the command that prints the steps."""
    return f"{_kept(kept_in)}\nWhat to do meanwhile: {see}"


def _kept(kept_in: str) -> str:
    return f"What you wrote is kept in {kept_in}, and goes into the incident once the database answers."


def _others(sheet: Sheet) -> list[str]:
    """One process may be two services, and bench start begins all of them: this is told once."""
    lines: list[str] = []
    by_start: dict[str, str] = {}
    for name in NEXT:
        start = sheet.services.get(name, {}).get("start", "")
        first = by_start.setdefault(start, name) if start else name
        lines += _service(name, sheet) if first == name else [f"   {name}: with {first}, by the same command"]
    return lines


def _service(name: str, sheet: Sheet) -> list[str]:
    kept = sheet.services.get(name)
    if not kept:
        return [f"   {name}: {NOT_KEPT}"]
    by = f", as {kept['as_user']}" if kept["as_user"] else ""
    lines = [f"   {name} ({kept['how']}{by})", *_wrapped(kept["why"])]
    verbs = [verb for verb in ("restart", "start") if kept[verb]]
    return [*lines, *(line for verb in verbs for line in prompted(kept[verb], "      "))]


def _call(sheet: Sheet) -> list[str]:
    lines = [f"   {line}" for line in sheet.call] or ["   not known here: this site never wrote it down."]
    return [*lines, f"   (as it was set on {sheet.kept_at})"] if sheet.kept_at else lines


def _steps(sheet: Sheet, tasks: Sequence[Mapping[str, Any]]) -> list[str]:
    lines: list[str] = []
    group = ""
    for number, task in enumerate(tasks, 1):
        if task["group"] != group:
            group = task["group"]
            lines += ["", f"== {group}"]
        lines += ["", f"{number}. {task['title']}", *_wrapped(task.get("instructions") or "")]
        lines += prompted(_command(sheet, task), "      ")
    return lines


def _command(sheet: Sheet, task: Mapping[str, Any]) -> str:
    """Its lines that restart the database of any host give way to how this one does it."""
    command, kept = str(task.get("command") or ""), sheet.services.get(FIRST, {})
    ours = kept.get("restart") or kept.get("start")
    return _OF_ANY_HOST.sub(lambda line: f"{line['indent']}{ours}", command) if ours else command


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="   ", subsequent_indent="   ")
