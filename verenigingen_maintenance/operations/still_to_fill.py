"""What a site still has to fill in or decide: contacts, an e-mail account, proposals, due reviews."""

from __future__ import annotations

import frappe
from frappe import _

from verenigingen_maintenance.core.placeholders import is_blank
from verenigingen_maintenance.operations import applicability, mail, procedures
from verenigingen_maintenance.sources import clock


def still_to_fill() -> list[str]:
    """One text for each thing, in the order in which a manager would do them."""
    return [*_levels(), *_contacts(), *_mail(), *_proposals(), *_reviews()]


def _levels() -> list[str]:
    levels = frappe.get_all("Escalation Level", fields=["level", "title", "contact"], order_by="level")
    return [
        _("Escalation Level {0}, {1}: the contact is {2}").format(
            row.level, row.title, _what_is_wrong(row.contact)
        )
        for row in levels
        if is_blank(row.contact)
    ]


def _contacts() -> list[str]:
    fields = ["name", "full_name", "phone", "email", "around_the_clock"]
    found = []
    for row in frappe.get_all("Emergency Contact", fields=fields, order_by="creation"):
        wanted = {_("telephone"): row.phone}
        if not row.around_the_clock:
            wanted = {_("name"): row.full_name, **wanted, _("e-mail"): row.email}
        if blank := [label for label, value in wanted.items() if is_blank(value)]:
            found.append(_("Emergency Contact {0}: {1} to fill in").format(row.name, ", ".join(blank)))
    return found


def _mail() -> list[str]:
    if mail.has_mail_account():
        return []
    return [_("E-mail: this site has no outgoing e-mail account, so escalations reach people in Desk only")]


def _proposals() -> list[str]:
    return [
        _("Maintenance Check {0}: decide on the proposal “{1}”").format(row.title, row.proposal)
        for row in applicability.proposals()
    ]


def _reviews() -> list[str]:
    due = procedures.due_for_review(clock.stored(clock.now()).date())
    return [_("Maintenance Procedure {0}: its review is due").format(name) for name in due]


def _what_is_wrong(contact: str | None) -> str:
    return _("{0}, a placeholder or no full address").format(contact) if contact else _("blank")
