from frappe.model.document import Document

from verenigingen_maintenance.operations import report_decisions
from verenigingen_maintenance.operations.records import refuse_by_hand


class MaintenanceReport(Document):
    """A deliverable of a review: drafted from what was measured, edited and approved by people, mailed."""

    def validate(self):
        if not self.flags.by_operation:
            report_decisions.take(self, self.get_doc_before_save())

    def on_trash(self):
        refuse_by_hand(self)
