"""Incidents: opened, commanded, ended; what the form and a shell show of them."""

from __future__ import annotations

from contextlib import suppress

import frappe
import redis
from frappe import _

from verenigingen_maintenance.api.door import AUDITOR, MANAGER, OPERATOR, from_shell, only_for, told_in_shell
from verenigingen_maintenance.api.runs import measure
from verenigingen_maintenance.operations import incident_form, incident_messages, incident_steps
from verenigingen_maintenance.operations.refusals import whole_number
from verenigingen_maintenance.operations.typed_times import past_instant
from verenigingen_maintenance.sources import clock


@frappe.whitelist(methods=["POST"])
@told_in_shell
def start_incident(
    seen: str,
    procedure: str = "Critical System Failure",
    severity: str = "Critical",
    drill: int = 0,
    since: str = "",
) -> dict:
    """Opens an incident with the state at this moment, or notes what was seen in the open one; `since` is
    when it began, in the time of the site, where somebody knows."""
    only_for(MANAGER, OPERATOR)
    is_drill = bool(whole_number(drill, "drill"))
    now = clock.now()
    began = past_instant(since, now) if since else None
    name = incident_steps.start(seen, procedure, severity, now, is_drill, began)
    if from_shell():
        print(name)
    return {"incident": name}


@frappe.whitelist(methods=["POST"])
@told_in_shell
def take_command(incident: str, reason: str = "") -> dict:
    """The user who asks commands the incident, and has its run; to take over, `reason` says why.

    Over HTTP a worker measures the run, where Redis is there to ask it.
    """
    only_for(MANAGER, OPERATOR)
    run = incident_steps.take_command(incident, clock.now(), reason)
    if not from_shell():
        # that Redis is gone is what the captured state says, and keeps nobody from taking command
        with suppress(redis.ConnectionError, redis.TimeoutError):
            measure(run)
    return {"run": run}


@frappe.whitelist(methods=["POST"])
@told_in_shell
def note_in_incident(incident: str, note: str, at: str = "") -> None:
    """What somebody sees or does; `at` is when, in the time of the site, where that was earlier."""
    only_for(MANAGER, OPERATOR)
    incident_steps.note(incident, note, past_instant(at, clock.now()) if at else None)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def capture_state(incident: str, why: str = "") -> None:
    """Reads the state of the site once more, and keeps it with the incident."""
    only_for(MANAGER, OPERATOR)
    incident_steps.capture_again(incident, why or _("Asked for"), clock.now())


@frappe.whitelist(methods=["POST"])
@told_in_shell
def mitigate_incident(incident: str, how: str) -> None:
    """Members can work again; the cause is not removed yet."""
    only_for(MANAGER, OPERATOR)
    incident_steps.mitigate(incident, how, clock.now())


@frappe.whitelist(methods=["POST"])
@told_in_shell
def resolve_incident(incident: str, how: str, false_alarm: int = 0) -> None:
    """It is over."""
    only_for(MANAGER, OPERATOR)
    incident_steps.resolve(incident, how, clock.now(), bool(whole_number(false_alarm, "false_alarm")))


@frappe.whitelist(methods=["POST"])
@told_in_shell
def reopen_incident(incident: str, why: str) -> None:
    """It is not over after all."""
    only_for(MANAGER, OPERATOR)
    incident_steps.reopen(incident, why, clock.now())


@frappe.whitelist(methods=["GET"])
@told_in_shell
def describe_incident(incident: str) -> dict:
    """The clock of its procedure, the next step, whom to call, the timeline and the captured state."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return incident_form.describe(incident, clock.now())


@frappe.whitelist(methods=["GET"])
@told_in_shell
def list_incidents() -> list[dict]:
    """The incidents that are not over."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return incident_form.ongoing()


@frappe.whitelist(methods=["GET"])
@told_in_shell
def draft_incident_message(incident: str) -> dict:
    """A text for those who ask, to be changed before it is sent."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return incident_form.message(incident, clock.now())


@frappe.whitelist(methods=["POST"])
@told_in_shell
def send_incident_message(incident: str, subject: str, text: str, to: str = "") -> dict:
    """Notes in the timeline what others are told, and mails it to the addresses in `to` where there are."""
    only_for(MANAGER, OPERATOR)
    return {"mailed": incident_messages.send(incident, subject, text, to, clock.now())}
