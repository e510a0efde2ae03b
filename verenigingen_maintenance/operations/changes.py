"""What people decide of changes: they propose, approve, plan, dismiss and keep them, each with a reason."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from verenigingen_maintenance.core.change_measures import Verdict
from verenigingen_maintenance.core.change_states import PLANNED, Kind, Status
from verenigingen_maintenance.core.database_opportunities import ASK_FIRST
from verenigingen_maintenance.core.slow_queries import steps, steps_back
from verenigingen_maintenance.operations import change_records, change_retention, measure_change, records
from verenigingen_maintenance.operations.change_kinds import way_of
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.sources import clock

LONGEST_TITLE, LONGEST_TEXT = 140, 4_000


def propose(values: Mapping[str, Any], user: str, now: datetime) -> str:
    """A change that a person proposes: title, kind, finding, gain; parameters (JSON) of a kind that the app
    applies, steps and steps_back of one by hand; metric and path to measure by. Raises
    frappe.ValidationError with what to mend."""
    given = {key: (value or "").strip() if isinstance(value, str) else value for key, value in values.items()}
    kind, parameters = _kind(given.get("kind")), _parameters(given.get("parameters"))
    _refuse_incomplete(given, kind)
    if way := way_of(kind.value):
        way.refuse_bad(parameters)
        if reason := way.no_longer(parameters):
            refuse("{0}", reason)
    key = _key(kind, parameters, given["title"])
    if name := change_records.going_on(key):
        refuse(_("{0} proposes that already."), name)
    change = change_records.make({**_described(given, kind, parameters), "proposed_by": user}, key, now)
    return str(change.name)


def _kind(name: object) -> Kind:
    try:
        return Kind(name)
    except ValueError:
        refuse(
            _("“{0}” is no kind of change. Choose one of: {1}."), name, ", ".join(each.value for each in Kind)
        )


def _parameters(given: object) -> dict[str, Any]:
    try:
        found = json.loads(given) if isinstance(given, str) and given else given or {}
    except ValueError:
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("doctype", ""), str):
        refuse(_("Parameters are JSON such as {0}"), '{"doctype": "Activity Log", "columns": ["user"]}')
    return found


def _refuse_incomplete(given: Mapping[str, Any], kind: Kind) -> None:
    needed = {"title": _("Title"), "finding": _("Finding"), "gain": _("Expected Gain")}
    if kind is Kind.BY_HAND:
        needed |= {"steps": _("Steps"), "steps_back": _("Steps Back")}
    for field, label in needed.items():
        if not given.get(field):
            refuse(_("{0} is missing: whoever approves it has to know."), label)
        if len(given[field]) > LONGEST_TEXT:
            refuse(_("{0} is longer than {1} characters."), label, LONGEST_TEXT)
    if len(given["title"]) > LONGEST_TITLE:
        refuse(_("{0} is longer than {1} characters."), _("Title"), LONGEST_TITLE)
    if given.get("metric") and not frappe.db.exists("Metric", given["metric"]):
        refuse(_("There is no metric {0}. The list Metric has them."), given["metric"])


def _key(kind: Kind, parameters: Mapping[str, Any], title: str) -> str:
    if kind is Kind.ADD_INDEX:
        return f"index tab{parameters['doctype']} {', '.join(parameters['columns'])}"
    if kind is Kind.SET_RETENTION:
        return f"retention {parameters['doctype']}"
    if kind is Kind.ANALYSE_TABLE:
        return f"statistics {parameters['doctype']}"
    if kind is Kind.CLEAR_CACHE:
        return "clear cache"
    return f"by hand {hashlib.sha256(title.lower().encode()).hexdigest()[:40]}"


def _described(given: Mapping[str, Any], kind: Kind, parameters: Mapping[str, Any]) -> dict[str, Any]:
    area = {Kind.SET_RETENTION: "Logs", Kind.CLEAR_CACHE: "Cache", Kind.BY_HAND: "Other"}.get(
        kind, "Database"
    )
    is_by_hand = kind is Kind.BY_HAND  # else the steps are what the app does, and nobody's words
    wanted = {"steps": given["steps"] if is_by_hand else _steps(kind, parameters), "gain_level": "Medium"}
    wanted["steps_back"] = given["steps_back"] if is_by_hand else _steps_back(kind, parameters)
    texts = {field: given[field] for field in ("title", "finding", "gain")}
    told = {"measured_how": "said by who proposed it", "evidence": "{}", "area": area, "kind": kind.value}
    measures = change_records.as_json(_measures(given, kind, parameters))
    return {**texts, **told, **wanted, "parameters": change_records.as_json(parameters), "measures": measures}


def _steps(kind: Kind, parameters: Mapping[str, Any]) -> str:
    if kind is Kind.ADD_INDEX:
        return steps(parameters["doctype"], parameters["columns"])
    if kind is Kind.SET_RETENTION:
        text = "Log Settings: {0}, {1} days. Frappe deletes what is older once a day."
        return f"1. {ASK_FIRST}\n2. {text.format(parameters['doctype'], parameters['days'])}"
    if kind is Kind.ANALYSE_TABLE:
        return f"analyze table `tab{parameters['doctype']}`;"
    return f"bench --site {frappe.local.site} clear-cache"


def _steps_back(kind: Kind, parameters: Mapping[str, Any]) -> str:
    if kind is Kind.ADD_INDEX:
        return steps_back(parameters["doctype"], parameters["columns"])
    if kind is Kind.SET_RETENTION:
        return (
            "Log Settings: what was there before. What was deleted meanwhile does not come back, and where "
            "fewer days were there, Frappe deletes what is older."
        )
    return "Nothing can be taken back; it fills itself again."


def _measures(given: Mapping[str, Any], kind: Kind, parameters: Mapping[str, Any]) -> list[dict[str, str]]:
    found = []
    if kind is Kind.SET_RETENTION and change_retention.is_shorter(parameters):
        found.append({"probe": "rows", "of": parameters["doctype"], "better": "lower"})
    if kind is Kind.ANALYSE_TABLE:
        found.append({"probe": "estimate", "of": parameters["doctype"], "better": "lower"})
    if given.get("metric"):
        better = "higher" if given.get("higher_is_better") in (1, "1", True, "true") else "lower"
        found.append({"probe": "metric", "of": given["metric"], "better": better})
    if given.get("path"):
        found.append({"probe": "path", "of": given["path"], "better": "lower"})
    return found


# --- decisions


def approve(name: str, reason: str, user: str) -> None:
    """Raises frappe.ValidationError where whoever approves proposed it: two people look at every change."""
    change_records.refuse_without_reason(reason)
    change = change_records.get(name)
    status = change_records.status_after(change, "Approve")
    if change.proposed_by == user:
        refuse(
            _("You proposed {0}: another Maintenance Manager approves it, so that two people looked at it."),
            name,
        )
    change.update({"status": status.value, "approval": reason.strip(), "approved_by": user})
    change.approved_at = clock.stored(clock.now())
    measure_change.before(change, clock.now())  # what is done by hand begins without a word to the app
    records.write(change)


def plan(name: str, responsible: str, due_on: str) -> None:
    """Who does it, and until when: that is the roadmap."""
    with change_records.alone(name):
        change = change_records.get(name)
        if Status(change.status) not in PLANNED:
            refuse(_("{0} is {1}: there is nothing to plan any more."), name, change.status)
        if not frappe.db.exists("User", {"name": responsible, "enabled": 1}):
            refuse(_("{0} is no user who could log in."), responsible)
        records.write(change.update({"responsible": responsible, "due_on": _day(due_on)}))


def _day(text: str) -> Any:
    try:
        day = date.fromisoformat(str(text))
    except ValueError:
        day = None
    if day is None or day < clock.stored(clock.now()).date():
        refuse(_("Due On is a day from today on, such as 2027-01-31: “{0}” is not."), text)
    return day


def dismiss(name: str, reason: str, user: str) -> None:
    """It is not done. It is not proposed again while its evidence is the same."""
    change_records.refuse_without_reason(reason)
    change = change_records.get(name)
    change_records.end(change, change_records.status_after(change, "Dismiss"), reason.strip(), user)


def keep(name: str, reason: str, user: str) -> None:
    """It stays. Raises frappe.ValidationError where it was not measured yet."""
    change_records.refuse_without_reason(reason)
    with change_records.alone(name):
        change = change_records.get(name)
        status = change_records.status_after(change, "Keep")
        _refuse_unmeasured(change)
        # A rollback that failed, or that no worker took up yet, waits for nobody any more.
        change.update({"failure": None, "rollback_begun_at": None})
        change_records.end(change, status, reason.strip(), user)


def _refuse_unmeasured(change: Document) -> None:
    if not change.measured_at:
        refuse(_("{0} was not measured after it was applied: measure it first."), change.name)
    if change.measure_until and change.verdict == Verdict.NOT_ENOUGH.value:
        message = _("{0} has not enough data yet; it is measured again at {1}.")
        refuse(message, change.name, change.measure_until)
