import frappe
from frappe.model.document import Document

from verenigingen_maintenance.operations.metric_rollups import forget
from verenigingen_maintenance.operations.records import refuse_by_hand


class MetricForecast(Document):
    """What was expected of a metric, and what came."""

    def validate(self):
        refuse_by_hand(self)

    def on_trash(self):
        refuse_by_hand(self)

    @staticmethod
    def clear_old_logs(days: int = 400) -> None:
        """For Log Settings: drops what is older than `days`."""
        forget("Metric Forecast", days)


def on_doctype_update() -> None:
    frappe.db.add_unique("Metric Forecast", ["metric", "begins"])
    frappe.db.add_index("Metric Forecast", ["begins"])
