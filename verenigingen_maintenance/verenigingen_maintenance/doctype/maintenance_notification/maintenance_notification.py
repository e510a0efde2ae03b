import frappe
from frappe.model.document import Document
from frappe.query_builder import Interval
from frappe.query_builder.functions import Now

from verenigingen_maintenance.operations.records import refuse_by_hand


class MaintenanceNotification(Document):
    """What a person is told of an escalation; it waits here until it can be delivered."""

    def validate(self):
        refuse_by_hand(self)

    def on_trash(self):
        refuse_by_hand(self)

    @staticmethod
    def clear_old_logs(days: int = 365) -> None:
        """For Log Settings: drops what came to an end more than `days` ago; what waits stays."""
        notification = frappe.qb.DocType("Maintenance Notification")
        is_old = notification.modified < (Now() - Interval(days=days))
        has_ended = notification.status.isin(("Delivered", "Not Sent", "Failed"))
        frappe.db.delete(notification, filters=(is_old & has_ended))
