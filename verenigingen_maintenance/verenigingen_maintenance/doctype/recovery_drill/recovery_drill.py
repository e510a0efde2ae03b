from frappe.model.document import Document

from verenigingen_maintenance.operations.records import refuse_by_hand


class RecoveryDrill(Document):
    """A recovery that was tried, with what was expected and what was found. Signed, it stays as it is."""

    def validate(self):
        refuse_by_hand(self)

    def on_trash(self):
        refuse_by_hand(self)
