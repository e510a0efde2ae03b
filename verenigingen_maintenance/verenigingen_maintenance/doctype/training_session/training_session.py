from frappe.model.document import Document

from verenigingen_maintenance.operations import training
from verenigingen_maintenance.operations.records import refuse_by_hand


class TrainingSession(Document):
    """Who was trained in what, what was practised, and whether everybody has the access they need."""

    def onload(self):
        self.set_onload("still_needed", training.still_needed(self) if self.status == training.OPEN else [])

    def validate(self):
        training.keep_what_is_told(self)

    def on_trash(self):
        refuse_by_hand(self)
