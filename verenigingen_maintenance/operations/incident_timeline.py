"""What happened around an incident, from what the app recorded anyway: each fact once, by its key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import frappe
from frappe.model.document import Document
from frappe.utils import get_datetime
from pypika import Order

from verenigingen_maintenance.operations import incidents
from verenigingen_maintenance.sources import clock

BEFORE = timedelta(hours=1)  # what led to it began a while before
MOST = 100  # of each kind, the newest: a job looks each minute
TOLD = (
    *("Opened", "Acknowledged", "Next Level", "Handed On", "Raised", "Nobody There", "Muted", "Cleared"),
    *("Resolved", "Reopened", "False Positive", "Note"),
)


@dataclass(frozen=True)
class Fact:
    """One line: when (as the database keeps it), what, where that is known from, and who did it."""

    event: str
    at: datetime
    told: str
    source: str
    key: str
    by: str = ""


def gather(incident: Document, now: datetime) -> int:
    """Adds what is not there yet; returns how many lines that was. The incident is not saved."""
    since = clock.stored(clock.instant(get_datetime(incident.began_at)) - BEFORE)
    facts = [fact for read in READERS for fact in read(incident, since)]
    return sum(
        incidents.add_event(
            incident, fact.event, fact.told, clock.instant(fact.at), fact.source, fact.key, fact.by
        )
        for fact in facts
    )


def _escalations(incident: Document, since: datetime) -> Iterator[Fact]:
    """What became of its escalations. That they are acknowledged for having a commander is told already."""
    event, parent = (
        frappe.qb.DocType(each) for each in ("Maintenance Escalation Event", "Maintenance Escalation")
    )
    query = frappe.qb.from_(event).join(parent).on(parent.name == event.parent)
    where = (parent.incident == incident.name) & event.event.isin(TOLD) & (event.happened_at >= since)
    columns = (
        event.name,
        event.happened_at,
        event.event,
        event.note,
        event.by_user,
        parent.name,
        parent.title,
    )
    query = query.select(*columns).where(where).orderby(event.happened_at, order=Order.desc)
    for name, at, what, note, by, escalation, title in query.limit(MOST).run():
        told = f"{title}: {what}. {note or ''}".strip()
        yield Fact("Escalation", at, told, escalation, f"escalation:{name}:{at}", by or "")


def _rows_of_run(incident: Document, since: datetime) -> Iterator[Fact]:
    """The steps of its run that somebody answered."""
    fields = ["name", "title", "result", "note", "done_by", "done_at"]
    filters = {"parent": incident.checklist_run, "done_at": (">=", since), "by_hand": 1}
    rows = frappe.get_all("Checklist Run Item", filters, fields, order_by="done_at desc", limit=MOST)
    for row in rows if incident.checklist_run else []:
        told = f"{row.title}: {row.result}. {row.note or ''}".strip()
        yield Fact(
            "Run", row.done_at, told, incident.checklist_run, f"item:{row.name}:{row.result}", row.done_by
        )


def _changes(_incident: Document, since: datetime) -> Iterator[Fact]:
    """Changes that were applied or rolled back."""
    fields = ["name", "title", "applied_at", "applied_by", "decided_at", "decided_by", "status"]
    doctype = "Maintenance Change"
    for row in frappe.get_all(
        doctype, {"applied_at": (">=", since)}, fields, order_by="applied_at desc", limit=MOST
    ):
        told = f"{row.title} was applied"
        yield Fact("Change", row.applied_at, told, row.name, f"applied:{row.name}", row.applied_by or "")
    back = {"status": "Rolled Back", "decided_at": (">=", since)}
    for row in frappe.get_all(doctype, back, fields, order_by="decided_at desc", limit=MOST):
        told = f"{row.title} was rolled back"
        yield Fact("Change", row.decided_at, told, row.name, f"back:{row.name}", row.decided_by or "")


def _downtimes(_incident: Document, since: datetime) -> Iterator[Fact]:
    """When the dashboard was down or nothing was measured, and until when."""
    fields = ["name", "kind", "begins", "ends", "reason"]
    for row in frappe.get_all(
        "Downtime", {"begins": (">=", since)}, fields, order_by="begins desc", limit=MOST
    ):
        told = f"{row.kind}. {row.reason or ''}".strip()
        yield Fact("Downtime", row.begins, f"begins: {told}", row.name, f"down:{row.name}")
        if row.ends:
            yield Fact("Downtime", row.ends, f"ends: {told}", row.name, f"up:{row.name}")


def _settings(_incident: Document, since: datetime) -> Iterator[Fact]:
    """Checks, procedures and settings that somebody changed."""
    doctypes = (
        "Maintenance Settings",
        "Maintenance Check",
        "System Settings",
        "Scheduled Job Type",
        "Server Script",
    )
    filters = {"ref_doctype": ("in", doctypes), "creation": (">=", since)}
    fields = ["name", "ref_doctype", "docname", "owner", "creation"]
    for row in frappe.get_all("Version", filters, fields, order_by="creation desc", limit=MOST):
        named = row.docname if row.ref_doctype == row.docname else f"{row.ref_doctype} {row.docname}"
        told = f"{named} was changed"
        yield Fact("Setting", row.creation, told, "Version", f"version:{row.name}", row.owner)


def _migration(_incident: Document, since: datetime) -> Iterator[Fact]:
    migrated = frappe.db.get_single_value("Maintenance Settings", "migrated_at")
    if migrated and get_datetime(migrated) >= since:
        yield Fact(
            "Upgrade",
            get_datetime(migrated),
            "The site was migrated",
            "bench migrate",
            f"migrated:{migrated}",
        )


def _errors(_incident: Document, since: datetime) -> Iterator[Fact]:
    """Error patterns that were never seen before."""
    fields = ["name", "title", "severity", "first_at"]
    rows = frappe.get_all(
        "Error Pattern", {"first_at": (">=", since)}, fields, order_by="first_at desc", limit=20
    )
    for row in rows:
        told = f"New error ({row.severity}): {row.title}"
        yield Fact("Check", row.first_at, told, row.name, f"pattern:{row.name}")


READERS: tuple[Callable[[Document, datetime], Iterator[Fact]], ...] = (
    *(_escalations, _rows_of_run, _changes, _downtimes, _settings, _migration, _errors),
)
