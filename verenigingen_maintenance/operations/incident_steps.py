"""What people do with an incident: open it, take command, note, mitigate, resolve, reopen.

Whoever is on duty may do each of them: at three in the morning nobody waits for the commander.
"""

from __future__ import annotations

from datetime import datetime

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint

from verenigingen_maintenance.core.incident_states import Severity
from verenigingen_maintenance.core.slots import Cadence
from verenigingen_maintenance.operations import (
    escalation_steps,
    escalations,
    incident_capture,
    incident_timeline,
    incidents,
    notifications,
    open_run,
    records,
    review_causes,
)
from verenigingen_maintenance.operations.escalation_steps import ESCALATION
from verenigingen_maintenance.operations.incidents import BY_HAND, INCIDENT
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.operations.transactions import commit
from verenigingen_maintenance.sources import clock

PROCEDURE = "Maintenance Procedure"


def start(
    seen: str,
    procedure: str,
    severity: str,
    now: datetime,
    is_drill: bool = False,
    began: datetime | None = None,
) -> str:
    """Opens an incident by hand, with the state at this moment, and tells the level on duty; `began` is the
    instant from which it was so, where somebody knows.

    Where one of the procedure is open, what was seen is noted there. Returns its name.
    """
    _refuse_bad_start(seen, procedure, severity, began, now)
    name = incidents.open_one(procedure, is_drill)
    if name is None:
        incident = _make(seen, procedure, severity, now, is_drill, began)
        name = str(incident.name)
        if not incident.flags.was_there:
            commit()  # it is there before its state is read, which takes seconds and may be cut off
            capture(name, "Opened", now)
            return name
    note(name, f"{seen} (since {clock.shown(began)})" if began else seen)
    return name


def _refuse_bad_start(
    seen: str, procedure: str, severity: str, began: datetime | None, now: datetime
) -> None:
    if not (seen or "").strip():
        refuse(_("Say what you see: it is the first line of the incident."))
    _refuse_unless_emergency(procedure)
    if severity not in [each.value for each in Severity]:
        refuse(_("The severity is one of: {0}."), ", ".join(each.value for each in Severity))
    if began and began > now:
        refuse(_("{0} is to come: say since when it is so, or leave it out."), clock.shown(began))


def _make(
    seen: str, procedure: str, severity: str, now: datetime, is_drill: bool, began: datetime | None
) -> Document:
    """Opens it; or finds the one that somebody opened just now, whose level is told already."""
    values = {"title": seen.strip().splitlines()[0], "trigger": BY_HAND, "trigger_text": seen.strip()}
    values |= {"procedure": procedure, "severity": severity, "is_drill": int(is_drill), "began_at": began}
    incident = incidents.make(values, _opened(seen, is_drill), now)
    if not (is_drill or incident.flags.was_there):
        tell_level(incident, seen, now)
    return incident


def _opened(seen: str, is_drill: bool) -> str:
    return f"DRILL, nothing is broken: {seen}" if is_drill else seen


def _refuse_unless_emergency(procedure: str) -> None:
    names = emergencies()
    if procedure not in names:
        refuse(_("{0} is no emergency procedure. There are: {1}."), procedure, ", ".join(names))


def emergencies() -> list[str]:
    """The names of the emergency procedures."""
    return frappe.get_all(PROCEDURE, {"cadence": Cadence.EMERGENCY.value}, pluck="name", order_by="creation")


def tell_level(incident: Document, seen: str, now: datetime) -> None:
    """An incident by hand has an escalation of its own: its clock tells who is on duty."""
    began = clock.instant(incident.began_at)
    title = f"{incident.name}: {incident.title}"
    link(incident, escalations.record(escalations.Breach(incident.name, title, seen, began)))


def link(incident: Document, escalation: str) -> None:
    """The escalation belongs to the incident from now on."""
    frappe.db.set_value(ESCALATION, escalation, "incident", incident.name, update_modified=False)


def capture(name: str, why: str, now: datetime, by: str | None = None) -> None:
    """The state at this moment goes into the incident; `by` as for incident_capture."""
    incident = incidents.get(name)
    incident_capture.capture(incident, why, now, by)
    incidents.write(incident)


def capture_first(incident: Document, now: datetime) -> bool:
    """The state of an incident that was opened while the database was gone, or by a process that was killed
    before it could read it. Returns whether it was read now; the incident is not saved."""
    if incident.captures:
        return False
    incident_capture.capture(incident, "First read after it was opened", now, by="")
    return True


def capture_again(name: str, why: str, now: datetime) -> None:
    """The same, where it is not over."""
    incidents.going_on(name)
    capture(name, why, now)


def take_command(name: str, now: datetime, reason: str = "") -> str:
    """The user who is logged in commands it from now on, and has its run; its escalations are acknowledged.

    Where somebody else does, `reason` says why that changes. Returns the name of the run.
    """
    incident, user = incidents.going_on(name), frappe.session.user
    if incident.commander and incident.commander != user:
        _refuse_second(incident, reason)
    if incident.commander == user:
        refuse(_("You command {0} already."), name)
    former = incident.commander
    incident.update({"commander": user, "commander_since": clock.stored(now)})
    incident.acknowledged_at = incident.acknowledged_at or clock.stored(now)
    told = f"{user} commands"
    if former:
        told = f"{user} commands instead of {former}: {reason.strip()}"
    incidents.add_event(incident, "Commander", told, now)
    _open_run(incident, now)
    incidents.write(incident)
    _acknowledge_all(incident)
    return str(incident.checklist_run)


