"""Backups: how old, whether readable to a thief, whether elsewhere too, and whether one was ever restored."""

from __future__ import annotations

from datetime import datetime

import frappe
from frappe.utils import cint

from verenigingen_maintenance.core.backup_sets import Sets
from verenigingen_maintenance.core.compliance import Found, Unmeasured
from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.sources import backup_safety, backups, recovery
from verenigingen_maintenance.sources.controls import ago

OLDEST, PROOF = 26, 100


def age(now: datetime) -> Found | Unmeasured:
    """Whether the newest backup of the database is younger than 26 hours."""
    found = backups.sets(now)
    if found.newest is None:
        return _none_here(found)
    hours = backups.hours_old(found.newest, now)
    told = f"the newest backup is {hours:.1f} h old; {OLDEST} h are allowed"
    return Found(int(hours > OLDEST), told, None, {"file": found.newest.dump.name})


def encrypted(now: datetime) -> Found | Unmeasured:
    """Whether backups are encrypted, by the setting and by the first bytes of the newest files."""
    if not cint(frappe.db.get_single_value("System Settings", "encrypt_backup")):
        return Found(1, "backups are not encrypted", None, {"setting": "off"})
    if backups.sets(now).newest is None:
        return Unmeasured("backups are to be encrypted, and there is none to look at")
    found = backup_safety.in_the_clear(now)
    if isinstance(found, Unknown) or (found.at_least and not found.value):
        return Unmeasured(found.reason if isinstance(found, Unknown) else found.at_least)
    told = "the newest backup is encrypted"
    if found.value:
        told = f"the newest backup is not encrypted, though it should be: {found.detail}"
    return Found(int(found.value > 0), told, None, found.evidence)


def off_site(now: datetime) -> Found | Unmeasured:
    """Whether the newest backup is in the folder of copies, or Frappe brings backups to another place."""
    there = [each for each in backup_safety.ELSEWHERE if frappe.db.exists("DocType", each)]
    if not there and not backup_safety.copy_place():
        return Unmeasured("this site has none of the DocTypes by which Frappe brings backups elsewhere")
    found = backup_safety.not_elsewhere(now)
    if isinstance(found, Unknown):
        return Unmeasured(found.reason)
    evidence = {"looked at": there, **found.evidence}
    return Found(int(found.value > 0), found.detail or f"backups go to {found.source}", None, evidence)


def restore_proven(now: datetime) -> Found:
    """Whether a backup was restored in a signed drill that ended in the last hundred days."""
    last = recovery.last_restore()
    if last and last["ended_at"] >= ago(now, days=PROOF):
        evidence = {key: str(value) for key, value in last.items()}
        return Found(0, f"a backup was restored in {last['drill']}", evidence=evidence)
    return Found(1, f"no restore drill of the last {PROOF} days is signed, with the verdict OK or WARNING")


def _none_here(found: Sets) -> Found | Unmeasured:
    if found.why_none:
        return Unmeasured(found.why_none)
    if used := backup_safety.switched_on():
        return Unmeasured(f"there is no backup on this host; those in {', '.join(used)} are not seen")
    return Found(1, "there is no backup of the database, and Frappe brings none to another place")
