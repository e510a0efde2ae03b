"""What people say of an escalation."""

from __future__ import annotations

import frappe

from verenigingen_maintenance.api.door import MANAGER, OPERATOR, only_for, told_in_shell
from verenigingen_maintenance.operations import escalations


@frappe.whitelist(methods=["POST"])
@told_in_shell
def acknowledge(escalation: str, note: str = "") -> None:
    """Somebody has it."""
    only_for(MANAGER, OPERATOR)
    escalations.acknowledge(escalation, note)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def resolve(escalation: str, note: str) -> None:
    """It is over; the note says how."""
    only_for(MANAGER, OPERATOR)
    escalations.resolve(escalation, note)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def false_positive(escalation: str, note: str) -> None:
    """It never was one; the note says why."""
    only_for(MANAGER, OPERATOR)
    escalations.false_positive(escalation, note)
