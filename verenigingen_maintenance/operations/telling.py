"""Whether a notification that waits is to be sent now."""

from __future__ import annotations

from datetime import datetime

from frappe.model.document import Document

from verenigingen_maintenance.core.telling import Act, Decision


def decide(notification: Document, now: datetime) -> Decision:
    """Send, hold or drop a notification that waits."""
    return Decision(Act.SEND, "due")
