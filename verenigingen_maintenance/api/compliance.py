"""The assessment of compliance."""

from __future__ import annotations

import frappe

from verenigingen_maintenance.api.door import AUDITOR, MANAGER, OPERATOR, from_shell, only_for, told_in_shell
from verenigingen_maintenance.operations import compliance, compliance_metrics
from verenigingen_maintenance.sources import clock


@frappe.whitelist(methods=["GET"])
@told_in_shell
def get_compliance_metrics() -> dict:
    """Scores, gaps and violations of the latest assessment; None where not known, with the reason."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return compliance_metrics.describe(clock.now())


@frappe.whitelist(methods=["POST"])
@told_in_shell
def assess_compliance() -> dict:
    """Assesses compliance now; over HTTP a worker does. None while it is being assessed already."""
    only_for(MANAGER, OPERATOR)
    if not from_shell():
        frappe.enqueue(_assess_in_worker, enqueue_after_commit=True)
        return {"queued": True}
    return {"assessment": compliance.assess(clock.now())}


def _assess_in_worker() -> None:
    compliance.assess(clock.now())
