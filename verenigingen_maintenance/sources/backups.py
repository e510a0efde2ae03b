"""Backups that bench made of this site, where it keeps them."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import frappe

from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.sources import clock, source

DATABASE = "????????_??????-{site}-database*.sql*"
HOUR, MEGA = 3600, 1e6


@source
def age(now: datetime) -> Reading | Unknown:
    """Hours since the newest backup of the database was finished."""
    file = newest()
    if file is None:
        return _none(now)
    made = datetime.fromtimestamp(file.stat().st_mtime, timezone.utc)
    hours = max((now - made).total_seconds(), 0) / HOUR
    evidence = {"file": file.name, "finished": clock.shown(made)}
    return Reading(round(hours, 2), "h", now, str(file.parent), evidence)


@source
def size(now: datetime) -> Reading | Unknown:
    """The size of the newest backup of the database."""
    file = newest()
    if file is None:
        return _none(now)
    megabytes = round(file.stat().st_size / MEGA, 3)
    return Reading(megabytes, "MB", now, str(file.parent), {"file": file.name})


def newest() -> Path | None:
    """The newest whole backup of the database; None where there is none."""
    found = Path(folder()).glob(DATABASE.format(site=frappe.local.site.replace(".", "_")))
    return max(found, key=lambda file: file.stat().st_mtime, default=None)


def _none(now: datetime) -> Unknown:
    return Unknown(
        f"there is no whole backup of the database in {folder()}; backups elsewhere are not seen", now
    )


def folder() -> str:
    """Where bench writes backups; several sites may share it."""
    return frappe.utils.get_site_path(frappe.conf.backup_path or "private/backups")
