"""What a shell prints when the database is gone: the steps of the procedure, and whom to call."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH = 100


@dataclass(frozen=True)
class Sheet:
    """`procedures` by name: tasks, each with `group`, `title`, `instructions`, `command`. `call` are lines.
    `kept_at` is when it was written down; empty for that of the app, which knows nobody of this site."""

    procedures: Mapping[str, Sequence[Mapping[str, Any]]]
    call: Sequence[str] = ()
    kept_at: str = ""


def as_text(sheet: Sheet, procedure: str, kept_in: str) -> str:
    """`kept_in` is the file that has what people write meanwhile; empty where nothing was written."""
    known = procedure if procedure in sheet.procedures else next(iter(sheet.procedures))
    lines = [f"{known}, step by step:", *_steps(sheet.procedures[known]), "", "Whom to call:"]
    lines += [f"  {line}" for line in sheet.call] or ["  not known here: this site never wrote it down."]
    if sheet.kept_at:
        lines.append(f"  (as it was set on {sheet.kept_at})")
    if kept_in:
        lines += [
            "",
            f"What you wrote is kept in {kept_in}",
            "and goes into the incident once the database answers.",
        ]
    return "\n".join(lines)


def _steps(tasks: Sequence[Mapping[str, Any]]) -> list[str]:
    lines: list[str] = []
    group = ""
    for number, task in enumerate(tasks, 1):
        if task["group"] != group:
            group = task["group"]
            lines += ["", f"== {group}"]
        lines += ["", f"{number}. {task['title']}", *_wrapped(task.get("instructions") or "")]
        lines += [f"      $ {line}" for line in (task.get("command") or "").splitlines()]
    return lines


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="   ", subsequent_indent="   ")
