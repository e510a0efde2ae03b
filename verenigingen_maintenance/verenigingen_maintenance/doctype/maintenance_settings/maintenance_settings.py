from frappe.model.document import Document

from verenigingen_maintenance.operations import review_causes
from verenigingen_maintenance.operations.error_patterns import judge_severity_anew
from verenigingen_maintenance.operations.records import keep
from verenigingen_maintenance.operations.reports_due import refuse_bad_kinds
from verenigingen_maintenance.operations.validate import refuse_bad_settings

KEPT = (
    *("shipped", "seeded", "holidays_until", "errors_counted_from"),
    *("heartbeat_problem", "health_token_hash", "migrated_at", "escalation_active"),
    *("opportunities", "backups_read"),
    *("configuration_kept_at", "configuration_tested_at", "configuration_tested_by", "configuration_test"),
)


class MaintenanceSettings(Document):
    """Everything a site may set."""

    def validate(self):
        refuse_bad_settings(self)
        refuse_bad_kinds(self)
        keep(self, *KEPT)

    def on_update(self):
        judge_severity_anew()
        review_causes.of_settings(self)
