"""Backups that bench made of this site, where it keeps them: how old, how large, whole or not.

Nothing here calls Frappe's own functions of backups: they delete old ones.
"""

from __future__ import annotations

import json
import os
import pwd
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import frappe

from verenigingen_maintenance.core import backup_sets
from verenigingen_maintenance.core.backup_completeness import Outcome, completeness, why_stale
from verenigingen_maintenance.core.backup_sets import PRIVATE, PUBLIC, File, Set, Sets
from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.core.wording import some
from verenigingen_maintenance.sources import clock, configuration, shared, source, stored

HOUR, MEGA = 3600, 1e6
MOST_FILES, MOST_ENTRIES = 500, 20_000
DAYS = timedelta(days=14)
SETTINGS, READ = "Maintenance Settings", "backups_read"


@source
def age(now: datetime) -> Reading | Unknown:
    """Hours since the newest backup of the database was begun, by its name: what came later is not in it."""
    found = sets(now)
    if found.newest is None:
        return _none(found, now)
    evidence = {"file": found.newest.dump.name, "begun": clock.shown(found.newest.taken), **found.beside}
    return Reading(round(hours_old(found.newest, now), 2), "h", now, folder(), evidence)


@source
def size(now: datetime) -> Reading | Unknown:
    """The size of the newest backup of the database."""
    found = sets(now)
    if found.newest is None:
        return _none(found, now)
    dump = found.newest.dump
    evidence = {"file": dump.name, "bytes": dump.size, **found.beside}
    return Reading(round(dump.size / MEGA, 3), "MB", now, folder(), evidence)


@source
def total_size(now: datetime) -> Reading | Unknown:
    """What all files of backups of this site take up here, old ones and partial ones too."""
    if not Path(folder()).is_dir():
        return Unknown(f"there is no folder {folder()}", now, folder())
    files = listed()
    is_cut = len(files) == MOST_FILES
    at_least = f"the {MOST_FILES} latest files were looked at" if is_cut else ""
    megabytes = round(sum(each.size for each in files) / MEGA, 3)
    return Reading(megabytes, "MB", now, folder(), {"files": len(files)}, at_least)


@source
def size_change(now: datetime) -> Reading | Unknown:
    """By how many percent of the larger one the newest dump and the median of a fortnight before differ."""
    found = sets(now)
    if found.newest is None:
        return _none(found, now)
    days = _former_sizes(found, now)
    usual, dump = backup_sets.usual_size(days), found.newest.dump
    evidence = {"file": dump.name, "MB by day": {str(day): round(days[day], 3) for day in sorted(days)}}
    if usual is None:
        told = f"sizes of {len(days)} earlier days are known; {backup_sets.LEAST_DAYS} are needed"
        return Unknown(told, now, folder(), learning=True, evidence=evidence)
    megabytes = dump.size / MEGA
    is_less = "less" if megabytes < usual else "more"
    detail = f"{megabytes:.3g} MB, {is_less} than {usual:.3g} MB, the median of {len(days)} days before"
    value = round(backup_sets.falls_short(megabytes, usual), 1)
    return Reading(value, "%", now, folder(), evidence, detail=detail)


@source
def not_whole(now: datetime) -> Reading | Unknown:
    """What is wrong with the newest backup: files that are missing, empty or damaged.

    It reads none of them: a job does (`operations/read_backups.py`), and keeps what it found.
    """
    found = sets(now)
    if found.newest is None:
        return _none(found, now)
    looked_at, outcomes = kept()
    result = completeness(found.newest, wanted(), outcomes)
    stale = why_stale(looked_at, now)
    if stale and not result.wrong:
        return Unknown(stale, now, folder(), learning=looked_at is None)
    evidence = {"backup": found.newest.key, "proven": result.proven, "not told": result.not_told}
    evidence |= {"wrong": result.wrong, "read": {name: each.read_at for name, each in outcomes.items()}}
    why = "; ".join(filter(None, (stale, some(result.not_told))))
    detail = some(result.wrong)
    return Reading(len(result.wrong), "problems", now, folder(), {**evidence, **found.beside}, why, detail)


