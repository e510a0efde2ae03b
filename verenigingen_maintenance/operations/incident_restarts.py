"""Services that a person restarts by hand in an incident: the commands for this host, and what came back.

The app runs none of them. It reads the processes before and after, which is the proof that one was restarted.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from frappe import _
from frappe.model.document import Document
from frappe.utils import cint

from verenigingen_maintenance.core.incident_actions import RESTART, Outcome
from verenigingen_maintenance.core.incident_states import Status
from verenigingen_maintenance.core.redaction import redact
from verenigingen_maintenance.core.service_commands import Facts, Way, ways
from verenigingen_maintenance.core.service_processes import Service, proof
from verenigingen_maintenance.core.service_starts import shown
from verenigingen_maintenance.operations import emergency_sheet, incidents
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.operations.transactions import commit
from verenigingen_maintenance.sources import services

LONGEST = 10_000


def restart_commands() -> list[dict[str, Any]]:
    """For each service: {service, how, sure, why, as_user, restart, stop, start, processes}. A command is
    empty where there is none for this host."""
    facts = _facts()
    return [
        {
            **_described(way),
            "processes": [services.described(each) for each in facts.processes.get(way.service, ())],
        }
        for way in ways(facts)
    ]


def restart_commands_without_database() -> list[dict[str, str]]:
    """The same without processes, whose times are told in the zone that the database knows."""
    return [_described(way) for way in ways(_facts())]


def _facts() -> Facts:
    """What is seen now, and what was when a service ran that does not now."""
    return replace(services.facts(), kept=emergency_sheet.kept_services())


def _described(way: Way) -> dict[str, str]:
    commands = {verb: way.commands.get(verb, "") for verb in ("restart", "stop", "start")}
    told = {"service": way.service.value, "how": way.how, "sure": way.sure, "why": redact(way.why)}
    return {**told, "as_user": way.as_user, **commands}


def begin_by_hand(incident: str, service: str, command: str, user: str) -> dict[str, Any]:
    """Somebody restarts a service now: what runs before is kept, and `record_by_hand` ends it.

    Raises frappe.ValidationError where one of this service was begun and not ended.
    """
    found = _service(service)
    before = services.seen(found)
    document = incidents.going_on(incident)
    if begun := _begun(document, found):
        refuse(_("{0} was begun at {1} by {2}: say what came back."), service, begun.asked_at, begun.by_user)
    _append(document, found, command, before, user)
    incidents.write(document)
    commit()
    return {"service": service, "before": before, "command": shown(command or "")[:LONGEST]}


def record_by_hand(incident: str, service: str, command: str, came_back: str, user: str) -> dict[str, Any]:
    """What came back from a command that somebody ran: ends what was begun, or stands alone. What was begun
    is ended in a resolved incident too, until it is reviewed.

    Answers {service, restarted, result, before, after}; `restarted` is None where that is not seen from here.
    """
    found = _service(service)
    if not (came_back or "").strip():
        refuse(_("Paste what came back, or say that nothing did."))
    after = services.seen(found)
    document = incidents.get(incident)
    row = _begun(document, found) if document.status != Status.REVIEWED.value else None
    if row is None:
        document = incidents.going_on(incident)
        row = _append(document, found, command, None, user)
    before = json.loads(row.before) if row.before else None
    seen = proof(before, after) if after is not None else None
    told = seen.text if seen else "It is on another host: not seen from here."
    outcome = Outcome.DRILL if cint(document.is_drill) else Outcome.BY_HAND
    values = {"after": _as_json(after), "command": shown(command or row.command or "")[:LONGEST]}
    incidents.end_action(document, row, outcome.value, told, **values)
    row.result = f"{told}\n{redact(came_back.strip())[:LONGEST]}"
    incidents.write(document)
    commit()
    restarted = seen.restarted if seen else None
    return {"service": service, "restarted": restarted, "result": told, "before": before, "after": after}


def _service(name: str) -> Service:
    try:
        return Service(name)
    except ValueError:
        refuse(_("There is no service {0}. There are: {1}."), name, ", ".join(each.value for each in Service))


def _begun(incident: Document, service: Service) -> Document | None:
    """The restart of a service that was begun, and of which nobody said yet what came back."""
    rows = (row for row in incident.actions if row.action == RESTART and row.target == service.value)
    return next((row for row in rows if row.outcome == Outcome.RUNNING.value), None)


def _append(incident: Document, service: Service, command: str, before: Any, user: str) -> Document:
    values = {"before": _as_json(before), "command": shown(command or "")[:LONGEST], "by_user": user}
    return incidents.begin_action(incident, RESTART, service.value, "Restarted by hand", **values)


def _as_json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, indent=1, default=str, ensure_ascii=False)
