from frappe.model.document import Document

from verenigingen_maintenance.operations.mutes import declare


class MaintenanceSilence(Document):
    """A time in which nobody is told of a subject: its escalations open all the same."""

    def validate(self):
        declare(self)