@shared
def sets(now: datetime) -> Sets:
    """The backups of this site that are there. Raises OSError where their folder cannot be read."""
    files = listed()
    times = {each.key: backup_sets.naive(each.key) for each in files}
    taken = {key: clock.instant_before(naive, now) for key, naive in times.items() if naive}
    return backup_sets.sort_out(files, taken, now)


def listed() -> list[File]:
    """All files of backups of this site in their folder, the newest first; partial ones too."""
    where, site = Path(folder()), frappe.local.site.replace(".", "_")
    names = sorted(_names(where), reverse=True) if where.is_dir() else []
    found = ((name, backup_sets.parse(name, site)) for name in names)
    return [_file(where / name, said) for name, said in found if said][:MOST_FILES]


def wanted() -> list[str]:
    """The kinds of files that a whole backup of this site has."""
    return backup_sets.kinds_wanted({PUBLIC: _has_files("public"), PRIVATE: _has_files("private")})


def kept() -> tuple[datetime | None, dict[str, Outcome]]:
    """When the job that reads backups last looked, and what it said of each file."""
    told = json.loads(frappe.db.get_single_value(SETTINGS, READ, cache=False) or "{}")
    looked_at = datetime.fromisoformat(told["looked_at"]) if told else None
    return looked_at, {name: Outcome.from_item(each) for name, each in told.get("files", {}).items()}


def hours_old(backup: Set, now: datetime) -> float:
    return max((now - backup.taken).total_seconds(), 0) / HOUR


def folder() -> str:
    """Where bench writes backups; several sites may share it."""
    return frappe.utils.get_site_path(frappe.conf.backup_path or "private/backups")


def none_told(found: Sets) -> str:
    """Why there is no newest backup."""
    if found.why_none:
        return found.why_none
    return f"there is no whole backup of the database in {folder()}; backups elsewhere are not seen"


def is_open(file: Path) -> bool:
    """Readable or writable by every user of the server, in folders that let everybody through."""
    if not file.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
        return False
    return all(each.stat().st_mode & stat.S_IXOTH for each in file.resolve().parents)


def _none(found: Sets, now: datetime) -> Unknown:
    return Unknown(none_told(found), now, folder(), evidence=found.beside)


def _names(where: Path) -> Iterator[str]:
    with os.scandir(where) as entries:
        for number, entry in enumerate(entries):
            if number == MOST_ENTRIES:
                raise OSError(f"{where} has more than {MOST_ENTRIES} entries: it is no folder of backups")
            yield entry.name


def _file(path: Path, said: dict) -> File:
    """A file as it is; a link counts as what it leads to."""
    try:
        status = path.stat()
    except OSError as error:  # deleted just now, or a link that leads nowhere
        return File(**said, size=0, changed=backup_sets.instant(0), problem=error.strerror or "not there")
    return File(
        **said,
        size=status.st_size,
        changed=backup_sets.instant(status.st_mtime),
        identity=identity(status),
        is_open=is_open(path),
        mode=stat.filemode(status.st_mode),
        owner=_owner(status.st_uid),
        problem="" if stat.S_ISREG(status.st_mode) else "it is no file",
    )


def identity(status: os.stat_result) -> str:
    """What changes when the content of a file does."""
    return f"{status.st_dev}:{status.st_ino}:{status.st_size}:{status.st_mtime_ns}"


def _owner(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _former_sizes(found: Sets, now: datetime) -> dict[object, float]:
    """MB of the dumps of the days before the newest one: of files that are still there, else as sampled."""
    newest = found.done[0]
    until = clock.stored(newest.taken).date()
    since = until - DAYS
    days: dict[object, float] = {
        day: value for day, value in stored.daily("backups.size", since).items() if day < until
    }
    for each in reversed(found.done[1:]):
        if since <= (day := clock.stored(each.taken).date()) < until:
            days[day] = each.dump.size / MEGA
    return days


def _has_files(which: str) -> bool:
    """Whether people keep files there: this app's copies of its configuration are in the database as well."""
    place = Path(frappe.get_site_path(which, "files"))
    if not place.is_dir():
        return False
    with os.scandir(place) as entries:
        return any(not entry.name.startswith((configuration.KEPT, configuration.BEFORE)) for entry in entries)
