from frappe.model.document import Document


class MaintenanceStandin(Document):
    """Who is on duty instead of somebody, for a time."""