def _refuse_second(incident: Document, reason: str) -> None:
    if (reason or "").strip():
        return
    message = _("{0} commands {1} since {2}. Talk to each other; to take over, say why.")
    refuse(message, incident.commander, incident.name, f"{incident.commander_since:%H:%M}")


def _open_run(incident: Document, now: datetime) -> None:
    """The run of its procedure: the open one of the day that no other incident has, or a new one."""
    if (
        incident.checklist_run
        and frappe.db.get_value("Checklist Run", incident.checklist_run, "status") == "Open"
    ):
        return
    procedure = frappe.get_doc(PROCEDURE, incident.procedure)
    others = {"procedure": incident.procedure, "checklist_run": ("is", "set"), "name": ("!=", incident.name)}
    taken = frappe.get_all(INCIDENT, others, pluck="checklist_run", order_by="creation desc", limit=100)
    is_drill = bool(cint(incident.is_drill))
    incident.checklist_run = open_run.open_ad_hoc(procedure, now, is_drill, taken)
    incidents.add_event(incident, "Run", f"{incident.checklist_run} was opened", now)


def _acknowledge_all(incident: Document) -> None:
    """Nobody is reminded of what somebody commands."""
    for name in of_incident(incident.name, status="Open"):
        escalation = escalation_steps.get(name)
        if escalation.status == "Open":
            escalation_steps.move(escalation, "Acknowledged", f"{incident.name} has a commander")
            records.write(escalation)


def of_incident(name: str, **filters: object) -> list[str]:
    """Its escalations, the oldest first."""
    order = "opened_at asc, name asc"
    return frappe.get_all(ESCALATION, {"incident": name, **filters}, pluck="name", order_by=order, limit=0)


def note(name: str, text: str, at: datetime | None = None) -> None:
    """What somebody sees or does, also afterwards; `at` is when, an instant that is not to come."""
    if not (text or "").strip():
        refuse(_("Write what happened in {0}."), name)
    if at and at > clock.now():
        refuse(_("{0} is to come: note it when it happened."), clock.shown(at))
    incident = incidents.not_reviewed(name)
    incidents.add_event(incident, "Note", text.strip(), at)
    incidents.write(incident)


def mitigate(name: str, how: str, now: datetime) -> None:
    """Members can work again; the cause is not removed yet."""
    _step(name, "Mitigated", how, now, {"mitigated_at": clock.stored(now)})


def resolve(name: str, how: str, now: datetime, is_false_alarm: bool = False) -> None:
    """It is over. What its escalations say is broken still is noted beside it."""
    incident = incidents.get(name)
    lasting = [
        each for each in of_incident(name, status=("in", ["Open", "Acknowledged"])) if not _is_own(each, name)
    ]
    at = clock.stored(now)
    values = {
        "resolved_at": at,
        "resolved_by": frappe.session.user,
        "resolution": how,
        "false_alarm": int(is_false_alarm),
    }
    if not incident.mitigated_at:
        values["mitigated_at"] = at
    review_causes.of_incident(_step(name, "Resolved", how, now, values, _still(lasting)))
    _resolve_own(name, how)


def _still(lasting: list[str]) -> str:
    return "Not over yet: {}.".format(", ".join(lasting)) if lasting else ""


def _is_own(escalation: str, incident: str) -> bool:
    """Whether it was opened for an incident by hand: it ends with it."""
    return frappe.db.get_value(ESCALATION, escalation, "subject") == incident


def _resolve_own(name: str, how: str) -> None:
    for each in of_incident(name, subject=name, status=("in", ["Open", "Acknowledged"])):
        escalation = escalation_steps.get(each)
        escalation_steps.move(escalation, "Resolved", how)
        records.write(escalation)
        notifications.announce_over(escalation)


def reopen(name: str, why: str, now: datetime) -> None:
    """It is not over after all. Raises frappe.ValidationError where another one of its procedure is open."""
    incident = incidents.get(name)
    other = incidents.open_one(incident.procedure, bool(cint(incident.is_drill)))
    if other and other != name:
        refuse(_("{0} is open for {1}: go on there."), other, incident.procedure)
    values = {"resolved_at": None, "resolved_by": None, "mitigated_at": None, "false_alarm": 0}
    _step(name, "Reopened", why, now, values)


def _step(name: str, event: str, text: str, now: datetime, values: dict, more: str = "") -> Document:
    """The timeline is brought up to date with it: nobody does so once it is over."""
    if not (text or "").strip():
        refuse(_("Say in a few words how: the next one who meets this will look for it."))
    incident = incidents.get(name)
    incidents.move(incident, event, "\n".join(filter(None, (text.strip(), more))), now)
    incident.update(values)
    incident_timeline.gather(incident, now)
    incidents.write(incident)
    return incident


def exists(name: str) -> bool:
    """Whether there is an incident of this name."""
    return bool(frappe.db.exists(INCIDENT, name))
