"""What was measured or decided is written by operations, and by nobody's hand."""

from __future__ import annotations

from frappe import _
from frappe.model.document import Document

from verenigingen_maintenance.operations.refusals import refuse


def insert(document: Document) -> None:
    """Makes a record."""
    document.flags.by_operation = True
    document.insert(ignore_permissions=True)


def write(document: Document) -> None:
    """Saves a record. It is its own history: no version of it is kept beside it."""
    document.flags.by_operation = True
    document.save(ignore_permissions=True, ignore_version=True)


def refuse_by_hand(document: Document) -> None:
    """For a controller: nobody, Administrator included, inserts, changes or deletes a record."""
    if not document.flags.by_operation:
        refuse(
            _("{0} {1} is a record: it is neither made, changed nor deleted by hand."),
            document.doctype,
            document.name,
        )


class RowOfRecord(Document):
    """A row of a record is written with its document; these are called where it is saved by itself."""

    def refuse_alone(self) -> None:
        refuse(
            _("A row of {0} is changed with its document, and not by itself."), self.parent or self.doctype
        )

    before_validate = validate = before_submit = before_cancel = refuse_alone
    before_update_after_submit = on_trash = refuse_alone


def keep(document: Document, *fields: str) -> None:
    """For a controller: gives fields that only the app writes the value they had."""
    before = document.get_doc_before_save()
    if not document.flags.by_operation:
        document.update({field: before.get(field) if before else None for field in fields})
