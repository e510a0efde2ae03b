from frappe.model.document import Document

from verenigingen_maintenance.operations.records import refuse_by_hand


class ComplianceAssessment(Document):
    """What the areas of compliance were on a day, as they were assessed last."""

    def validate(self):
        refuse_by_hand(self)

    def on_trash(self):
        refuse_by_hand(self)
