"""The review of alerts, and the thresholds that it speaks for."""

from __future__ import annotations

import frappe

from verenigingen_maintenance.api.door import AUDITOR, MANAGER, OPERATOR, only_for, told_in_shell
from verenigingen_maintenance.operations import alert_review, threshold_proposals
from verenigingen_maintenance.sources import clock


@frappe.whitelist(methods=["GET"])
@told_in_shell
def review_escalations(days: int = 7) -> dict:
    """What became of the alerts of 1 to 400 days: classes, times, by level, subject, check and week."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return alert_review.review(days, clock.now())


@frappe.whitelist(methods=["POST"])
@told_in_shell
def propose_thresholds() -> dict:
    """Renews the proposals from the alerts of ninety days; answers those that are open."""
    only_for(MANAGER, OPERATOR)
    return {"open": threshold_proposals.propose(clock.now())}


@frappe.whitelist(methods=["POST"])
@told_in_shell
def accept_threshold(proposal: str, reason: str) -> None:
    """The check gets the proposed threshold, for this reason."""
    only_for(MANAGER)
    threshold_proposals.accept(proposal, reason)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def dismiss_threshold(proposal: str, reason: str) -> None:
    """The threshold stays as it is, for this reason."""
    only_for(MANAGER)
    threshold_proposals.dismiss(proposal, reason)
