"""After an incident: its review is written, read, printed and closed."""

from __future__ import annotations

import frappe

from verenigingen_maintenance.api.door import AUDITOR, MANAGER, OPERATOR, only_for, told_in_shell
from verenigingen_maintenance.operations import incident_document, incident_review
from verenigingen_maintenance.sources import clock


@frappe.whitelist(methods=["GET"])
@told_in_shell
def get_incident_review(incident: str) -> dict:
    """The review as data: drafted from what was recorded, or as it was when it was reviewed; and as HTML."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return incident_document.describe(incident, clock.now())


@frappe.whitelist(methods=["GET"])
@told_in_shell
def incident_review_pdf(incident: str) -> None:
    """The review document as a PDF to download."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    name, content = incident_document.pdf(incident, clock.now())
    frappe.response.update({"type": "pdf", "filename": name, "filecontent": content})


@frappe.whitelist(methods=["POST"])
@told_in_shell
def write_incident_review(
    incident: str,
    root_cause: str | None = None,
    contributing_factors: str | None = None,
    went_well: str | None = None,
    went_badly: str | None = None,
    lessons: str | None = None,
    impact: str | None = None,
) -> None:
    """What people say of it; what is not given stays as it is."""
    only_for(MANAGER, OPERATOR)
    texts = {"impact": impact, "root_cause": root_cause, "contributing_factors": contributing_factors}
    texts |= {"went_well": went_well, "went_badly": went_badly, "lessons": lessons}
    incident_review.write(incident, texts)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def add_measure(incident: str, title: str, kind: str, allocated_to: str, due_on: str) -> dict:
    """A preventive measure with owner and date, as a ToDo."""
    only_for(MANAGER, OPERATOR)
    return {"todo": incident_review.add_measure(incident, title, kind, allocated_to, due_on)}


@frappe.whitelist(methods=["POST"])
@told_in_shell
def review_incident(incident: str, looked_at: str = "", outcome: str = "Unchanged") -> None:
    """Closes the review: from then on the incident never changes."""
    only_for(MANAGER)
    incident_review.review(incident, looked_at, outcome, clock.now())
