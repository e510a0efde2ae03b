from frappe.model.document import Document


class ChecklistRunBox(Document):
    """One box of a checklist and the worst verdict under it."""
