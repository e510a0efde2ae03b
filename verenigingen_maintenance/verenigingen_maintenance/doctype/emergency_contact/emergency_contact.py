from frappe.model.document import Document

from verenigingen_maintenance.operations.records import keep


class EmergencyContact(Document):
    """Who is called in an emergency; its name is the role."""

    def validate(self):
        keep(self, "shipped")
