"""The dashboard, for whoever looks at it in Desk."""

from __future__ import annotations

import frappe

from verenigingen_maintenance.api.door import AUDITOR, MANAGER, OPERATOR, only_for, told_in_shell
from verenigingen_maintenance.operations import dashboard_page
from verenigingen_maintenance.sources import clock


@frappe.whitelist(methods=["GET"])
@told_in_shell
def dashboard(stamp: str = "") -> dict:
    """The dashboard as escaped HTML with its stamp; for the stamp of what is shown already, `unchanged`."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return dashboard_page.answer(stamp, clock.now())
