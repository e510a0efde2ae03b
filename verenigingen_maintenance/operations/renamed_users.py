"""A user who gets another name loses no message that waits: Frappe renames links, and a recipient is none."""

from __future__ import annotations

from frappe.model.document import Document

from verenigingen_maintenance.operations import addresses, mail, outbox, report_decisions


def follow(_user: Document, _event: str, old: str, new: str, _merge: bool = False) -> None:
    """What waits for the old name is for the new one; so is what waits for its address, if nobody has that
    any more. A mail to it that was begun is made anew."""
    report_decisions.rename_writer(old, new)
    outbox.readdress("Desk", old, new)
    if addresses.why_gone([old]):
        for begun in outbox.begun_mails(old):
            if not mail.is_sent(begun):
                mail.withdraw(begun)
                outbox.forget_mail(begun)
        outbox.readdress("E-mail", old, new.lower())
