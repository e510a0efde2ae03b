from frappe.model.document import Document
from frappe.utils import now_datetime

from verenigingen_maintenance.operations import agreed_dates, procedures
from verenigingen_maintenance.operations.records import keep
from verenigingen_maintenance.operations.validate import refuse_bad_procedure

OF_NO_CONSEQUENCE = (
    *("modified", "modified_by", "version", "shipped", "active_since", "idx"),
    *("last_review", "next_review"),
    *("remind_minutes_before", "announce_days_before", "agreed_dates"),
)


class MaintenanceProcedure(Document):
    """A versioned runbook: cadence, window, task groups and tasks."""

    def onload(self):
        self.set_onload("next_date", agreed_dates.in_words(self))

    def validate(self):
        refuse_bad_procedure(self)
        keep(self, "shipped", "active_since", "agreed_dates")
        before = self.get_doc_before_save()
        if self.enabled and not (before and before.enabled):
            self.active_since = now_datetime()
        if not self.next_review or (before and self.has_value_changed("last_review")):
            self.next_review = procedures.next_review(self)
        is_new_text = before is None or self._texts() != before._texts()
        self.version = (before.version if before else 0) + int(is_new_text)

    def _texts(self) -> dict:
        """What a run is made from, as text: the form sends "09:00:00" where the database has a duration."""
        kept = self.as_dict(no_default_fields=True, no_child_table_fields=True)
        return {key: str(value) for key, value in kept.items() if key not in OF_NO_CONSEQUENCE}
