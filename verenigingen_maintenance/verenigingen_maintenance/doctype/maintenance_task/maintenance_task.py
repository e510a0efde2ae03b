from frappe.model.document import Document


class MaintenanceTask(Document):
    """One step of a procedure, done by a person or measured by its checks."""
