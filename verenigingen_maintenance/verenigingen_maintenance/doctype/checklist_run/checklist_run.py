from frappe import _
from frappe.model.document import Document

from verenigingen_maintenance.operations.measure_run import may_be_measured
from verenigingen_maintenance.operations.records import refuse_by_hand
from verenigingen_maintenance.operations.refusals import refuse

FREE = {"issues_found", "actions_taken", "escalations_made", "note"}
KEPT_BY_FRAPPE = {"modified", "modified_by", "idx", "docstatus", "_comments", "_assign", "_liked_by", "_seen"}


class ChecklistRun(Document):
    """One due occurrence of a procedure. A user writes its notes; everything else is measured."""

    def onload(self):
        self.set_onload("may_be_measured", may_be_measured(self))

    def validate(self):
        before = self.get_doc_before_save()
        if self.flags.by_operation:
            return
        if before is None:
            refuse_by_hand(self)
        if before.status != "Open":
            refuse(_("{0} is {1} and stays as it is. Add a comment instead."), self.name, before.status)
        if self._measured() != before._measured():
            refuse(_("Only the notes of a run are written by hand: the rest was measured."))

    def on_trash(self):
        refuse_by_hand(self)

    def _measured(self) -> list:
        """Everything but the notes, as the database stores it."""
        return [_fixed(self), *(_fixed(row) for row in (*self.boxes, *self.items))]


def _fixed(document: Document) -> dict:
    values = document.get_valid_dict(convert_dates_to_str=True)
    return {key: str(value or "") for key, value in values.items() if key not in FREE | KEPT_BY_FRAPPE}
