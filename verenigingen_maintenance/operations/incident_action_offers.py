"""What somebody may do in an incident now, with what can be chosen and why something cannot be done."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint

from verenigingen_maintenance.core.incident_actions import (
    ACTIONS,
    Action,
    Outcome,
    lasts,
    left_as,
    may,
    not_taken_back,
)
from verenigingen_maintenance.core.incident_states import ONGOING, Status
from verenigingen_maintenance.operations import incidents
from verenigingen_maintenance.operations.incident_action_kinds import WAYS
from verenigingen_maintenance.operations.incident_action_way import Way
from verenigingen_maintenance.operations.incident_actions import redis_told, state_of_row
from verenigingen_maintenance.operations.refusals import plain, refuse

MOST = 20


def offers(incident: str, user: str) -> dict[str, Any]:
    """What this user may do now: {incident, status, is_drill, actions, under_way, still_paused}. In a
    resolved incident that is to put back what is still paused.

    Each action has {name, warning, way_back, parameters, why_not}; a parameter {name, label, kind, required,
    help, options}. `why_not` says why there is nothing to do; it is empty where there is.
    """
    if not frappe.db.exists(incidents.INCIDENT, incident):
        refuse(_("There is no incident {0}."), incident, kind=frappe.DoesNotExistError)
    document = frappe.get_doc(incidents.INCIDENT, incident)
    roles = frappe.get_roles(user)
    mine = [each for each in _open_to(document) if may(each, roles)]
    return {
        **{"incident": incident, "status": document.status, "is_drill": bool(cint(document.is_drill))},
        "actions": [_offer(each) for each in mine],
        "under_way": under_way(document),
        "still_paused": still_paused(document),
    }


def _open_to(incident: Document) -> list[Action]:
    """All of them; once it is resolved, those that put back what is paused still."""
    status = Status(incident.status)
    if status in ONGOING:
        return list(ACTIONS.values())
    left = _left(incident) if status is Status.RESOLVED else []
    names = dict.fromkeys(ACTIONS[row["action"]].taken_back_by for row in left)
    return [ACTIONS[name] for name in names]


def left_paused() -> list[str]:
    """What is still paused by incidents that are resolved and not reviewed, each with the incident."""
    resolved = {"status": Status.RESOLVED.value}
    names = frappe.get_all(
        incidents.INCIDENT, resolved, pluck="name", order_by="resolved_at desc", limit=MOST
    )
    return [
        f"{name}: {line}" for name in names for line in still_paused(frappe.get_doc(incidents.INCIDENT, name))
    ]


def under_way(incident: Document) -> list[dict[str, str]]:
    """The actions that say Running, and what is known of each: {action, target, at, by, told}."""
    return [
        {
            **{
                "action": row.action,
                "target": row.target or "",
                "at": str(row.asked_at)[:19],
                "by": row.by_user,
            },
            "told": state_of_row(row) or row.result or _("It is being done."),
        }
        for row in incident.actions
        if row.outcome == Outcome.RUNNING.value and row.action in ACTIONS
    ]


def still_paused(incident: Document) -> list[str]:
    """What was paused or switched off in an incident and is so still, each with what puts it back."""
    return list(dict.fromkeys(left_as(row["action"], row["target"] or "") for row in _left(incident)))


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


def _offer(action: Action) -> dict[str, Any]:
    why_not, options = _now(WAYS[action.name])
    asked = [
        {
            **{"name": each.name, "label": _(each.label), "kind": each.kind, "required": each.is_required},
            **{"help": _(each.help) if each.help else "", "options": options.get(each.name, [])},
        }
        for each in action.parameters
    ]
    way_back = (
        _("Taken back by: {0}").format(_(action.taken_back_by))
        if action.taken_back_by
        else _(action.way_back)
    )
    told = {"name": action.name, "label": _(action.name), "warning": _(action.warning), "way_back": way_back}
    return {**told, "parameters": asked, "why_not": why_not}


def _now(way: Way) -> tuple[str, dict[str, list[dict[str, str]]]]:
    """Why there is nothing to do, and what can be chosen; where Redis is gone that is said of this action."""
    try:
        with redis_told():
            return way.not_now(), way.choices()
    except frappe.ValidationError as error:
        frappe.clear_last_message()
        return plain(error), {}
