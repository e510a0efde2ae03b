from frappe.model.document import Document

from verenigingen_maintenance.operations.records import keep


class EscalationLevel(Document):
    """Who is reached at a level, and how fast they answer."""

    def validate(self):
        keep(self, "shipped")
