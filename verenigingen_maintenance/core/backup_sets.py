"""The files of a backup as bench names them, the sets they make, and what a set tells without being read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from statistics import median

DATABASE, PUBLIC, PRIVATE, CONFIG = "database", "public files", "private files", "site config"
_KINDS = {
    "database": DATABASE,
    "files": PUBLIC,
    "private-files": PRIVATE,
    "site_config_backup": CONFIG,
}
_NAME = (
    r"(\d{{8}}_\d{{6}})-{site}(-partial)?-(database|private-files|files|site_config_backup)(-enc)?"
    r"\.(?:sql|sql\.gz|tar|tgz|json)(\.gpg)?"
)
QUIET, AHEAD = timedelta(minutes=2), timedelta(minutes=5)
LEAST_DAYS = 3


@dataclass(frozen=True)
class File:
    """One file. `key` is the time in its name, as text; `problem` says why it is none to be read.

    `is_open`: every user of the server may read or change it. `identity` is another one when it was changed.
    """

    name: str
    key: str
    kind: str
    size: int
    changed: datetime
    identity: str = ""
    is_partial: bool = False
    is_temporary: bool = False
    is_open: bool = False
    mode: str = ""
    owner: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Set:
    """What one run of bench backup made. `taken` is the instant in its name: what came later is not in it."""

    key: str
    taken: datetime
    files: Sequence[File]

    def file(self, kind: str) -> File | None:
        return next((each for each in self.files if each.kind == kind and not each.is_temporary), None)

    @property
    def dump(self) -> File:
        """Its file of the database: without one it is no set."""
        return next(each for each in self.files if each.kind == DATABASE and not each.is_temporary)

    @property
    def size(self) -> int:
        return sum(each.size for each in self.files)

    def is_under_way(self, now: datetime) -> bool:
        """Whether one of its files was written a moment ago."""
        return any(now - QUIET < each.changed <= now + AHEAD for each in self.files)

    def is_to_come(self, now: datetime) -> bool:
        """Whether a clock ran ahead when it was made, or runs behind now."""
        return self.taken > now + AHEAD


@dataclass(frozen=True)
class Sets:
    """The sets that have a dump of the whole database: those that are done, the newest first, and others."""

    done: Sequence[Set]
    under_way: Sequence[Set]
    to_come: Sequence[Set]

    @property
    def newest(self) -> Set | None:
        return next(iter(self.done), None)

    @property
    def why_none(self) -> str:
        """Why there is no newest one, where another one says it."""
        if self.under_way:
            return f"the only backup, {self.under_way[0].key}, is being written, or was a moment ago"
        if self.to_come:
            return (
                f"the time of the only backup, {self.to_come[0].key}, is to come: "
                "this host's clock ran ahead when it was made, or runs behind now"
            )
        return ""

    @property
    def beside(self) -> dict[str, str]:
        """What was left out, as evidence."""
        left_out = {"under way": self.under_way, "its time is to come": self.to_come}
        return {told: ", ".join(each.key for each in sets) for told, sets in left_out.items() if sets}


def parse(name: str, site: str) -> dict[str, object] | None:
    """What the name of a file says of it; None for what is no backup of this site.

    `site` is the site's name with underscores for its dots, as bench writes it.
    """
    found = re.fullmatch(_NAME.format(site=re.escape(site)), name)
    if not found:
        return None
    key, partial, kind, _enc, temporary = found.groups()
    return {
        "name": name,
        "key": key,
        "kind": _KINDS[kind],
        "is_partial": bool(partial),
        "is_temporary": bool(temporary),
    }


def naive(key: str) -> datetime | None:
    """The local time of a key; None for digits that are no time."""
    try:
        return datetime.strptime(key, "%Y%m%d_%H%M%S")
    except ValueError:
        return None


def sort_out(files: Iterable[File], taken: Mapping[str, datetime], now: datetime) -> Sets:
    """The sets of some files. `taken` has the instant of each key that is a time."""
    by_key: dict[str, list[File]] = {}
    for each in files:
        if not each.is_partial and each.key in taken:
            by_key.setdefault(each.key, []).append(each)
    sets = [Set(key, taken[key], by_key[key]) for key in sorted(by_key, reverse=True)]
    sets = [each for each in sets if each.file(DATABASE)]
    to_come = [each for each in sets if each.is_to_come(now)]
    past = [each for each in sets if each not in to_come]
    under_way = [each for each in past if each.is_under_way(now)]
    return Sets([each for each in past if each not in under_way], under_way, to_come)


def falls_short(size: float, usual: float) -> float:
    """By how many percent the smaller of two sizes falls short of the larger: 50 where it is half of it."""
    smaller, larger = sorted((size, usual))
    return 100 * (1 - smaller / larger) if larger else 0.0


def usual_size(days: Mapping[object, float]) -> float | None:
    """The median of the sizes of some days; None where they are too few to tell."""
    return median(days.values()) if len(days) >= LEAST_DAYS else None


def kinds_wanted(has_files: Mapping[str, bool]) -> list[str]:
    """What a whole backup of a site has: its dump, its config, and the folders of files that it has."""
    return [DATABASE, CONFIG, *(kind for kind in (PUBLIC, PRIVATE) if has_files[kind])]


def copied(wanted: Iterable[File], there: Mapping[str, int]) -> list[str]:
    """Which files a copy lacks, or has with another size. `there` has the sizes of the copy by name."""
    wrong = []
    for file in wanted:
        if file.name not in there:
            wrong.append(f"{file.name} is not there")
        elif there[file.name] != file.size:
            wrong.append(f"{file.name} has {there[file.name]} of {file.size} bytes")
    return wrong


def instant(timestamp: float) -> datetime:
    return datetime.fromtimestamp(timestamp, timezone.utc)
