from frappe.model.document import Document
from frappe.utils import now_datetime

from verenigingen_maintenance.operations import (
    agreed_dates,
    procedure_reviews,
    procedure_versions,
    procedures,
)
from verenigingen_maintenance.operations.records import keep
from verenigingen_maintenance.operations.validate import refuse_bad_procedure


class MaintenanceProcedure(Document):
    """A versioned runbook: cadence, window, task groups and tasks."""

    def onload(self):
        self.set_onload("next_date", agreed_dates.in_words(self))

    def validate(self):
        refuse_bad_procedure(self)
        keep(self, "shipped", "active_since", "agreed_dates", "review_because", "reviews")
        before = self.get_doc_before_save()
        if self.enabled and not (before and before.enabled):
            self.active_since = now_datetime()
        if not self.next_review or (before and self.has_value_changed("last_review")):
            self.next_review = procedures.next_review(self)
        procedure_reviews.keep_due(self)
        is_new_text = before is None or not procedure_versions.says_the_same(self, before)
        self.version = (before.version if before else 0) + int(is_new_text)
        self.flags.change_reason, self.change_reason = self.change_reason or self.flags.change_reason, None

    def on_update(self):
        procedure_versions.record(self)
        self.flags.change_reason = None
