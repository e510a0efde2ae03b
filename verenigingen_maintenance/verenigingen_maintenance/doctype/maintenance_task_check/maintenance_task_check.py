from frappe.model.document import Document


class MaintenanceTaskCheck(Document):
    """A check that measures a task, and the box it rolls up into."""
