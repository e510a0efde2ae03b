"""What somebody may do in an incident now, with what can be chosen and why something cannot be done."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint

from verenigingen_maintenance.core.incident_actions import ACTIONS, Action, Outcome, may
from verenigingen_maintenance.operations import incidents
from verenigingen_maintenance.operations.incident_action_kinds import WAYS
from verenigingen_maintenance.operations.incident_action_left import may_be_done, still_paused
from verenigingen_maintenance.operations.incident_action_way import Way
from verenigingen_maintenance.operations.incident_actions import redis_told, state_of_row
from verenigingen_maintenance.operations.language import said
from verenigingen_maintenance.operations.refusals import plain, refuse


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
    mine = [each for each in may_be_done(document) if may(each, roles)]
    return {
        **{"incident": incident, "status": document.status, "is_drill": bool(cint(document.is_drill))},
        "actions": [_offer(each) for each in mine],
        "under_way": under_way(document),
        "still_paused": still_paused(document),
    }


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
            "told": said(state_of_row(row) or row.result) or _("It is being done."),
        }
        for row in incident.actions
        if row.outcome == Outcome.RUNNING.value and row.action in ACTIONS
    ]


def _offer(action: Action) -> dict[str, Any]:
    why_not, options = _now(WAYS[action.name])
    asked = [
        {
            **{"name": each.name, "label": said(each.label), "kind": each.kind, "required": each.is_required},
            **{"help": said(each.help) if each.help else "", "options": options.get(each.name, [])},
        }
        for each in action.parameters
    ]
    way_back = (
        _("Taken back by: {0}").format(said(action.taken_back_by))
        if action.taken_back_by
        else said(action.way_back)
    )
    told = {
        "name": action.name,
        "label": said(action.name),
        "warning": said(action.warning),
        "way_back": way_back,
    }
    return {**told, "parameters": asked, "why_not": why_not}


def _now(way: Way) -> tuple[str, dict[str, list[dict[str, str]]]]:
    """Why there is nothing to do, and what can be chosen; where Redis is gone that is said of this action."""
    try:
        with redis_told():
            return way.not_now(), way.choices()
    except frappe.ValidationError as error:
        frappe.clear_last_message()
        return plain(error), {}
