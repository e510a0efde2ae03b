"""The review document of an incident: as data, as HTML and as a PDF; a draft of it before it is reviewed."""

from __future__ import annotations

from datetime import datetime

from verenigingen_maintenance.core import incident_document
from verenigingen_maintenance.operations import incident_review


def html(name: str, now: datetime) -> str:
    """Escaped. Raises frappe.DoesNotExistError."""
    return incident_document.render(incident_review.describe(name, now))


def pdf(name: str, now: datetime) -> tuple[str, bytes]:
    """Its file name and its content. What makes it is imported here: that takes long."""
    from verenigingen_maintenance.operations import report_pdf

    told = incident_review.describe(name, now)
    head = f"{told['incident']} {told['title']}".strip()[:90]
    state = "DRAFT  " if told["is_draft"] else ""
    content = report_pdf.pages(incident_document.render(told), f"Incident review {head}", state)
    return f"{told['incident']}-review{'-draft' if told['is_draft'] else ''}.pdf", content
