"""Training sessions: begun and closed by who leads them, confirmed by each who took part."""

from __future__ import annotations

import frappe

from verenigingen_maintenance.api.door import MANAGER, OPERATOR, from_shell, only_for, told_in_shell
from verenigingen_maintenance.operations import training
from verenigingen_maintenance.sources import clock


@frappe.whitelist(methods=["POST"])
@told_in_shell
def start_training(run: str = "") -> dict:
    """The open session of a run, or one that is made and prefilled now."""
    only_for(MANAGER)
    name = training.start(run, clock.now())
    if from_shell():
        print(name)
    return {"session": name}


@frappe.whitelist(methods=["POST"])
@told_in_shell
def check_access(session: str) -> dict:
    """Looks at the account of each participant who is there; answers the problems of each."""
    only_for(MANAGER)
    return {"problems": training.check_access(session, clock.now())}


@frappe.whitelist(methods=["POST"])
@told_in_shell
def confirm_understanding(session: str) -> None:
    """The user who is logged in says so for themselves, and for nobody else."""
    only_for(MANAGER, OPERATOR)
    training.confirm(session, clock.now())


@frappe.whitelist(methods=["POST"])
@told_in_shell
def close_training(session: str) -> None:
    """Ends a session for good, once all have confirmed, access is checked and something was practised."""
    only_for(MANAGER)
    training.close(session, clock.now())
