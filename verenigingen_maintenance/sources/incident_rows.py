"""Incidents with their moments, read for several at once: for the review of one, for reports and findings.

What an incident captured is not read here: it is large.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import frappe
from frappe.utils import cint

from verenigingen_maintenance.core import incident_times
from verenigingen_maintenance.core.alert_review import late_answers
from verenigingen_maintenance.core.incident_states import OVER
from verenigingen_maintenance.core.incident_times import Moments, Time
from verenigingen_maintenance.core.policy import Policy
from verenigingen_maintenance.sources import clock

INCIDENT, EVENT, SETTINGS = "Maintenance Incident", "Maintenance Incident Event", "Maintenance Settings"
ESCALATION, CHECK_ROW = "Maintenance Escalation", "Maintenance Escalation Check"
ESCALATION_EVENT = "Maintenance Escalation Event"
FIELDS = (
    *("name", "title", "status", "severity", "procedure", "is_drill", "trigger", "false_alarm"),
    *("began_at", "opened_at", "acknowledged_at", "mitigated_at", "resolved_at"),
)
COMMAND = "Commander"
ANSWERED = ("OK", "WARNING", "CRITICAL")
MOST, MOST_ESCALATIONS, COMPARED = 200, 2_000, 5
Steps = tuple[tuple[str, datetime], ...]


def read(filters: Mapping[str, object], order: str = "opened_at asc", most: int = MOST) -> list[Any]:
    """Incidents as rows of FIELDS, each with its `moments`."""
    rows = frappe.get_all(INCIDENT, filters, FIELDS, order_by=f"{order}, name asc", limit=most)
    names, zone = [row.name for row in rows], clock.zone()
    steps, linked = _steps(names), escalations(names)
    for row in rows:
        row.moments = _moments(row, steps.get(row.name, ()), linked.get(row.name, []), zone)
    return rows


def times(moments: Moments) -> list[Time]:
    """The four times, beside the promise of the settings."""
    promised = cint(frappe.db.get_single_value(SETTINGS, "promised_alert_minutes"))
    return incident_times.times(moments, 60.0 * promised if promised else None)


def earlier(incident: Any) -> list[Any]:
    """The last incidents of its procedure before it that are over: drills for a drill, else real ones."""
    filters = {
        "procedure": incident.procedure or "",
        "is_drill": cint(incident.is_drill),
        "false_alarm": 0,
        "status": ("in", [each.value for each in OVER]),
        "opened_at": ("<", incident.opened_at),
        "name": ("!=", incident.name),
    }
    return read(filters, "opened_at desc", COMPARED)


def escalations(names: Sequence[str]) -> dict[str, list[Any]]:
    """Those of each incident, the first first, with `checks` (titles; none of the one that was opened with an
    incident by hand), `went_up` and `answer_until`."""
    fields = ["name", "title", "incident", "level", "status", "outcome", "opened_at", "acknowledged_at"]
    fields += ["first_acknowledged_at", "closed_at", "policy", "subject"]
    filters = {"incident": ("in", [*names, ""]), "opened_at": ("is", "set")}
    rows = frappe.get_all(
        ESCALATION, filters, fields, order_by="opened_at asc, name asc", limit=MOST_ESCALATIONS
    )
    checks = _by_parent(CHECK_ROW, "title", rows)
    events = _by_parent(ESCALATION_EVENT, "event", rows)
    found: dict[str, list[Any]] = {}
    for row in rows:
        row.checks = [] if row.subject == row.incident else checks.get(row.name, [])
        row.went_up = late_answers(events.get(row.name, []))
        row.answer_until = _answer_until(row)
        found.setdefault(row.incident, []).append(row)
    return found


def command_taken(incident: Any) -> datetime | None:
    """When somebody took command first, as it is stored."""
    filters = {"parent": incident.name, "parenttype": INCIDENT, "event": COMMAND}
    first = frappe.get_all(EVENT, filters, pluck="happened_at", order_by="happened_at asc", limit=1)
    return first[0] if first else incident.commander_since


def answered_at(row: Any) -> datetime | None:
    """When a row of a run was answered, an instant: by hand, or by a check that could be measured."""
    at = row.done_at if row.by_hand else row.observed_at if row.verdict in ANSWERED else None
    return clock.instant(at) if at else None


def _by_parent(doctype: str, field: str, rows: Iterable[Any]) -> dict[str, list[str]]:
    filters = {"parenttype": ESCALATION, "parent": ("in", [*(row.name for row in rows), ""])}
    found: dict[str, list[str]] = {}
    for parent, value in frappe.get_all(
        doctype, filters, ["parent", field], order_by="parent, idx", as_list=True, limit=0
    ):
        found.setdefault(parent, []).append(value or "")
    return found


def _answer_until(row: Any) -> datetime | None:
    """An instant. None where no policy is kept, and where it went up: its first level is not known then."""
    if not row.policy or row.went_up:
        return None
    return Policy.from_json(row.policy).ends(row.level or "", clock.instant(row.opened_at))


def _steps(names: Sequence[str]) -> dict[str, list[Any]]:
    """The lines of the timelines that are steps, or took command, in their order."""
    events = (*incident_times.STEPS, COMMAND)
    of_these = {"parenttype": INCIDENT, "parent": ("in", [*names, ""]), "event": ("in", events)}
    fields = ["parent", "event", "happened_at"]
    found: dict[str, list[Any]] = {}
    for row in frappe.get_all(EVENT, of_these, fields, order_by="parent, idx", limit=0):
        found.setdefault(row.parent, []).append(row)
    return found


def _moments(row: Any, steps: Sequence[Any], linked: Sequence[Any], zone: ZoneInfo) -> Moments:
    """It is acknowledged by whoever took command or acknowledged an escalation of it, whatever was first."""
    began = clock.instant(row.began_at or row.opened_at, zone)

    def after(naive: datetime | None) -> datetime | None:
        return clock.instant_after(naive, began, zone) if naive else None

    first = linked[0] if linked else None
    opened, escalated = after(row.opened_at) or began, after(first.opened_at) if first else None
    answered = [each.first_acknowledged_at or each.acknowledged_at for each in linked]
    answered += [each.happened_at for each in steps if each.event == COMMAND]
    is_first = escalated is not None and escalated <= opened
    return Moments(
        began=began,
        opened=opened,
        escalated=escalated,
        answer_until=first.answer_until if first and is_first else None,
        answered_late=bool(first and is_first and first.went_up),
        acknowledged=min(filter(None, map(after, [row.acknowledged_at, *answered])), default=None),
        mitigated=after(row.mitigated_at),
        resolved=after(row.resolved_at),
        steps=tuple(
            (each.event, clock.instant_after(each.happened_at, began, zone))
            for each in steps
            if each.event != COMMAND
        ),
    )
