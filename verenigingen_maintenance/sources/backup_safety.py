"""Backups and those who should not have them: encrypted or not, open to whom; whether a copy is elsewhere."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import frappe
from frappe.utils import cint

from verenigingen_maintenance.core.backup_sets import CONFIG, File, Set, copied
from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.core.wording import some
from verenigingen_maintenance.sources import backup_files, backups, source

SETTINGS = "Maintenance Settings"
ELSEWHERE = {"S3 Backup Settings": "enabled", "Dropbox Settings": "enabled", "Google Drive": "enable"}
PATIENCE, MOST_NAMED = timedelta(hours=3), 50
IN_CLEAR = "Frappe never encrypts it; it has the passwords, and the key of the others"


@source
def in_the_clear(now: datetime) -> Reading | Unknown:
    """Files of the newest backup that anybody could read who has them, by their first bytes.

    The copy of site_config.json is told, and not counted: Frappe has no way to encrypt it.
    """
    is_on = bool(cint(frappe.db.get_single_value("System Settings", "encrypt_backup")))
    newest = backups.sets(now).newest
    if newest is None:
        return Unknown(backups.none_told(backups.sets(now)), now, backups.folder())
    files = [each for each in newest.files if each.kind != CONFIG and not each.problem]
    clear, unread = _clear_ones(files)
    evidence = {"setting": "on" if is_on else "off", "backup": newest.key, "in the clear": clear}
    if config := newest.file(CONFIG):
        evidence[config.name] = IN_CLEAR
    at_least = f"could not be read: {some(unread)}" if unread else ""
    detail = f"not encrypted: {some(clear)}" if clear else ""
    if not is_on:
        detail = "; ".join(filter(None, ("Encrypt Backups is off in System Settings", detail)))
    value = len(clear) if is_on else max(len(clear), 1)
    return Reading(value, "files", now, backups.folder(), evidence, at_least, detail)


@source
def open_to_all(now: datetime) -> Reading | Unknown:
    """Files of backups, old ones and partial ones too, that every user of the server may read or change."""
    files = backups.listed()
    if not files:
        return Unknown(f"there is no file of a backup in {backups.folder()}", now, backups.folder())
    wrong = [each for each in files if each.is_open]
    told = {each.name: f"{each.mode}, of {each.owner}" for each in wrong[:MOST_NAMED]}
    is_cut = len(files) == backups.MOST_FILES
    at_least = f"the {backups.MOST_FILES} latest files were looked at" if is_cut else ""
    detail = some([f"{each.name} ({each.mode} of {each.owner})" for each in wrong])
    evidence = {"files": len(files), **told}
    return Reading(len(wrong), "files", now, backups.folder(), evidence, at_least, detail)


@source
def not_elsewhere(now: datetime) -> Reading | Unknown:
    """Files of the newest backup that are in no other place.

    A copy is looked for in the folder that Maintenance Settings names, by name and size. Where Frappe brings
    backups elsewhere by itself, that it is switched on is all that is seen.
    """
    place = copy_place()
    if place:
        return _not_in(Path(place), now)
    if used := switched_on():
        evidence = {"backups go to": used, "looked into": "no: that it is switched on is all that is seen"}
        return Reading(0, "files", now, ", ".join(used), evidence)
    newest = backups.sets(now).newest
    detail = "no other place is set up: name the folder of the copy in Maintenance Settings"
    return Reading(max(len(newest.files), 1) if newest else 1, "files", now, SETTINGS, {}, detail=detail)


def copy_place() -> str:
    """The folder that has the copies, as the settings name it; empty where they name none."""
    return (frappe.db.get_single_value(SETTINGS, "off_site_folder", cache=False) or "").strip()


def switched_on() -> list[str]:
    """The settings by which Frappe brings backups elsewhere, that are on."""
    return [
        doctype
        for doctype, switch in ELSEWHERE.items()
        if frappe.db.exists("DocType", doctype) and cint(frappe.db.get_single_value(doctype, switch))
    ]


def _not_in(place: Path, now: datetime) -> Reading | Unknown:
    backup = _to_be_copied(now)
    if backup is None:
        return Unknown(backups.none_told(backups.sets(now)), now, str(place))
    if not place.is_dir():
        return Unknown(f"{place} is not there, or not mounted: copies are not seen", now, str(place))
    files = [each for each in backup.files if not each.problem]
    evidence = {"backup": backup.key, "files": [each.name for each in files]}
    if _is_same_disk(place):
        detail = f"{place} is on the disk of the backups, and goes with it"
        return Reading(len(files), "files", now, str(place), evidence, detail=detail)
    wrong = copied(files, _sizes(place, files))
    if wrong and now - backup.taken < PATIENCE:
        told = f"backup {backup.key} may still be on its way: its copy is asked for after 3 h"
        return Unknown(told, now, str(place), learning=True, evidence={**evidence, "so far": wrong})
    return Reading(len(wrong), "files", now, str(place), {**evidence, "wrong": wrong}, detail=some(wrong))


def _to_be_copied(now: datetime) -> Set | None:
    """The newest backup that had the time to be copied; else the newest one."""
    done = backups.sets(now).done
    return next((each for each in done if now - each.taken >= PATIENCE), next(iter(done), None))


def _is_same_disk(place: Path) -> bool:
    return os.stat(place).st_dev == os.stat(backups.folder()).st_dev


def _sizes(place: Path, files: Iterable[File]) -> dict[str, int]:
    """The sizes of those files that a folder has too."""
    found = {}
    for each in files:
        try:
            status = (place / each.name).stat()
        except FileNotFoundError:
            continue
        if stat.S_ISREG(status.st_mode):
            found[each.name] = status.st_size
    return found


def _clear_ones(files: Iterable[File]) -> tuple[list[str], list[str]]:
    """Names of files that are not encrypted, and of those that cannot be read by this process."""
    clear, unread = [], []
    for each in files:
        try:
            if not backup_files.is_encrypted(each):
                clear.append(each.name)
        except OSError as error:
            unread.append(f"{each.name}: {error.strerror or error}")
    return clear, unread
