from frappe.model.document import Document


class MaintenanceSeverityRule(Document):
    """Which errors are critical when they are new."""
