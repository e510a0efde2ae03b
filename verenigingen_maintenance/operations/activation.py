"""Switches escalation on, once everybody who is to be told can be reached, and off again with a reason."""

from __future__ import annotations

import html
from collections.abc import Collection
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint

from verenigingen_maintenance.core.placeholders import emails, is_blank, is_no_telephone
from verenigingen_maintenance.operations import duty, mail
from verenigingen_maintenance.operations.duty import Reached
from verenigingen_maintenance.operations.refusals import refuse, refuse_until
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.sources import clock

FIELD = "escalation_active"


def is_active() -> bool:
    """Whether what nobody acknowledges in time goes to the next level."""
    return bool(cint(frappe.db.get_single_value(SETTINGS, FIELD)))


def activate() -> None:
    """Switches escalation on. Raises frappe.ValidationError with everything that is in the way."""
    if blocking := what_blocks():
        refuse_until(_("Before escalation can be activated:"), blocking)
    if not is_active():
        _switch(1, "Escalation was activated.")


def deactivate(reason: str) -> None:
    """Switches escalation off; the reason is kept as a comment on the settings."""
    if not (reason or "").strip():
        refuse(_("Say why escalation is switched off: nothing goes to the next level meanwhile."))
    if not is_active():
        refuse(_("Escalation is not active."))
    _switch(0, f"Escalation was switched off: {reason.strip()}")


def what_blocks(levels: list[tuple[dict, Reached]] | None = None) -> list[str]:
    """What keeps escalation from being activated: who cannot be reached, one text for each."""
    return [*who_is_not_reached(levels), *_mail()]


def who_is_not_reached(levels: list[tuple[dict, Reached]] | None = None) -> list[str]:
    """Levels and contacts by which nobody is reached, one text for each."""
    return [*_levels(reached_levels() if levels is None else levels), *blank_contacts()]


def reached_levels() -> list[tuple[dict, Reached]]:
    """Each level, the first one first, with whom it reaches now."""
    fields, now = ["name", "level", "title", "contact"], clock.now()
    levels = frappe.get_all(duty.LEVEL, fields=fields, order_by="level")
    return [(row, duty.reached(row.name, now)) for row in levels]


def gaps_of_levels(levels: list[tuple[dict, Reached]]) -> list[str]:
    """What is wrong with whom levels reach, where they reach somebody."""
    return [_of_level(row, gap) for row, reached in levels if _is_somebody(reached) for gap in reached.gaps]


def _levels(levels: list[tuple[dict, Reached]]) -> list[str]:
    found = [] if levels else [_("Escalation Level: there is none, so nobody is told of anything")]
    for row, reached in levels:
        found += [_of_level(row, gap) for gap in duty.of_contact(row)]
        if not _is_somebody(reached):
            found.append(_of_level(row, _("it reaches nobody: {0}").format("; ".join(reached.gaps))))
    return found


def _of_level(row: dict, what: str) -> str:
    return _("Escalation Level {0}, {1}: {2}").format(row.level, row.title, what)


def _is_somebody(reached: Reached) -> bool:
    return bool(reached.users or reached.addresses)


def blank_contacts(names: Collection[str] = ()) -> list[str]:
    """What is still to fill in of Emergency Contacts: those named, or all."""
    fields, told = ["name", "full_name", "phone", "email", "around_the_clock"], []
    filters = {"name": ("in", list(names))} if names else {}
    for row in frappe.get_all("Emergency Contact", filters, fields, order_by="creation"):
        if blank := blank_fields(row):
            told.append(_("Emergency Contact {0}: {1} to fill in").format(row.name, ", ".join(blank)))
    return told


def blank_fields(contact: Any) -> list[str]:
    """What of an Emergency Contact reaches nobody; one around the clock needs a telephone only."""
    is_person = not contact.around_the_clock
    found = {
        _("name"): is_person and is_blank(contact.full_name),
        _("telephone"): is_no_telephone(contact.phone),
        _("e-mail"): is_person and not emails(contact.email),
    }
    return [label for label, is_missing in found.items() if is_missing]


def _mail() -> list[str]:
    if mail.has_mail_account():
        return []
    return [
        _(
            "E-mail: this site has no outgoing e-mail account, or its e-mail is muted, so escalations reach "
            "people in Desk only"
        )
    ]


def _switch(value: int, comment: str) -> None:
    """Past the document: what else stands in the settings keeps nobody from switching escalation off."""
    frappe.db.set_single_value(SETTINGS, FIELD, value)
    frappe.get_doc(SETTINGS).add_comment("Info", html.escape(comment))
