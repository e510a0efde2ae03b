"""Findings from the proposals for thresholds. A manager who accepts one changes the check."""

from __future__ import annotations

from datetime import datetime

import frappe

from verenigingen_maintenance.core.findings import Finding, Found, Review, worst_first
from verenigingen_maintenance.operations.threshold_proposals import OPEN, PROPOSAL


def found(_review: Review, _now: datetime) -> Found:
    """The open proposals."""
    fields = ["name", "check_name", "current", "proposed", "finding", "alerts"]
    rows = frappe.get_all(PROPOSAL, {"status": OPEN}, fields, order_by="name", limit=0)
    return worst_first(
        Finding(
            f"threshold {row.name}",
            f"{row.check_name}: {row.current} → {row.proposed or 'no value'}",
            row.finding or "",
            row.alerts,
            "alerts",
            doctype=PROPOSAL,
            name=row.name,
        )
        for row in rows
    )
