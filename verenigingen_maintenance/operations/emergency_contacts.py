"""Who is called in an emergency: that it is still right is confirmed by a person, each month."""

from __future__ import annotations

from collections.abc import Sequence

import frappe
from frappe import _
from frappe.model.document import Document

from verenigingen_maintenance.operations import activation, review_causes
from verenigingen_maintenance.operations.refusals import refuse, refuse_until
from verenigingen_maintenance.sources import clock

CONTACT = "Emergency Contact"
CONFIRMED = ("confirmed_at", "confirmed_by")


def note_change(contact: Document) -> None:
    """For the controller: who changes a contact has seen that it is right, and procedures are due.

    One that is still to fill in is not right, and one that was imported was not looked at: these count as
    never confirmed.
    """
    if review_causes.of_contact(contact) and not contact.flags.by_app:
        is_seen = not contact.flags.imported and not activation.blank_fields(contact)
        contact.update(_now() if is_seen else dict.fromkeys(CONFIRMED))


def confirm(names: Sequence[str] = ()) -> list[str]:
    """Somebody saw that contacts are right: those named, or all. Returns their names.

    Raises frappe.ValidationError where one is not there, or is still to fill in.
    """
    there = frappe.get_all(CONTACT, pluck="name", order_by="creation", limit=0)
    wanted = list(names) or there
    if missing := [name for name in wanted if name not in there]:
        refuse(_("There is no contact {0}."), missing[0], kind=frappe.DoesNotExistError)
    if not wanted:
        refuse(_("There is no Emergency Contact: enter who is called."))
    if blank := activation.blank_contacts(wanted):
        refuse_until(_("Before the contacts can be confirmed:"), blank)
    for name in wanted:
        frappe.db.set_value(CONTACT, name, _now(), update_modified=False)
    return wanted


def to_call() -> list[list[str | None]]:
    """Each contact as core.call_list wants it."""
    fields = ["name", "full_name", "phone", "email"]
    rows = frappe.get_all(CONTACT, fields=fields, order_by="creation", limit=0)
    return [[", ".join(filter(None, (row.name, row.full_name))), row.phone, row.email] for row in rows]


def _now() -> dict:
    return dict(zip(CONFIRMED, (clock.stored(clock.now()), frappe.session.user), strict=True))
