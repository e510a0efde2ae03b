"""Who is on duty, and whether escalation is switched on."""

from __future__ import annotations

import frappe

from verenigingen_maintenance.api.door import AUDITOR, MANAGER, OPERATOR, only_for, told_in_shell
from verenigingen_maintenance.operations import activation, duty
from verenigingen_maintenance.sources import clock


@frappe.whitelist(methods=["GET"])
@told_in_shell
def on_duty(level: str) -> dict:
    """Who is on duty at an escalation level, until when, who is next, and what is wrong."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return duty.describe(level, clock.now())


@frappe.whitelist(methods=["POST"])
@told_in_shell
def activate_escalation() -> dict:
    """From now on, what nobody acknowledges in time goes to the next level."""
    only_for(MANAGER)
    activation.activate()
    return {"escalation_active": True}


@frappe.whitelist(methods=["POST"])
@told_in_shell
def deactivate_escalation(reason: str) -> dict:
    """Nothing goes to the next level by itself any more; the reason is kept."""
    only_for(MANAGER)
    activation.deactivate(reason)
    return {"escalation_active": False}
