import frappe
from frappe.model.document import Document

from verenigingen_maintenance.operations.records import refuse_by_hand


class IngestedError(Document):
    """An Error Log that was counted: `name` is its name, `creation` when it happened, `owner` for whom,
    `modified` the log's own."""

    def validate(self):
        refuse_by_hand(self)

    def on_trash(self):
        refuse_by_hand(self)


def on_doctype_update() -> None:
    frappe.db.add_index("Ingested Error", ["creation", "pattern", "owner"])
