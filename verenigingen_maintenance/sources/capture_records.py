"""What this site knows in an emergency: checks, errors, changes, settings that somebody changed."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import frappe

from verenigingen_maintenance.core.captures import Captured
from verenigingen_maintenance.sources import changes, clock

MOST, WEEK = 40, timedelta(days=7)
CHECK, PATTERN = "Maintenance Check", "Error Pattern"
SETTINGS = (
    *("System Settings", "Maintenance Settings", "Maintenance Check", "Maintenance Procedure"),
    *("Escalation Level", "Log Settings", "Email Account", "Scheduled Job Type", "Server Script"),
    *("Custom Field", "Property Setter", "Workflow", "DocType", "Role", "Website Settings"),
)


def readings(now: datetime) -> Captured:
    """The live checks as the last round judged them, the worst first."""
    fields = ["name", "title", "unit", "live_verdict", "live_value", "live_reason", "live_at"]
    rows = frappe.get_all(CHECK, {"live": 1, "enabled": 1}, fields, order_by="title", limit=0)
    order = ("CRITICAL", "UNKNOWN", "WARNING", "OK")
    shown = [_check(row) for row in rows]
    shown.sort(key=lambda row: order.index(row["verdict"]))
    counts = {verdict: sum(row["verdict"] == verdict for row in shown) for verdict in order}
    return Captured(counts, shown)


def _check(row: Any) -> dict[str, Any]:
    return {
        **{"check": row.title, "verdict": row.live_verdict or "UNKNOWN"},
        **{"value": row.live_value or "", "unit": row.unit, "why": row.live_reason or ""},
        "judged at": str(row.live_at or "never"),
    }


def errors(now: datetime) -> Captured:
    """The newest rows of Error Log: when, and the first line of each. Their text is not read."""
    fields = ["name", "method", "modified"]
    rows = frappe.get_all("Error Log", {}, fields, order_by="modified desc", limit=20)
    shown = [{"at": str(row.modified), "error": row.method, "row": row.name} for row in rows]
    return Captured({}, shown)


def patterns(now: datetime) -> Captured:
    """Error patterns that were first seen last, and those seen last."""
    fields = ["name", "title", "severity", "state", "first_at", "last_at"]
    new = frappe.get_all(PATTERN, {}, fields, order_by="first_at desc", limit=10)
    recent = frappe.get_all(PATTERN, {}, fields, order_by="last_at desc", limit=10)
    found = {row.name: row for row in (*new, *recent)}
    since = clock.stored(now - timedelta(days=1))
    count = sum(bool(row.first_at and row.first_at >= since) for row in new)
    return Captured({"new within a day (ten at most)": count}, [_text(row) for row in found.values()])


def maintenance_changes(now: datetime) -> Captured:
    """What was changed to make the site better, and what was taken back."""
    found = changes.of_7_days(now)
    rows = [{"change": name, "what": told} for name, told in found.evidence.items()]
    return Captured({"changes": found.value}, rows, found.at_least)


def settings_changed(now: datetime) -> Captured:
    """Versions of settings, checks, procedures and customisations: who changed which fields, and when."""
    filters = {"ref_doctype": ("in", SETTINGS), "creation": (">=", clock.stored(now - WEEK))}
    fields = ["ref_doctype", "docname", "owner", "creation", "data"]
    rows = frappe.get_all("Version", filters, fields, order_by="creation desc", limit=MOST + 1)
    cut = f"more than {MOST}, and the newest are shown" if len(rows) > MOST else ""
    return Captured({"changes": min(len(rows), MOST)}, [_version(row) for row in rows[:MOST]], cut)


def _version(row: Any) -> dict[str, Any]:
    data = json.loads(row.data or "{}")
    fields = [*(each[0] for each in data.get("changed") or []), *_tables(data)]
    named = f"{row.ref_doctype} {row.docname}" if row.ref_doctype != row.docname else row.ref_doctype
    told = ", ".join(dict.fromkeys(fields)) or "created or deleted"
    return {"at": str(row.creation), "what": named, "fields": told, "by": row.owner}


def _tables(data: dict[str, Any]) -> list[str]:
    rows = [*(data.get("added") or []), *(data.get("removed") or []), *(data.get("row_changed") or [])]
    return [str(each[0]) for each in rows]


def _text(row: Any) -> dict[str, Any]:
    return {key: str(value) if value is not None else "" for key, value in row.items()}
