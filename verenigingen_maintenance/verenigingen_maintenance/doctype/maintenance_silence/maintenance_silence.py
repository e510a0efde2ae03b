from frappe.model.document import Document


class MaintenanceSilence(Document):
    """A time in which nobody is told of a subject: its escalations open all the same."""
