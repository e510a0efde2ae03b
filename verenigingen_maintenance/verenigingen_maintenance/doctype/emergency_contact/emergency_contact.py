from frappe.model.document import Document

from verenigingen_maintenance.operations import emergency_contacts, review_causes
from verenigingen_maintenance.operations.records import keep


class EmergencyContact(Document):
    """Who is called in an emergency; its name is the role."""

    def validate(self):
        keep(self, "shipped", *emergency_contacts.CONFIRMED)
        emergency_contacts.note_change(self)

    def on_trash(self):
        review_causes.of_contact_gone(self)
