"""Recovery drills: a backup is restored into a scratch database, and a person signs what was found."""

from __future__ import annotations

import frappe

from verenigingen_maintenance.api.door import AUDITOR, MANAGER, OPERATOR, from_shell, only_for, told_in_shell
from verenigingen_maintenance.operations import recovery_drills, restore_begin, restore_drill

WORK_SECONDS = 4 * 3_600


@frappe.whitelist(methods=["POST"])
@told_in_shell
def start_restore_drill(backup: str = "", free_gb: str = "") -> dict:
    """Restores the newest backup, or the one named, into the scratch database and proves what came back;
    over HTTP by a worker. `free_gb` is the free disk space there, where it cannot be read."""
    only_for(MANAGER, OPERATOR)
    name = restore_begin.begin(frappe.session.user, backup, free_gb)
    if from_shell():
        restore_drill.run(name)
        return recovery_drills.describe(name)
    arguments = {"queue": "long", "timeout": WORK_SECONDS, "enqueue_after_commit": True}
    frappe.enqueue(_restore_drill_in_worker, drill=name, **arguments)
    return {"drill": name}


@frappe.whitelist(methods=["POST"])
@told_in_shell
def sign_drill(drill: str, lessons: str) -> dict:
    """A person stands for what a drill found, and says what was learned. It stays as it is from then on. An
    emergency access drill is a Maintenance Manager's alone."""
    only_for(*_roles_of(drill))
    return {"sha256": recovery_drills.sign(drill, lessons, frappe.session.user)}


@frappe.whitelist(methods=["POST"])
@told_in_shell
def abandon_drill(drill: str, reason: str) -> None:
    """Gives up a drill that is under way: it proves nothing. Not while a worker is at it."""
    only_for(*_roles_of(drill))
    recovery_drills.give_up(drill, reason)


@frappe.whitelist(methods=["GET"])
@told_in_shell
def get_drill(drill: str) -> dict:
    """A drill with its steps, and whether a signed one still says what was signed."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return recovery_drills.describe(drill)


@frappe.whitelist(methods=["GET"])
@told_in_shell
def scratch_statement() -> str | None:
    """What whoever may (root) runs once on the database server, to make the scratch database; a shell prints
    it as it is typed."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    if from_shell():
        print(restore_begin.statement())
        return None
    return restore_begin.statement()


def _roles_of(drill: str) -> tuple[str, ...]:
    """Who begins such a drill, signs it and gives it up: of the access of operators, no operator does."""
    is_access = recovery_drills.is_of_kind(drill, recovery_drills.EMERGENCY_ACCESS)
    return (MANAGER,) if is_access else (MANAGER, OPERATOR)


def _restore_drill_in_worker(drill: str) -> None:
    restore_drill.run(drill)
