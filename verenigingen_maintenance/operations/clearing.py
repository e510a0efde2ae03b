"""Which breaches are over, by what was measured; and which nobody will ever measure again."""

from __future__ import annotations

from collections.abc import Iterable

import frappe

from verenigingen_maintenance.operations import breaches, checks, incidents
from verenigingen_maintenance.operations.checks import Result
from verenigingen_maintenance.operations.escalations import clear, describe


def clear_measured(results: Iterable[Result]) -> None:
    """Clears what was a breach and is, by these results, none any more. UNKNOWN clears nothing."""
    lasting = breaches.uncleared()
    for result in results:
        spec, verdict = result.spec, result.judgement.verdict.value
        if (spec.subject, spec.name) in lasting and verdict in ("OK", "WARNING"):
            clear(spec.subject, spec.name, f"{verdict}: {describe(result)}", checks.worst_that_lasted(result))


def clear_unwatched() -> None:
    """What nobody measures any more under its subject would never be over: switched off, declared not
    applicable, deleted, or given another subject."""
    fields = ["name", "subject", "enabled", "not_applicable", "live"]
    checks_ = {row.name: row for row in frappe.get_all(checks.CHECK, fields=fields, limit=0)}
    for subject, key in breaches.uncleared():
        if not _is_watched(subject, key, checks_.get(key)):
            clear(subject, key, f"{key} is not watched any more.")


def _is_watched(subject: str, key: str, check: dict | None) -> bool:
    if check is None:
        return subject in breaches.OTHERS or incidents.is_ongoing(subject)
    if not check.enabled or check.not_applicable:
        return False
    return bool(check.live) if subject == breaches.NOT_MEASURED else (check.subject or check.name) == subject
