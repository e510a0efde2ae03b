"""A person begins a restore drill: refused where nothing good could come of it, before a worker is asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import frappe
import pymysql
from frappe import _
from frappe.utils import cint

from verenigingen_maintenance.core import scratch as guard
from verenigingen_maintenance.operations import recovery_drills, validate
from verenigingen_maintenance.operations.recovery_drills import RESTORE
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.operations.restore_work import as_json
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.sources import backups, dump_files, scratch
from verenigingen_maintenance.sources.scratch import Place

MINUTES, HOURS = 30, 24  # the targets where none are set


def begin(user: str, backup: str = "", free_gb: str = "", anywhere: bool = False) -> str:
    """A drill for `run` to do: of the newest backup, or the one named. Raises frappe.ValidationError where
    there is none, one is under way, or the scratch database must not be restored into."""
    path = _path(backup, anywhere)
    given = {"path": str(path), "free_gb": _gigabytes(free_gb)}
    at = scratch.place()
    with recovery_drills.worked_on(RESTORE) as is_free:
        if not is_free:
            refuse(_("A restore is under way. One at a time: look at its progress in Recovery Drill."))
        _refuse_unless_ready(at)
        _give_up_killed()
        targets = {"recovery_target_minutes": target_minutes(), "recovery_point_target_hours": target_hours()}
        title = f"Restore of {path.name}"
        values = {"backup": path.name, "progress": "Waits for a worker", "data": as_json({"given": given})}
        return str(recovery_drills.begin(RESTORE, title, user, **values, **targets).name)


def target_minutes() -> int:
    """How long a recovery may take."""
    return cint(frappe.db.get_single_value(SETTINGS, "recovery_time_minutes")) or MINUTES


def target_hours() -> int:
    """How old what comes back may be."""
    return cint(frappe.db.get_single_value(SETTINGS, "recovery_point_hours")) or HOURS


def statement() -> str:
    """What whoever may runs once on the server, to make the scratch database."""
    at = scratch.place()
    return guard.statement(at.database, at.user, scratch.user_host(at))


def _path(backup: str, anywhere: bool) -> Path:
    path = dump_files.find((backup or "").strip(), anywhere)
    if path is None and backup:
        refuse(_("There is no backup {0} in {1}."), backup, backups.folder())
    if path is None:
        refuse(_("There is no backup of the database in {0}. Make one: bench backup"), backups.folder())
    return path


def _gigabytes(text: str) -> float | None:
    if not str(text or "").strip():
        return None
    try:
        found = float(str(text))
    except ValueError:
        found = -1.0
    if not 0 < found < 1e6:
        refuse(_("Free space is a number of GB, such as 12.5: “{0}” is not."), text)
    return found


@dataclass(frozen=True)
class NotReady:
    """Why no drill can restore into the scratch database, and whether it is still to be made."""

    why: str
    is_missing: bool = False


def why_not_ready(at: Place) -> NotReady | None:
    """What is in the way of a drill; None where nothing is."""
    if bad := guard.bad_names(at.database, at.user):
        return NotReady("; ".join(bad))
    if foreign := validate.why_foreign_scratch(at.host):
        return NotReady(foreign)
    if not at.password:
        return NotReady(_("No password of the scratch database is set in Maintenance Settings."), True)
    try:
        with scratch.connected(at) as connection:
            reasons = guard.reasons_against(scratch.facts(connection))
    except pymysql.MySQLError as error:
        return NotReady(_("The scratch database cannot be reached ({0}).").format(error), True)
    told = _("{0} must not be restored into: {1}.")
    return NotReady(told.format(at.database, "; ".join(reasons))) if reasons else None


def _refuse_unless_ready(at: Place) -> None:
    """Nobody waits for a job that could do nothing."""
    if found := why_not_ready(at):
        if found.is_missing:
            refuse(_("{0} Have it made: {1}"), found.why, statement())
        refuse("{0}", found.why)


def _give_up_killed() -> None:
    """One that runs, and nobody works on: what it left in the scratch database goes when that is claimed."""
    if name := frappe.db.get_value(recovery_drills.DRILL, {"open_key": RESTORE}):
        reason = "Nobody was at work on it, before its end or from the start, and another one began."
        recovery_drills.abandon(recovery_drills.get(name), reason)
