from frappe.model.document import Document

from verenigingen_maintenance.operations.records import refuse_by_hand


class MaintenanceIncident(Document):
    """An emergency: who commands it, what was seen at once, what was done, and what is learnt from it."""

    def validate(self):
        refuse_by_hand(self)

    def on_trash(self):
        refuse_by_hand(self)
