from frappe.model.document import Document

from verenigingen_maintenance.operations import targets
from verenigingen_maintenance.operations.records import keep


class NotificationTarget(Document):
    """A chat, pager or SMS service that is told of escalations, through Apprise."""

    def validate(self):
        targets.refuse_bad(self)
        keep(self, "problem")
