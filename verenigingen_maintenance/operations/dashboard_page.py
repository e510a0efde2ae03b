"""The dashboard as HTML: one template for Desk and the page, and a stamp that says whether it changed."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import frappe

from verenigingen_maintenance.operations.dashboard import describe_dashboard
from verenigingen_maintenance.sources import clock

TEMPLATE = "verenigingen_maintenance/templates/maintenance_dashboard.html"
# What is shown is other when one of these is; ages and clocks go on with the minute.
WATCHED = (
    *("Checklist Run", "Maintenance Escalation", "Maintenance Incident", "Maintenance Change"),
    *("Compliance Assessment", "Monthly Service Level", "Version"),
)


def answer(stamp: str, now: datetime) -> dict[str, Any]:
    """`stamp`, `as_of` (a time of the site's clock) and `html`. The stamp that the caller has gets no `html`:
    then `unchanged` is True."""
    present, as_of = stamp_of(now), f"{clock.stored(now):%H:%M:%S}"
    if stamp == present:
        return {"stamp": present, "as_of": as_of, "unchanged": True}
    html = render(describe_dashboard(now))
    return {"stamp": present, "as_of": as_of, "unchanged": False, "html": html}


def render(described: dict[str, Any]) -> str:
    """The contents, escaped; the same for a reader in Desk and for the page."""
    return frappe.render_template(TEMPLATE, described)


def stamp_of(now: datetime) -> str:
    """What the page would be made of, as a short text: cheap, by the ends of indexes."""
    latest = ", ".join(f"(select max(modified) from `tab{doctype}`)" for doctype in WATCHED)
    newest = frappe.db.sql(f"select {latest}, (select max(name) from `tabMetric Sample`)")[0]
    told = (f"{clock.stored(now):%Y-%m-%d %H:%M}", frappe.local.lang, *map(str, newest))
    return hashlib.sha256("|".join(told).encode()).hexdigest()[:20]
