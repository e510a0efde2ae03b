from frappe.model.document import Document


class ChecklistRunItem(Document):
    """One measured value, or one manual step, with its evidence."""
