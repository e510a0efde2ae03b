"""Reads the files of the newest backup to their end, and keeps what that said, for the checks to look at.

A backup of some gigabytes takes minutes: too long for a check, which is why a job does it. What was found is
one small field of Maintenance Settings, of the newest backup alone: the runs keep what they saw of it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import datetime

import frappe

from verenigingen_maintenance.core.backup_completeness import Outcome
from verenigingen_maintenance.core.backup_sets import File
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.operations.transactions import commit, lock
from verenigingen_maintenance.sources import backup_files, backups

SECONDS = 1_200


def read_newest(now: datetime, seconds: float = SECONDS) -> dict[str, Outcome]:
    """Reads what is new of the newest backup, for `seconds` at most; what is known of its files, by name.

    A file that did not change is not read again. Each is kept once it is read: a killed job loses one. One
    that would get less than half of the time waits for the next round, where it is the first.
    """
    with lock("backups") as held:
        if not held:
            return backups.kept()[1]
        newest = backups.sets(now).newest
        files = [each for each in newest.files if not each.problem] if newest else []
        known = _known(files, now)
        _keep(known, now)
        began = time.monotonic()
        for number, file in enumerate(_unread(files, known)):
            if number and time.monotonic() - began > seconds / 2:
                break
            known[file.name] = backup_files.read(file, began + seconds, now)
            _keep(known, now)
    return known


def _unread(files: list[File], known: Mapping[str, Outcome]) -> list[File]:
    """The smallest first: a large one must not keep them waiting."""
    return sorted((each for each in files if each.name not in known), key=lambda each: each.size)


def _known(files: list[File], now: datetime) -> dict[str, Outcome]:
    """What need not be read again; the rest is forgotten."""
    before = backups.kept()[1]
    return {each.name: before[each.name] for each in files if _stands(before, each, now)}


def _stands(before: Mapping[str, Outcome], file: File, now: datetime) -> bool:
    return file.name in before and before[file.name].stands(file, now)


def _keep(known: Mapping[str, Outcome], now: datetime) -> None:
    told = {
        "looked_at": now.isoformat(),
        "files": {name: each.as_item() for name, each in known.items()},
    }
    text = json.dumps(told, indent=1)
    frappe.db.set_single_value(SETTINGS, backups.READ, text, update_modified=False)
    commit()
