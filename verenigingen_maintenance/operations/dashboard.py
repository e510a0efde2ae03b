"""What the dashboard page shows: the latest measured daily run, card by card. Nothing is measured for it."""

from __future__ import annotations

import json

import frappe
from frappe import _
from frappe.model.document import Document

from verenigingen_maintenance.operations import escalations
from verenigingen_maintenance.operations.open_run import RUN
from verenigingen_maintenance.sources import clock

# The titles are those that the written procedure looks for on a dashboard.
CARDS = {
    "active_members": "Active Members",
    "errors_24h": "Errors (24h)",
    "compliance_score": "Compliance Score",
    "critical_alerts": "Critical Alerts",
    "critical_issues": "Critical Issues",
    "analytics_response": "Analytics Summary",
    "forecasts_age": "Trend Forecasts",
    "compliance_errors": "Compliance Metrics",
    "database_response": "Database Response",
    "api_response": "API Response",
    "cache_hit_rate": "Cache Hit Rate",
}


def describe_dashboard() -> dict:
    """The values of the page's template; `recent_errors` is None where they were not measured."""
    run = _latest()
    items = {item.check_name: item for item in run.items if item.check_name} if run else {}
    return {
        "run": run.name if run else None,
        "measured_at": f"{run.measured_at:%Y-%m-%d %H:%M}" if run else "",
        "zone": str(clock.zone()),
        **_summary(run, items),
        "cards": [
            _card(title, items.get(name)) for name, title in CARDS.items() if _applies(items.get(name))
        ],
        "recent_errors": _recent_errors(items.get("errors_same_title")),
    }


def _latest() -> Document | None:
    filters = {"cadence": "Daily", "enabled": 1}
    procedure = frappe.db.get_value("Maintenance Procedure", filters)
    measured = {"procedure": procedure, "measured_at": ("is", "set")}
    name = frappe.db.get_value(RUN, measured, order_by="measured_at desc")
    return frappe.get_doc(RUN, name) if name else None


def _summary(run: Document | None, items: dict) -> dict:
    status = items.get("system_status")
    if run is None or status is None:
        return {"status": _("not measured"), "verdict": "UNKNOWN", "summary": []}
    told = [
        status.reason,
        _("Today's run {0} is {1}.").format(run.name, run.status),
        _("Escalations open: {0}").format(len(escalations.open_ones())),
    ]
    words = status.in_words() or _("unknown")
    return {"status": words, "verdict": status.verdict, "summary": [line for line in told if line]}


def _applies(item: Document | None) -> bool:
    return not (item and item.not_applicable)


def _card(title: str, item: Document | None) -> dict:
    is_measured = bool(item and item.value)
    return {
        "title": title,
        "is_measured": is_measured,
        "value": item.in_words() if is_measured else _("not measured"),
        "verdict": (item and item.verdict) or "UNKNOWN",
        "reason": (item and item.reason) or "",
        "target": f"{item.target} {item.unit}" if item and item.target else "",
    }


def _recent_errors(item: Document | None) -> list[dict] | None:
    if not (item and item.value):
        return None
    return json.loads(item.evidence or "{}").get("most frequent", [])
