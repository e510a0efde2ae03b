"""What people decide on the findings of a run, the actions that follow, and the date of a quarterly run."""

from __future__ import annotations

import frappe

from verenigingen_maintenance.api.door import MANAGER, OPERATOR, only_for, told_in_shell
from verenigingen_maintenance.operations import decide, run_dates
from verenigingen_maintenance.sources import clock


@frappe.whitelist(methods=["POST"])
@told_in_shell
def accept_finding(run: str, finding: str, note: str = "") -> None:
    """It stays as it is. To accept a proposed threshold changes it, for which only a manager may."""
    only_for(MANAGER, OPERATOR)
    decide.accept(run, finding, note, MANAGER in frappe.get_roles())


@frappe.whitelist(methods=["POST"])
@told_in_shell
def act_on_finding(run: str, finding: str, what: str, owner: str, date: str) -> dict:
    """Somebody does something about it until a day: a ToDo, which each run has until it is done."""
    only_for(MANAGER, OPERATOR)
    return {"todo": decide.act(run, finding, what, owner, date)}


@frappe.whitelist(methods=["POST"])
@told_in_shell
def add_action(run: str, what: str, owner: str, date: str) -> dict:
    """The same for what is about no finding."""
    only_for(MANAGER, OPERATOR)
    return {"todo": decide.add(run, what, owner, date)}


@frappe.whitelist(methods=["POST"])
@told_in_shell
def agree_on_date(procedure: str, day: str, reason: str = "") -> dict:
    """The next run of a procedure that is due by notice is on another day of its quarter."""
    only_for(MANAGER)
    return run_dates.agree(procedure, day, reason, clock.now())
