from frappe.model.document import Document

from verenigingen_maintenance.operations.records import refuse_by_hand


class ComplianceGap(Document):
    """A control of compliance that was found broken: open until it is measured again as met."""

    def validate(self):
        refuse_by_hand(self)

    def on_trash(self):
        refuse_by_hand(self)
