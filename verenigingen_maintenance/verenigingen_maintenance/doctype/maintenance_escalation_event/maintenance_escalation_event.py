from frappe.model.document import Document


class MaintenanceEscalationEvent(Document):
    """What happened to an escalation, and when."""
