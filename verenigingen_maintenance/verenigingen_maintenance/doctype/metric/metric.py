from frappe.model.document import Document

from verenigingen_maintenance.operations.records import keep
from verenigingen_maintenance.operations.validate import refuse_bad_metric


class Metric(Document):
    """A time series: what is sampled, how often, and what came last. Its name is its source."""

    def validate(self):
        refuse_bad_metric(self)
        keep(self, "shipped", "value", "reason", "observed_at", "unknown_since")
