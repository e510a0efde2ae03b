from frappe.model.document import Document

from verenigingen_maintenance.operations.error_states import keep_what_is_counted
from verenigingen_maintenance.operations.records import refuse_by_hand


class ErrorPattern(Document):
    """All errors with one fingerprint. A person writes its notes; the rest is counted or decided."""

    def validate(self):
        keep_what_is_counted(self)

    def before_insert(self):
        refuse_by_hand(self)

    def on_trash(self):
        refuse_by_hand(self)
