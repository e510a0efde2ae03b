"""The analytics engine: its stored answers, and what people do when it fails."""

from __future__ import annotations

import frappe

from verenigingen_maintenance.api.door import AUDITOR, MANAGER, OPERATOR, from_shell, only_for, told_in_shell
from verenigingen_maintenance.operations import (
    analytics,
    analytics_answers,
    analytics_switches,
)
from verenigingen_maintenance.sources import clock


@frappe.whitelist(methods=["GET"])
@told_in_shell
def generate_insights_report() -> dict:
    """The whole report as it is stored; what is UNKNOWN is None, and `sections` says why."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return analytics_answers.insights_report(clock.now())


@frappe.whitelist(methods=["GET"])
@told_in_shell
def get_analytics_summary() -> dict:
    """Errors and hotspots in a few figures, as they are stored."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return analytics_answers.analytics_summary(clock.now())


@frappe.whitelist(methods=["GET"])
@told_in_shell
def get_trend_forecasts() -> dict:
    """Confidence, alerts and recommendations of the forecasts, as they are stored."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return analytics_answers.trend_forecasts(clock.now())


@frappe.whitelist(methods=["GET"])
@told_in_shell
def get_executive_summary() -> dict:
    """Status, critical issues, findings, actions and business impact, as they are stored."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return analytics_answers.executive_summary(clock.now())


@frappe.whitelist(methods=["POST"])
@told_in_shell
def refresh_analytics() -> dict:
    """Computes what is due now; over HTTP a worker does. None while another one does so."""
    only_for(MANAGER, OPERATOR)
    if not from_shell():
        frappe.enqueue(_refresh_in_worker, queue="long", enqueue_after_commit=True)
        return {"queued": True}
    return {"refreshed": analytics.refresh(clock.now())}


@frappe.whitelist(methods=["POST"])
@told_in_shell
def restore_component(component: str) -> dict:
    """Computes a component that is switched off, and watches it; over HTTP a worker computes."""
    only_for(MANAGER, OPERATOR)
    return _restore(component)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def restore_next() -> dict:
    """Restores the first component that is switched off; one at a time."""
    only_for(MANAGER, OPERATOR)
    return _restore(analytics_switches.next_to_restore())


@frappe.whitelist(methods=["POST"])
@told_in_shell
def fall_back(reason: str) -> dict:
    """Basic monitoring only: switches all advanced components off for now; the reason is kept."""
    only_for(MANAGER)
    return {"switched_off": analytics_switches.fall_back(reason)}


@frappe.whitelist(methods=["POST"])
@told_in_shell
def clear_analytics_cache() -> dict:
    """Empties the stored answers and the keys analytics_* of Redis; the next refresh makes them anew."""
    only_for(MANAGER)
    return analytics_switches.clear_cache()


def _restore(component: str) -> dict:
    analytics_switches.begin_restoring(component)
    if not from_shell():
        job = {"component": component, "queue": "long", "enqueue_after_commit": True}
        frappe.enqueue(_restore_in_worker, **job)
        return {"component": component, "queued": True}
    _restore_in_worker(component)
    return {"component": component, "state": frappe.db.get_value("Analytics Component", component, "state")}


def _restore_in_worker(component: str) -> None:
    analytics_switches.compute(component)


def _refresh_in_worker() -> None:
    analytics.refresh(clock.now())
