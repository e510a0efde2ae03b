"""Not applicable: what this site does not have. The app proposes it, a manager declares it with a reason."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.sources import clock, verenigingen

CHECK = "Maintenance Check"
NOTHING = {
    "not_applicable": 0,
    "not_applicable_reason": "",
    "not_applicable_by": None,
    "not_applicable_since": None,
}


def propose() -> None:
    """Proposes “Not applicable” for checks whose DocType is not there, and the return of those whose is.

    Repeating it changes nothing.
    """
    for name in frappe.get_all(CHECK, filters={"needs": ("is", "set")}, pluck="name"):
        check = frappe.get_doc(CHECK, name)
        proposal = _proposal(check) or (check.proposal if check.proposed_by else "")
        if (check.proposal or "") != proposal:
            check.update({"proposal": proposal, "proposed_by": None})
            _write(check)


def suggest(name: str, reason: str) -> None:
    """Who may not decide it proposes “Not applicable” to the managers. Raises frappe.ValidationError."""
    if not (reason or "").strip():
        refuse(_("Say why {0} is not applicable to this site."), name)
    check = _get(name)
    if check.not_applicable:
        refuse(_("{0} is not applicable already: a new measurement of the run shows it."), check.title)
    if check.proposed_by and check.proposed_by != frappe.session.user:
        refuse(_("{0} proposed it for {1} already: a manager decides."), check.proposed_by, check.title)
    told = f"Not applicable: {reason.strip()}"
    check.update({"proposal": told, "proposed_by": frappe.session.user})
    _write(check)


def declare(name: str, reason: str) -> None:
    """A manager says that a check is not applicable to this site, and why. Raises frappe.ValidationError."""
    if not (reason or "").strip():
        refuse(_("Say why {0} is not applicable to this site."), name)
    check = _get(name)
    now = clock.stored(clock.now())
    declared = {"not_applicable": 1, "not_applicable_reason": reason, "not_applicable_since": now}
    check.update({**declared, "not_applicable_by": frappe.session.user, "proposed_by": None})
    check.proposal = _proposal(check)
    _write(check)


def withdraw(name: str) -> None:
    """It is applicable after all: the next run measures it."""
    check = _get(name)
    check.update({**NOTHING, "proposed_by": None})
    check.proposal = _proposal(check)
    _write(check)


def dismiss(name: str, proposal: str) -> None:
    """A manager does not follow what was proposed. Raises frappe.ValidationError where that is decided
    already, or another proposal stands there."""
    check = _get(name)
    if check.not_applicable or check.proposal != proposal:
        refuse(
            _("Somebody has decided on this proposal, or changed it, meanwhile. Load {0} again."), check.title
        )
    withdraw(name)


def proposals() -> list[dict]:
    """The checks with a proposal that a manager has to decide on."""
    return frappe.get_all(CHECK, filters={"proposal": ("is", "set")}, fields=["name", "title", "proposal"])


def _proposal(check: Document) -> str:
    reason = verenigingen.why_not(check.needs) if check.needs else ""
    if reason and not check.not_applicable:
        return f"Not applicable: {reason}"
    if check.needs and check.not_applicable and not reason:
        return f"Applicable again: this site has the DocType {check.needs} now"
    return ""


def _get(name: str) -> Document:
    if not frappe.db.exists(CHECK, name):
        refuse(_("There is no check “{0}”."), name, kind=frappe.DoesNotExistError)
    return frappe.get_doc(CHECK, name, for_update=True)


def _write(check: Document) -> None:
    """With a version: who declared what, and when, is part of the check's history."""
    check.flags.by_operation = True
    check.save(ignore_permissions=True)
