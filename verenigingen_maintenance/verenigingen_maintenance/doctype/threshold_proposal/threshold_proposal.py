from frappe.model.document import Document

from verenigingen_maintenance.operations.records import refuse_by_hand


class ThresholdProposal(Document):
    """A threshold that history speaks for: accepted or dismissed by a person, with a reason."""

    def validate(self):
        refuse_by_hand(self)

    def on_trash(self):
        refuse_by_hand(self)
