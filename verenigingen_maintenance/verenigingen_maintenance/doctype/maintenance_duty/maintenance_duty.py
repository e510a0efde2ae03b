from frappe.model.document import Document


class MaintenanceDuty(Document):
    """A person of a weekly rotation."""
