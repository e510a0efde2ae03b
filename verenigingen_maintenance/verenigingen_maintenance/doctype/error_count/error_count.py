import frappe
from frappe.model.document import Document
from frappe.utils import add_days, nowdate

from verenigingen_maintenance.operations.error_counts import forget_days
from verenigingen_maintenance.operations.records import refuse_by_hand


class ErrorCount(Document):
    """How many errors of a pattern, or of a user, there were on a day, hour by hour."""

    def validate(self):
        refuse_by_hand(self)

    def on_trash(self):
        refuse_by_hand(self)

    @staticmethod
    def clear_old_logs(days: int = 400) -> None:
        """For Log Settings: drops days that were more than `days` ago, and whom a pattern met only before.
        How many errors they had stays known."""
        forget_days(add_days(nowdate(), -days))


def on_doctype_update() -> None:
    frappe.db.add_index("Error Count", ["span", "user", "day", "pattern", "errors"])
