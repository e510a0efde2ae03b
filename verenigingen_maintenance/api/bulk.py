"""One decision on several documents; each door answers what was done, and what was refused with why."""

from __future__ import annotations

import frappe

from verenigingen_maintenance.api.door import MANAGER, OPERATOR, only_for, told_in_shell
from verenigingen_maintenance.operations import in_bulk
from verenigingen_maintenance.operations.refusals import whole_number


@frappe.whitelist(methods=["POST"])
@told_in_shell
def ignore_error_patterns(
    patterns: str | list, note: str, until: str | None = None, errors: str | int | None = None
) -> dict:
    """Leaves up to 100 out of what is judged: until a moment, so many errors more of each, or for good."""
    only_for(MANAGER, OPERATOR)
    more = whole_number(errors, "errors") if errors not in (None, "") else None
    return in_bulk.ignore_patterns(patterns, note, until, more)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def resolve_error_patterns(patterns: str | list, note: str) -> dict:
    """Up to 100 are mended: the next error of each makes it Regressed."""
    only_for(MANAGER, OPERATOR)
    return in_bulk.resolve_patterns(patterns, note)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def acknowledge_escalations(escalations: str | list, note: str = "") -> dict:
    """Somebody has these, up to 100."""
    only_for(MANAGER, OPERATOR)
    return in_bulk.acknowledge(escalations, note)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def accept_missed_runs(runs: str | list, comment: str) -> dict:
    """A manager accepts that up to 100 slots were missed; the comment says why."""
    only_for(MANAGER)
    return in_bulk.accept_missed_runs(runs, comment)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def dismiss_thresholds(proposals: str | list, reason: str) -> dict:
    """The thresholds of up to 100 proposals stay as they are, for this reason."""
    only_for(MANAGER)
    return in_bulk.dismiss_thresholds(proposals, reason)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def dismiss_changes(changes: str | list, reason: str) -> dict:
    """Up to 100 are not done, and not proposed again while their evidence is the same."""
    only_for(MANAGER)
    return in_bulk.dismiss_changes(changes, reason)
