from frappe.model.document import Document

from verenigingen_maintenance.operations.downtimes import declare, refuse_deletion


class Downtime(Document):
    """A time in which the dashboard was down, nobody looked, or it was meant to be down.

    A manager declares the planned ones; the others are measured.
    """

    def validate(self):
        declare(self)

    def on_trash(self):
        refuse_deletion(self)
