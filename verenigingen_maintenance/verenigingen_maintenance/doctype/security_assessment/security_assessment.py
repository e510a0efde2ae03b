from frappe.model.document import Document

from verenigingen_maintenance.operations.records import refuse_by_hand


class SecurityAssessment(Document):
    """Who may do what on this site, what is open, and what changed, as it was read on a day."""

    def validate(self):
        refuse_by_hand(self)

    def on_trash(self):
        refuse_by_hand(self)
