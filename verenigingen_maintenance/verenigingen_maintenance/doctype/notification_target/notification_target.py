from frappe.model.document import Document


class NotificationTarget(Document):
    """A chat, pager or SMS service that is told of escalations, through Apprise."""
