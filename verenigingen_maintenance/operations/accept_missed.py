"""A manager accepts that a slot was missed, and says why."""

from __future__ import annotations

import frappe
from frappe import _

from verenigingen_maintenance.operations import records
from verenigingen_maintenance.operations.open_run import RUN
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.sources import clock


def accept_missed(name: str, comment: str) -> None:
    """Raises frappe.ValidationError without a comment, or when the run is not a missed one."""
    if not (comment or "").strip():
        refuse(_("Say in a comment why {0} was missed."), name)
    if not frappe.db.exists(RUN, name):
        refuse(_("There is no run {0}."), name, kind=frappe.DoesNotExistError)
    run = frappe.get_doc(RUN, name, for_update=True)
    if run.status != "Missed":
        refuse(_("{0} is {1}: only a missed run is accepted."), name, run.status)
    run.update({"status": "Accepted", "closing_comment": comment, "closed_by": frappe.session.user})
    run.closed_at = clock.stored(clock.now())
    records.write(run)
