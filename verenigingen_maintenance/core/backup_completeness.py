"""Whether the newest backup is whole: by what was read of its files, and kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from .backup_sets import File, Set

WHOLE, NOT_WHOLE, NOT_TOLD = "whole", "not whole", "not told"
NOT_FINISHED, NOT_READ = "not finished", "not read"
LOOKED_WITHIN, AGAIN = timedelta(hours=6), timedelta(hours=20)


@dataclass(frozen=True)
class Outcome:
    """What reading one file said. `identity` is the file as it was then; `read` and `size` are bytes."""

    identity: str
    state: str
    told: str
    read: int = 0
    size: int = 0
    seconds: float = 0.0
    read_at: str = ""

    @classmethod
    def from_item(cls, item: Mapping[str, Any]) -> Outcome:
        """From what `as_item` gave, of this version or an earlier one."""
        return cls(**{each.name: item[each.name] for each in fields(cls) if each.name in item})

    def as_item(self) -> dict[str, Any]:
        return asdict(self)

    def is_of(self, file: File) -> bool:
        return self.identity == file.identity

    def stands(self, file: File, now: datetime) -> bool:
        """Whether the file need not be read again: what took its time and did not tell is tried next day."""
        if not self.is_of(file) or self.state == NOT_READ:
            return False
        return self.state in (WHOLE, NOT_WHOLE) or now - datetime.fromisoformat(self.read_at) < AGAIN


@dataclass(frozen=True)
class Completeness:
    """What breaks a restore, what could not be told, and what is proven; each as lines."""

    wrong: list[str]
    not_told: list[str]
    proven: list[str]


def completeness(newest: Set, wanted: Iterable[str], outcomes: Mapping[str, Outcome]) -> Completeness:
    """Judges the files of a set by what reading them said."""
    found = Completeness([], [], [])
    for kind in wanted:
        if newest.file(kind) is None:
            found.wrong.append(f"no file of the {kind}")
    for file in newest.files:
        if file.is_temporary:
            found.wrong.append(f"{file.name} is left by an encryption that did not end")
        else:
            _judge(file, outcomes.get(file.name), found)
    return found


def _judge(file: File, outcome: Outcome | None, found: Completeness) -> None:
    if file.problem:
        found.wrong.append(f"{file.name}: {file.problem}")
    elif file.size == 0:
        found.wrong.append(f"{file.name} is empty")
    elif outcome is None or not outcome.is_of(file):
        found.not_told.append(f"{file.name} was not read yet")
    else:
        where = {WHOLE: found.proven, NOT_WHOLE: found.wrong}.get(outcome.state, found.not_told)
        where.append(f"{file.name}: {outcome.told}")


def why_stale(looked_at: datetime | None, now: datetime) -> str:
    """Why what is kept tells nothing of now: nobody looked, or not lately. Empty where it does."""
    if looked_at is None:
        return "no backup was read yet; a job does it each hour"
    if now - looked_at > LOOKED_WITHIN:
        hours = (now - looked_at).total_seconds() / 3600
        return f"the job that reads backups looked {hours:.0f} h ago; it should each hour"
    return ""
