"""The assessment of security."""

from __future__ import annotations

import frappe

from verenigingen_maintenance.api.door import AUDITOR, MANAGER, OPERATOR, from_shell, only_for, told_in_shell
from verenigingen_maintenance.operations import security_assessment
from verenigingen_maintenance.sources import clock


@frappe.whitelist(methods=["GET"])
@told_in_shell
def get_security_assessment() -> dict:
    """The latest assessment: changes, findings, parts, and what is not measured."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return security_assessment.describe()


@frappe.whitelist(methods=["POST"])
@told_in_shell
def assess_security() -> dict:
    """Assesses security now; over HTTP a worker does. None while it is being assessed already."""
    only_for(MANAGER, OPERATOR)
    if not from_shell():
        frappe.enqueue(_assess_security_in_worker, queue="long", enqueue_after_commit=True)
        return {"queued": True}
    return {"assessment": security_assessment.keep(clock.now())}


def _assess_security_in_worker() -> None:
    security_assessment.keep(clock.now())
