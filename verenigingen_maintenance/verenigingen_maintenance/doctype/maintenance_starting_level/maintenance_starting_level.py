from frappe.model.document import Document


class MaintenanceStartingLevel(Document):
    """At which level the escalations of an area start."""
