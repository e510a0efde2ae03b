from frappe.model.document import Document


class ChecklistRunNote(Document):
    """A line of the checklist that a person writes; drafted from the rows."""
