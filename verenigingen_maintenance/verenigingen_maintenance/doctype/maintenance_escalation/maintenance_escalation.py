from frappe.model.document import Document

from verenigingen_maintenance.operations.records import refuse_by_hand


class MaintenanceEscalation(Document):
    """What a breach opens: level, acknowledgement, resolution; one open per subject."""

    def validate(self):
        refuse_by_hand(self)

    def on_trash(self):
        refuse_by_hand(self)
