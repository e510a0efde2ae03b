from frappe.model.document import Document

from verenigingen_maintenance.operations import (
    fill_in,
    language,
    procedure_versions,
    review_causes,
    run_form,
    run_print,
    run_times,
    sign,
)
from verenigingen_maintenance.operations.measure_run import may_be_measured
from verenigingen_maintenance.operations.records import refuse_by_hand


class ChecklistRun(Document):
    """One due occurrence of a procedure. People fill in results, notes and free fields; the rest is read."""

    def onload(self):
        self.set_onload("may_be_measured", may_be_measured(self))
        self.set_onload("version", procedure_versions.kept(self.procedure, self.procedure_version))
        for key, value in run_form.describe(self).items():
            self.set_onload(key, value)

    def validate(self):
        if self.flags.by_operation:
            return
        before = self.get_doc_before_save()
        if before is None:
            refuse_by_hand(self)
        fill_in.take(self, before)

    def before_submit(self):
        sign.sign(self)

    def on_submit(self):
        review_causes.of_run(self)

    def before_cancel(self):
        sign.refuse_to_undo(self)

    def before_update_after_submit(self):
        sign.refuse_to_undo(self)

    def minutes(self) -> list[dict]:
        """For the print: estimated and real minutes of each group of tasks, and their sum."""
        return run_times.describe(self)

    def printed(self) -> dict:
        """For the print: the free fields, the rows under their boxes, and the files."""
        return run_print.describe(self)

    def said(self, text: str | None) -> str:
        """For the print: a text of the app in the reader's language."""
        return language.said(text)

    def on_trash(self):
        refuse_by_hand(self)
