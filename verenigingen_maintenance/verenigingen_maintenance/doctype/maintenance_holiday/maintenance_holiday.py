from frappe.model.document import Document


class MaintenanceHoliday(Document):
    """A day on which no one is expected to work."""
