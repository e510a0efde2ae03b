"""What a hand may do in an incident, and the restarts that a person does by hand."""

from __future__ import annotations

import json
from typing import Any

import frappe
from frappe import _

from verenigingen_maintenance.api.door import AUDITOR, MANAGER, OPERATOR, from_shell, only_for, told_in_shell
from verenigingen_maintenance.operations import incident_action_offers, incident_actions, incident_restarts
from verenigingen_maintenance.operations.refusals import refuse


@frappe.whitelist(methods=["GET"])
@told_in_shell
def list_incident_actions(incident: str) -> dict:
    """What you may do in an incident now, with what can be chosen, and why something cannot be done."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return incident_action_offers.offers(incident, frappe.session.user)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def perform_incident_action(incident: str, action: str, reason: str, parameters: str = "{}") -> dict:
    """Does one action, and writes down what was there before and after; what takes long a worker does, over
    HTTP and where one lives."""
    only_for(MANAGER, OPERATOR)
    given = _mapping(parameters)
    by_worker = not from_shell()
    return incident_actions.perform(incident, action, given, reason, frappe.session.user, by_worker)


@frappe.whitelist(methods=["GET"])
@told_in_shell
def restart_commands() -> list[dict]:
    """The commands that restart, stop and start each service on this host. None is run."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return incident_restarts.restart_commands()


@frappe.whitelist(methods=["POST"])
@told_in_shell
def begin_restart(incident: str, service: str, command: str = "") -> dict:
    """You restart a service by hand now: what runs before is kept."""
    only_for(MANAGER, OPERATOR)
    return incident_restarts.begin_by_hand(incident, service, command, frappe.session.user)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def record_restart(incident: str, service: str, command: str, came_back: str) -> dict:
    """What came back from a command that you ran, beside what runs now."""
    only_for(MANAGER, OPERATOR)
    user = frappe.session.user
    return incident_restarts.record_by_hand(incident, service, command, came_back, user)


def _mapping(text: str) -> dict[str, Any]:
    """Parameters as HTTP brings them. Raises frappe.ValidationError."""
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        refuse(_("Parameters are JSON such as {0}."), '{"job": "queue.flush"}')
    return found
