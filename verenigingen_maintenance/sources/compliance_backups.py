"""Backups: how old, whether readable to a thief, whether elsewhere too, and whether one was ever restored."""

from __future__ import annotations

from datetime import datetime, timezone

import frappe
from frappe.utils import cint

from verenigingen_maintenance.core.compliance import Found, Unmeasured
from verenigingen_maintenance.sources import backups, recovery
from verenigingen_maintenance.sources.controls import ago

OLDEST, PROOF, HOUR = 26, 100, 3600
ELSEWHERE = {"S3 Backup Settings": "enabled", "Dropbox Settings": "enabled", "Google Drive": "enable"}


def age(now: datetime) -> Found | Unmeasured:
    """Whether the newest backup of the database is younger than 26 hours."""
    newest = backups.newest()
    if newest is None:
        return _none_here()
    hours = (now - datetime.fromtimestamp(newest.stat().st_mtime, timezone.utc)).total_seconds() / HOUR
    told = f"the newest backup is {max(hours, 0):.1f} h old; {OLDEST} h are allowed"
    return Found(int(hours > OLDEST), told, None, {"file": newest.name})


def encrypted(now: datetime) -> Found | Unmeasured:
    """Whether backups are encrypted, by the setting and by the newest file."""
    newest = backups.newest()
    is_on = cint(frappe.db.get_single_value("System Settings", "encrypt_backup"))
    evidence = {"setting": "on" if is_on else "off", "newest": newest.name if newest else ""}
    if not is_on:
        return Found(1, "backups are not encrypted", None, evidence)
    if newest is None:
        return Unmeasured("backups are to be encrypted, and there is none to look at")
    is_met = "-enc." in newest.name
    told = (
        "the newest backup is encrypted"
        if is_met
        else "the newest backup is not encrypted, though it should be"
    )
    return Found(int(not is_met), told, None, evidence)


def off_site(now: datetime) -> Found | Unmeasured:
    """Whether Frappe brings backups to another place. What a host does by itself is not seen from here."""
    there = [each for each in ELSEWHERE if frappe.db.exists("DocType", each)]
    if not there:
        return Unmeasured("this site has none of the DocTypes by which Frappe brings backups elsewhere")
    used = _elsewhere()
    told = f"backups go to {', '.join(used)}" if used else "Frappe brings backups to no other place"
    return Found(int(not used), told, None, {"looked at": there})


def restore_proven(now: datetime) -> Found:
    """Whether a backup was restored in a signed drill that ended in the last hundred days."""
    last = recovery.last_restore()
    if last and last["ended_at"] >= ago(now, days=PROOF):
        evidence = {key: str(value) for key, value in last.items()}
        return Found(0, f"a backup was restored in {last['drill']}", evidence=evidence)
    return Found(1, f"no restore drill of the last {PROOF} days is signed, with the verdict OK or WARNING")


def _none_here() -> Found | Unmeasured:
    if used := _elsewhere():
        return Unmeasured(f"there is no backup on this host; those in {', '.join(used)} are not seen")
    return Found(1, "there is no backup of the database, and Frappe brings none to another place")


def _elsewhere() -> list[str]:
    return [
        doctype
        for doctype, switch in ELSEWHERE.items()
        if frappe.db.exists("DocType", doctype) and cint(frappe.db.get_single_value(doctype, switch))
    ]
