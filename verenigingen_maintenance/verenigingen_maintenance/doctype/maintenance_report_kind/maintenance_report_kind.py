from frappe.model.document import Document


class MaintenanceReportKind(Document):
    """Whether a report is drafted by itself, and who is mailed."""
