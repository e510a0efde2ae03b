from frappe.model.document import Document

from verenigingen_maintenance.operations import review_causes
from verenigingen_maintenance.operations.records import keep
from verenigingen_maintenance.operations.validate_levels import refuse_bad_level


class EscalationLevel(Document):
    """Who is reached at a level, and how fast they answer."""

    def validate(self):
        refuse_bad_level(self)
        keep(self, "shipped")

    def on_update(self):
        review_causes.of_level(self)
