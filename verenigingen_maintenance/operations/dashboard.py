"""What the dashboard page shows: the latest measured daily run, card by card. Nothing is measured for it."""

from __future__ import annotations

import json
from datetime import timedelta

import frappe
from frappe import _
from frappe.model.document import Document

from verenigingen_maintenance.core.slots import slots
from verenigingen_maintenance.core.wording import age_in_words
from verenigingen_maintenance.operations import open_escalations, procedures, settings, watch
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

# They follow from other rows, and must not feed one: what they do not know is no card without data.
DERIVED_CARDS = {"critical_alerts", "critical_issues"}


def describe_dashboard() -> dict:
    """The values of the page's template; `recent_errors` is None where they were not measured."""
    run = _latest()
    if run and _is_stale(run):
        run = None
    items = {item.check_name: item for item in run.items if item.check_name} if run else {}
    watcher = watch.describe_watch(clock.now())
    return {
        "sampled": age_in_words(watcher["seconds"]),
        "is_late": watcher["is_late"],
        "why": [*watcher["why"], *watcher["problems"]],
        "run": run.name if run else None,
        "measured_at": f"{run.measured_at:%Y-%m-%d %H:%M}" if run else "",
        "zone": str(clock.zone()),
        **_summary(run, items),
        "cards": [
            _card(title, items.get(name)) for name, title in CARDS.items() if _applies(items.get(name))
        ],
        "recent_errors": _recent_errors(items.get("same_error_24h")),
    }


def _latest() -> Document | None:
    filters = {"cadence": "Daily", "enabled": 1}
    procedure = frappe.db.get_value("Maintenance Procedure", filters)
    measured = {"procedure": procedure, "measured_at": ("is", "set")}
    name = frappe.db.get_value(RUN, measured, order_by="measured_at desc")
    return frappe.get_doc(RUN, name) if name else None


def _is_stale(run: Document) -> bool:
    """Whether a slot has passed since it was measured: what it says is of another day."""
    procedure, now = frappe.get_doc("Maintenance Procedure", run.procedure), clock.now()
    today = clock.stored(now).date()
    days = slots(procedures.schedule_of(procedure), settings.calendar(), today - timedelta(days=14), today)
    passed = [slot for slot in days if slot.due_until <= now]
    return bool(passed) and clock.instant(run.measured_at) < passed[-1].opens_at


def _summary(run: Document | None, items: dict) -> dict:
    status = items.get("system_status")
    if run is None or status is None:
        return {"status": _("not measured"), "verdict": "UNKNOWN", "summary": []}
    told = [
        status.reason,
        _("Its run {0} is {1}.").format(run.name, run.status),
        _("Escalations open: {0}").format(len(open_escalations.open_ones())),
    ]
    words = status.in_words() or _("unknown")
    return {"status": words, "verdict": status.verdict, "summary": [line for line in told if line]}


def _applies(item: Document | None) -> bool:
    return not (item and item.not_applicable)


def _card(title: str, item: Document | None) -> dict:
    is_derived = bool(item and item.check_name in DERIVED_CARDS)
    value = item.in_words() if item else ""
    return {
        "title": title,
        "is_measured": bool(value) or is_derived,
        "value": value or (_("unknown") if is_derived else _("not measured")),
        "verdict": (item and item.verdict) or "UNKNOWN",
        "reason": (item and item.reason) or "",
        "target": f"{item.target} {item.unit}" if item and item.target else "",
    }


def _recent_errors(item: Document | None) -> list[dict] | None:
    if not (item and item.value):
        return None
    return json.loads(item.evidence or "{}").get("most frequent")
