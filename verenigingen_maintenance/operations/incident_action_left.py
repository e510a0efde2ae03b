"""What an incident paused or switched off and left so, and what may be done in it because of that."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import frappe
from frappe.model.document import Document

from verenigingen_maintenance.core.incident_actions import (
    ACTIONS,
    LASTING,
    Action,
    lasts,
    left_as,
    not_taken_back,
)
from verenigingen_maintenance.core.incident_states import ONGOING, Status
from verenigingen_maintenance.operations import incidents
from verenigingen_maintenance.operations.incident_action_kinds import WAYS

MOST = 20


def may_be_done(incident: Document) -> list[Action]:
    """All actions while it goes on; once it is resolved, those that put back what is still paused."""
    status = Status(incident.status)
    if status in ONGOING:
        return list(ACTIONS.values())
    left = _left(incident) if status is Status.RESOLVED else []
    return [ACTIONS[name] for name in dict.fromkeys(ACTIONS[row["action"]].taken_back_by for row in left)]


def still_paused(incident: Document) -> list[str]:
    """What was paused or switched off in an incident and is so still, each with what puts it back."""
    return list(dict.fromkeys(left_as(row["action"], row["target"] or "") for row in _left(incident)))


def left_paused() -> list[str]:
    """What is still paused by incidents that are resolved and not reviewed, each with the incident."""
    lasting = [[incidents.ACTION, "action", "in", list(LASTING)], ["status", "=", Status.RESOLVED.value]]
    order = "resolved_at desc"
    names = frappe.get_all(
        incidents.INCIDENT, lasting, pluck="name", distinct=True, order_by=order, limit=MOST
    )
    found = {name: still_paused(frappe.get_doc(incidents.INCIDENT, name)) for name in names}
    return [f"{name}: {line}" for name, lines in found.items() for line in lines]


def _left(incident: Document) -> list[Mapping[str, Any]]:
    """The rows of what was paused and is so still."""
    return [row for row in not_taken_back([row.as_dict() for row in incident.actions]) if _lasts(row)]


def _lasts(row: Mapping[str, Any]) -> bool:
    """What is not there any more, such as a job that was deleted, is not paused either."""
    try:
        return lasts(row["action"], WAYS[row["action"]].state(json.loads(row["parameters"] or "{}")))
    except frappe.ValidationError:
        frappe.clear_last_message()
        return False
