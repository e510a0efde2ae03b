from frappe.model.document import Document


class EscalationLevel(Document):
    """Who is reached at a level, and how fast they answer."""
