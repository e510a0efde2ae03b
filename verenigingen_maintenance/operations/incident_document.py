"""The review document of an incident: as data, as HTML and as a PDF; a draft of it before it is reviewed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from verenigingen_maintenance.core import incident_document
from verenigingen_maintenance.core.language import phrase, read_html
from verenigingen_maintenance.operations import incident_review
from verenigingen_maintenance.operations.language import said


def describe(name: str, now: datetime) -> dict[str, Any]:
    """The review as data, with the document as `html`, which is escaped. Raises frappe.DoesNotExistError."""
    told = incident_review.describe(name, now)
    return {**told, "html": read_html(incident_document.render(told), said)}


def pdf(name: str, now: datetime) -> tuple[str, bytes]:
    """Its file name and its content. What makes it is imported here: that takes long."""
    from verenigingen_maintenance.operations import report_pdf

    told = incident_review.describe(name, now)
    head = f"{told['incident']} {told['title']}".strip()[:90]
    state = phrase("DRAFT") if told["is_draft"] else ""
    content = report_pdf.pages(incident_document.render(told), f"Incident review {head}", state)
    return f"{told['incident']}-review{'-draft' if told['is_draft'] else ''}.pdf", content
