import frappe
from frappe.model.document import Document

from verenigingen_maintenance.operations.metric_rollups import forget
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
        forget("Metric Sample", days)


def on_doctype_update() -> None:
    frappe.db.add_index("Metric Sample", ["metric", "observed_at"])
    frappe.db.add_index("Metric Sample", ["observed_at"])
