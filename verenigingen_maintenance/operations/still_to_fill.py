"""What a site still has to fill in or decide: contacts, an e-mail account, proposals, due reviews."""

from __future__ import annotations

import frappe
from frappe import _

from verenigingen_maintenance.core.wording import some
from verenigingen_maintenance.operations import (
    activation,
    applicability,
    catalogues,
    procedure_versions,
    settings,
)
from verenigingen_maintenance.sources import clock, documentation


def still_to_fill() -> list[str]:
    """One text for each thing, in the order in which a manager would do them."""
    levels = activation.reached_levels()
    blocking = activation.what_blocks(levels)
    rest = [*activation.gaps_of_levels(levels), *_vendor(), *_holidays(), *_proposals()]
    return [*_escalation(blocking), *blocking, *rest, *_versions(), *_reviews(), *catalogues.gaps()]


def _escalation(blocking: list[str]) -> list[str]:
    if not activation.is_active():
        return [
            _(
                "Escalation is not active: people are told of what opens, but nothing goes to the next level "
                "by itself. Activate it in Maintenance Settings once all contacts are filled in"
            )
        ]
    if not blocking:
        return []
    return [_("Escalation is active, but not everybody can be reached: {0}").format(_counted(blocking))]


def _counted(blocking: list[str]) -> str:
    return _("what follows is to be mended") if len(blocking) > 1 else _("the next line is to be mended")


def _vendor() -> list[str]:
    """Whoever reads an escalation of the last level needs something to call."""
    fields = ["level", "title", "contract", "phone"]
    last = frappe.get_all("Escalation Level", fields=fields, order_by="level desc", limit=1)
    told = _("Escalation Level {0}, {1}: it has neither a contract nor a telephone to show")
    return [told.format(row.level, row.title) for row in last if not (row.contract or row.phone)]


def _holidays() -> list[str]:
    if gap := settings.gap_of_holidays():
        return [_("Holidays: {0}. Until you choose another, those in Maintenance Settings count").format(gap)]
    return []


def _proposals() -> list[str]:
    return [
        _("Maintenance Check {0}: decide on the proposal “{1}”").format(row.title, row.proposal)
        for row in applicability.proposals()
    ]


def _versions() -> list[str]:
    """One line, however many: an installation brings seven."""
    if waiting := procedure_versions.not_approved():
        told = _("Procedure Version: {0} to approve by a Maintenance Manager who did not make it: {1}")
        return [told.format(len(waiting), some(waiting))]
    return []


def _reviews() -> list[str]:
    due = documentation.due_rows(clock.now())
    return [_("Maintenance Procedure {0}: its review is due").format(row.name) for row in due]
