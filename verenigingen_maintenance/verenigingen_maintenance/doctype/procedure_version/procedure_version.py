from frappe.model.document import Document

from verenigingen_maintenance.operations import procedure_versions
from verenigingen_maintenance.operations.records import refuse_by_hand


class ProcedureVersion(Document):
    """The words of a procedure as they were, with what changed; approved by somebody else than the author."""

    def onload(self):
        self.set_onload("also_waiting", procedure_versions.also_waiting(self))

    def validate(self):
        refuse_by_hand(self)

    def on_trash(self):
        refuse_by_hand(self)
