from frappe.model.document import Document


class MaintenanceInhibition(Document):
    """While one is broken, nobody is told of what follows from it."""
