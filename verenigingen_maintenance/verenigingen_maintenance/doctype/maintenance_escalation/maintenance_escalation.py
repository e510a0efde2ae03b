from frappe.model.document import Document


class MaintenanceEscalation(Document):
    """What a breach opens: level, acknowledgement, resolution; one open per subject."""
