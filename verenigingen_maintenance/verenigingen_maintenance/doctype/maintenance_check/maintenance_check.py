import frappe
from frappe import _
from frappe.model.document import Document

from verenigingen_maintenance.operations import review_causes
from verenigingen_maintenance.operations.applicability import NOTHING
from verenigingen_maintenance.operations.live import STATE
from verenigingen_maintenance.operations.records import keep
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.operations.validate import refuse_bad_check

RULE = ("warning", "critical", "clear", "breaches", "clears", "unit", "source")


class MaintenanceCheck(Document):
    """A named measurement with thresholds, a unit and a duration rule."""

    def validate(self):
        refuse_bad_check(self)
        keep(self, "shipped", "proposal", "proposed_by", *NOTHING, *STATE)
        before = self.get_doc_before_save()
        if before and before.enabled and not self.enabled:
            frappe.msgprint(_("A box without rows stays UNKNOWN. Not Applicable is for what is not here."))
        is_new_rule = before is None or any(self.get(field) != before.get(field) for field in RULE)
        self.version = (before.version if before else 0) + int(is_new_rule)
        is_watched = self.live and self.enabled and not self.not_applicable
        is_moved = before is not None and (self.subject or "") != (before.subject or "")
        if is_new_rule or is_moved or not is_watched:
            self.update(dict.fromkeys(STATE))  # the next round judges it anew

    def on_update(self):
        review_causes.of_check(self)

    def on_trash(self):
        if self.shipped:
            refuse(_("{0} belongs to the runbook. Switch it off instead of deleting it."), self.name)
