"""Each minute: what is broken opens incidents or joins them, and their timelines follow what happens."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import frappe
from frappe.model.document import Document
from pypika import Order

from verenigingen_maintenance.core.incident_triggers import (
    WORST_FIRST,
    Breach,
    Emergency,
    Trigger,
    emergencies,
)
from verenigingen_maintenance.operations import (
    emergency_notes,
    emergency_sheet,
    incident_steps,
    incident_timeline,
    incidents,
)
from verenigingen_maintenance.operations.escalation_steps import ESCALATION
from verenigingen_maintenance.operations.incidents import INCIDENT, IS_ONGOING
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.operations.transactions import commit, lock
from verenigingen_maintenance.sources import clock

PART = "Maintenance Escalation Check"
MOST = 200
# What is no breach of the site itself; a gap of samples is one: something was down.
OWN = ("Drill", "Not measured", "Notifications", "Escalation clocks")


def watch(now: datetime) -> None:
    """Opens what is called for, and brings the timelines of the open ones up to date.

    Each in a transaction of its own. One that fails is logged, and the job fails once the others had their
    turn.
    """
    with lock("incidents") as mine:
        if not mine:
            return
        commit()
        failed = [name for name, act in _work(now) if not _did(name, act)]
    if failed:
        raise RuntimeError(f"Not watched, see Error Log: {', '.join(failed)}")


def _work(now: datetime) -> list[tuple[str, Any]]:
    found = emergencies(breaches(), triggers(), now)
    opening = [(each.procedure, lambda each=each: call(each, now)) for each in found]
    names = frappe.get_all(INCIDENT, {"status": IS_ONGOING}, pluck="name", order_by="name asc", limit=MOST)
    following = [(name, lambda name=name: follow(name, now)) for name in names]
    written = ("what was written meanwhile", lambda: emergency_notes.take_in(now))
    sheet = ("the emergency sheet", lambda: emergency_sheet.keep(now))
    host = ("how services run", lambda: emergency_sheet.look_at_services(now))
    return [written, *opening, *following, sheet, host]


def _did(name: str, act: Any) -> bool:
    try:
        act()
        commit()
    except Exception:  # noqa: BLE001 - raised by the caller, once the others had their turn
        frappe.db.rollback()
        frappe.log_error(f"Incident {name}"[:140])
        return False
    return True


def triggers() -> list[Trigger]:
    """As the settings have them."""
    rows = frappe.get_cached_doc(SETTINGS).incident_triggers
    return [
        Trigger(row.check_name, row.procedure, row.trigger, row.severity or "Major", row.minutes or 0)
        for row in rows
    ]


def breaches() -> list[Breach]:
    """What lasts in escalations that belong to no incident, or to one that was over before it began."""
    part, parent, incident = (frappe.qb.DocType(each) for each in (PART, ESCALATION, INCIDENT))
    is_new = parent.incident.isnull() | (parent.incident == "") | (incident.resolved_at < part.began_at)
    is_open = parent.status.isin(["Open", "Acknowledged"]) & part.cleared_at.isnull() & (parent.is_drill == 0)
    is_told = parent.muted_because.isnull() | (parent.muted_because == "")
    query = frappe.qb.from_(part).join(parent).on(parent.name == part.parent)
    query = query.left_join(incident).on(incident.name == parent.incident)
    columns = (parent.name, part.check_name, part.title, part.began_at)
    query = query.select(*columns).where(is_new & is_open & is_told & parent.subject.notin(OWN))
    return [
        Breach(name, check or "", title or "", clock.instant(began))
        for name, check, title, began in query.orderby(part.began_at, order=Order.desc).limit(MOST).run()
    ]


def call(emergency: Emergency, now: datetime) -> str:
    """Opens the incident, or joins the open one; returns its name. Its state is captured when it opens, and
    when what joins it makes it worse."""
    name = incidents.open_one(emergency.procedure)
    incident = incidents.get(name) if name else _open(emergency, now)
    why = "Opened" if not name else _worsened(incident, emergency)
    _join(incident, emergency)
    commit()
    if why:
        incident_steps.capture(incident.name, why, now, by="")
    return str(incident.name)


def _open(emergency: Emergency, now: datetime) -> Document:
    first = emergency.breaches[0]
    told = "; ".join(dict.fromkeys(f"{each.title} ({each.escalation})" for each in emergency.breaches))
    values = {"title": first.title, "trigger": emergency.trigger, "trigger_text": told}
    values |= {"procedure": emergency.procedure, "severity": emergency.severity, "began_at": first.began_at}
    return incidents.make(values, f"Opened by itself: {told}", now)


def _worsened(incident: Document, emergency: Emergency) -> str:
    """Raises the severity where what joins is worse, and says why; else nothing."""
    if WORST_FIRST.index(emergency.severity) >= WORST_FIRST.index(incident.severity):
        return ""
    incident.severity = emergency.severity
    return f"{emergency.breaches[0].title}, now {emergency.severity}"


def _join(incident: Document, emergency: Emergency) -> None:
    """Its escalations belong to it; the timeline tells of each breach when it began."""
    for each in emergency.breaches:
        incident_steps.link(incident, each.escalation)
        key = f"breach:{each.escalation}:{each.check}:{each.began_at.isoformat()}"
        told = f"{each.title} is CRITICAL"
        incidents.add_event(incident, "Check", told, each.began_at, each.escalation, key)
    incidents.write(incident)


def follow(name: str, now: datetime) -> None:
    """The timeline of an open incident gets what happened since; its state is read, where nobody did."""
    incident = incidents.get(name)
    was_read = incident_steps.capture_first(incident, now)
    if incident_timeline.gather(incident, now) or was_read:
        incidents.write(incident)
