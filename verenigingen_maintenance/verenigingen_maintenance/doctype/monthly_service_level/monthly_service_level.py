from frappe.model.document import Document

from verenigingen_maintenance.operations.records import refuse_by_hand


class MonthlyServiceLevel(Document):
    """What became of the promises in a month; computed anew each hour while it can change."""

    def validate(self):
        refuse_by_hand(self)

    def on_trash(self):
        refuse_by_hand(self)
