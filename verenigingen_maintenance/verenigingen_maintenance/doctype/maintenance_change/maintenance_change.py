from frappe.model.document import Document

from verenigingen_maintenance.operations.records import refuse_by_hand


class MaintenanceChange(Document):
    """An optimisation: proposed, approved, applied, measured before and after, kept or rolled back."""

    def validate(self):
        refuse_by_hand(self)

    def on_trash(self):
        refuse_by_hand(self)
