from frappe.model.document import Document

from verenigingen_maintenance.operations.error_patterns import judge_severity_anew
from verenigingen_maintenance.operations.records import keep
from verenigingen_maintenance.operations.validate import refuse_bad_settings


class MaintenanceSettings(Document):
    """Everything a site may set."""

    def validate(self):
        refuse_bad_settings(self)
        keep(self, "shipped", "seeded", "holidays_until", "errors_counted_from")

    def on_update(self):
        judge_severity_anew()
