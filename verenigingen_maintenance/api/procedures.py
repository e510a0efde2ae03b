"""Versions and reviews of procedures, the contacts in them, and the guide to what was met before."""

from __future__ import annotations

import frappe

from verenigingen_maintenance.api.door import (
    AUDITOR,
    MANAGER,
    OPERATOR,
    from_shell,
    only_for,
    told_in_shell,
)
from verenigingen_maintenance.operations import (
    emergency_contacts,
    procedure_reviews,
    procedure_versions,
    troubleshooting,
)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def approve_procedure(version: str, note: str = "") -> None:
    """Somebody else than its author approves the latest version of a procedure."""
    only_for(MANAGER)
    procedure_versions.approve(version, note)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def restore_procedure(version: str, reason: str) -> dict:
    """Brings back the words of an earlier version as a new one, for this reason."""
    only_for(MANAGER)
    name = procedure_versions.restore(version, reason)
    if from_shell():
        print(name)
    return {"version": name}


@frappe.whitelist(methods=["POST"])
@told_in_shell
def review_procedure(procedure: str, note: str, outcome: str = "Unchanged", seen: str | None = None) -> None:
    """Somebody went through a procedure; `seen` are the reasons for it as they were shown."""
    only_for(MANAGER)
    procedure_reviews.review(procedure, note, outcome, seen)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def confirm_contacts(contact: str = "") -> dict:
    """Somebody saw that an emergency contact, or all of them, are right."""
    only_for(MANAGER)
    return {"confirmed": emergency_contacts.confirm([contact] if contact else [])}


@frappe.whitelist(methods=["GET"])
@told_in_shell
def troubleshooting_guide(words: str = "") -> dict:
    """What was met before, and what helped: error patterns and escalations, those with `words` in them."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return troubleshooting.guide(words)
