from frappe.model.document import Document


class MaintenanceFreeField(Document):
    """A line of the checklist template that a person writes."""
