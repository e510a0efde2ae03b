"""Drills that people carry out: failover, and emergency access. They are signed and abandoned as every drill
is."""

from __future__ import annotations

import frappe

from verenigingen_maintenance.api.door import MANAGER, OPERATOR, only_for, told_in_shell
from verenigingen_maintenance.operations import access_drill, failover_drill
from verenigingen_maintenance.sources import clock


@frappe.whitelist(methods=["POST"])
@told_in_shell
def begin_failover_drill(monitor: str, told_how: str, stops: str = "Scheduler") -> str:
    """Begins a drill in which a monitor outside sees this site die. `stops` is Scheduler, Web Server or
    Host."""
    only_for(MANAGER, OPERATOR)
    return failover_drill.begin(monitor, told_how, stops, frappe.session.user)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def tell_failover(drill: str, what: str, at: str = "", evidence: str = "", person: str = "") -> None:
    """What a person saw: “stopped”, “dead” or “alarm”, when (by the site's clock; now), and what shows it."""
    only_for(MANAGER, OPERATOR)
    failover_drill.tell(drill, what, at, evidence, person, clock.now())


@frappe.whitelist(methods=["POST"])
@told_in_shell
def end_failover_drill(drill: str) -> dict:
    """It is over: answers the verdict. What was not seen is UNKNOWN, an alarm that never came CRITICAL."""
    only_for(MANAGER, OPERATOR)
    return {"verdict": failover_drill.end(drill)}


@frappe.whitelist(methods=["POST"])
@told_in_shell
def begin_access_drill() -> str:
    """Begins a drill in which each account that an emergency needs signs in; answers its name."""
    only_for(MANAGER)
    return access_drill.begin(frappe.session.user, clock.now())


@frappe.whitelist(methods=["POST"])
@told_in_shell
def look_for_sign_ins(drill: str) -> dict:
    """Reads who signed in since the drill began; answers which accounts wait still."""
    only_for(MANAGER, OPERATOR)
    return {"waiting": access_drill.look_again(drill)}


@frappe.whitelist(methods=["POST"])
@told_in_shell
def add_emergency_account(drill: str, account: str, why: str) -> None:
    """Adds an account that Desk knows nothing of, such as of the server or of a vendor."""
    only_for(MANAGER)
    access_drill.add(drill, account, why)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def confirm_emergency_account(drill: str, account: str, person: str, evidence: str, at: str = "") -> None:
    """Somebody signed in with an account outside Desk: who, when, and what shows it."""
    only_for(MANAGER)
    access_drill.confirm(drill, account, person, at, evidence, clock.now())


@frappe.whitelist(methods=["POST"])
@told_in_shell
def explain_emergency_account(drill: str, account: str, reason: str) -> None:
    """Why an account did not sign in."""
    only_for(MANAGER)
    access_drill.explain(drill, account, reason)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def decide_emergency_account(drill: str, account: str, decision: str, note: str) -> None:
    """Whether an account is kept for emergencies: Keep or Remove, and why."""
    only_for(MANAGER)
    access_drill.decide(drill, account, decision, note)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def end_access_drill(drill: str) -> dict:
    """It is over, once each account signed in or has a reason, and is decided on: answers the verdict."""
    only_for(MANAGER)
    return {"verdict": access_drill.end(drill)}
