import frappe
from frappe.model.document import Document
from frappe.query_builder import Interval
from frappe.query_builder.functions import Now

from verenigingen_maintenance.operations.records import refuse_by_hand


class MetricSample(Document):
    """One value of a series, kept for its history."""

    def validate(self):
        refuse_by_hand(self)

    def on_trash(self):
        refuse_by_hand(self)

    @staticmethod
    def clear_old_logs(days: int = 14) -> None:
        """For Log Settings: drops what is older than `days`."""
        sample = frappe.qb.DocType("Metric Sample")
        frappe.db.delete(sample, filters=(sample.creation < (Now() - Interval(days=days))))


def on_doctype_update() -> None:
    frappe.db.add_index("Metric Sample", ["metric", "observed_at"])
