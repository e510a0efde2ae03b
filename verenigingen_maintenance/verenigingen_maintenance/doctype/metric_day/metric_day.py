import frappe
from frappe.model.document import Document

from verenigingen_maintenance.operations.metric_rollups import forget
from verenigingen_maintenance.operations.records import refuse_by_hand


class MetricDay(Document):
    """What the samples of day were, in a few figures."""

    def validate(self):
        refuse_by_hand(self)

    def on_trash(self):
        refuse_by_hand(self)

    @staticmethod
    def clear_old_logs(days: int = 1096) -> None:
        """For Log Settings: drops what is older than `days`."""
        forget("Metric Day", days)


def on_doctype_update() -> None:
    frappe.db.add_unique("Metric Day", ["metric", "begins"])
    frappe.db.add_index("Metric Day", ["begins"])
