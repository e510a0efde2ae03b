from frappe.model.document import Document


class MaintenanceTaskGroup(Document):
    """A numbered section of a procedure: its priority, time, expected result and escalation criteria."""
