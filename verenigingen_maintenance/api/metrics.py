"""Samples, the watcher, and the promises of a month."""

from __future__ import annotations

import frappe

from verenigingen_maintenance.api.door import AUDITOR, MANAGER, OPERATOR, from_shell, only_for, told_in_shell
from verenigingen_maintenance.operations import (
    failover_drill,
    health_tables,
    heartbeat,
    sample_metrics,
    service_levels,
    watch,
)
from verenigingen_maintenance.sources import clock

FORBIDDEN = 403


@frappe.whitelist(methods=["GET"])
@told_in_shell
def watcher() -> dict:
    """Whether samples still come, and why not: every page of this app shows it."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return watch.describe_watch(clock.now())


@frappe.whitelist(methods=["POST"])
@told_in_shell
def sample() -> dict:
    """Makes a round of samples now; over HTTP a worker does."""
    only_for(MANAGER, OPERATOR)
    if not from_shell():
        frappe.enqueue(_sample_in_worker, enqueue_after_commit=True)
        return {"queued": True}
    return {"sampled": sample_metrics.sample_now(clock.now())}


@frappe.whitelist(methods=["GET"])
@told_in_shell
def system_health(period: str = "24 hours", group: str | None = None) -> list[dict]:
    """The metrics of a period: latest value, figures, and the mean of the period before."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return health_tables.health(period, group, clock.now())


@frappe.whitelist(allow_guest=True, methods=["GET", "HEAD"])
def health(token: str | None = None) -> dict:
    """For a monitor outside: 200 while samples come, 503 when not; the token is a header or a parameter."""
    header = frappe.get_request_header("X-Maintenance-Token") if not from_shell() else None
    status, answer = watch.describe_health(header or token, clock.now())
    frappe.local.response.http_status_code = status
    if status != FORBIDDEN:
        failover_drill.watch_asker(status, answer, clock.now())
        heartbeat.note_asked(getattr(frappe.local, "request_ip", None))
    return answer


@frappe.whitelist(methods=["POST"])
@told_in_shell
def new_health_token() -> str:
    """Makes the token of the health address anew. It is shown once; the former one opens nothing any more."""
    only_for(MANAGER)
    return watch.new_token()


@frappe.whitelist(methods=["POST"])
@told_in_shell
def compute_service_level(month: str) -> str:
    """Makes the record of a month (2026-11) anew, such as after a downtime was declared for it."""
    only_for(MANAGER)
    return service_levels.compute_named(month, clock.now())


def _sample_in_worker() -> None:
    sample_metrics.sample_now(clock.now())
