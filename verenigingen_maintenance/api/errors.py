"""Analyses of errors, and what people decide about their patterns."""

from __future__ import annotations

import frappe

from verenigingen_maintenance.api.door import AUDITOR, MANAGER, OPERATOR, only_for, told_in_shell
from verenigingen_maintenance.operations import error_review, error_states
from verenigingen_maintenance.operations.refusals import whole_number
from verenigingen_maintenance.sources import clock


@frappe.whitelist(methods=["GET"])
@told_in_shell
def analyze_error_patterns(days: int = 30) -> dict:
    """Trends, profiles, types, users, recurring patterns and hotspots of the errors of 1 to 400 days."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return error_review.analyze_error_patterns(days, clock.now())


@frappe.whitelist(methods=["GET"])
@told_in_shell
def identify_error_hotspots(days: int = 7) -> dict:
    """Where the errors of 1 to 400 days gather: areas, apps, types, kinds of users, hours."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return error_review.identify_error_hotspots(days, clock.now())


@frappe.whitelist(methods=["GET"])
@told_in_shell
def latest_errors(pattern: str) -> list[dict]:
    """The latest logs of an error pattern: name, time and user, and whether Error Log still has it."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return error_review.latest_errors(pattern)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def resolve_error_pattern(pattern: str, note: str = "") -> None:
    """It is mended: its next error makes it Regressed."""
    only_for(MANAGER, OPERATOR)
    error_states.resolve(pattern, note)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def ignore_error_pattern(
    pattern: str, until: str | None = None, errors: int | None = None, note: str = ""
) -> None:
    """Leave it out of what is judged: until a moment, until so many errors more, or for good."""
    only_for(MANAGER, OPERATOR)
    more = whole_number(errors, "errors") if errors not in (None, "") else None
    error_states.ignore(pattern, until, more, note)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def reopen_error_pattern(pattern: str, note: str = "") -> None:
    """Neither resolved nor ignored: its state follows its errors again."""
    only_for(MANAGER, OPERATOR)
    error_states.reopen(pattern, note)
