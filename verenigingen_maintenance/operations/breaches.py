"""The breaches of an escalation as rows: what broke, how bad it was, and when it was over."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

import frappe
from frappe.model.document import Document

from verenigingen_maintenance.core.redaction import redact_all
from verenigingen_maintenance.core.thresholds import Limit, ThresholdError, in_full
from verenigingen_maintenance.sources import clock

PART, ESCALATION = "Maintenance Escalation Check", "Maintenance Escalation"
LONGEST_EVIDENCE = 20_000
NOT_MEASURED = "Not measured"
# Subjects of what is no check, or not only that.
OTHERS = ("Sampling", NOT_MEASURED, "Notifications", "Escalation clocks", "Analytics engine")


@dataclass(frozen=True)
class Part:
    """One breach of a subject. `key` is the check's name, or what else tells it from its neighbours."""

    key: str
    title: str
    began: datetime
    area: str = "Health"
    starting_level: int = 0
    worst: float | None = None
    unit: str = ""
    critical: str = ""
    version: int = 0
    evidence: Mapping[str, object] = field(default_factory=dict)


def put(escalation: Document, parts: Iterable[Part]) -> None:
    """Adds what broke; what broke before and broke again is one row, with its worst value.

    That is kept as text, which is empty where nothing was measured: a column of numbers would say nought.
    """
    rows = {row.check_name: row for row in escalation.checks}
    for part in parts:
        row = rows.get(part.key)
        if row is None:
            row = escalation.append("checks", {"check_name": part.key, "began_at": clock.stored(part.began)})
            rows[part.key] = row
        if part.worst is not None and _is_worse(part.worst, row.worst, part.critical):
            row.worst = in_full(part.worst)
        row.update({"title": part.title[:140], "unit": part.unit, "critical": part.critical})
        row.update({"threshold_version": part.version, "cleared_at": None, "evidence": _evidence(part)})


def keep_worst(subject: str, key: str, value: float, critical: str) -> None:
    """While a breach lasts: keeps its worst value, past the document, which somebody may have open."""
    name = frappe.db.get_value(ESCALATION, {"open_key": subject}, for_update=True)  # first, as actions do
    found = frappe.get_all(PART, {"parent": name or "", "check_name": key}, ["name", "worst"], limit=1)
    if found and _is_worse(value, found[0].worst, critical):
        frappe.db.set_value(PART, found[0].name, "worst", in_full(value), update_modified=False)


def is_lasting(escalation: Document, key: str) -> bool:
    return any(row.check_name == key and not row.cleared_at for row in escalation.checks)


def clear(escalation: Document, key: str, now: datetime, worst: float | None = None) -> bool:
    """One breach is over; returns whether all of them are."""
    for row in escalation.checks:
        if row.check_name == key and not row.cleared_at:
            row.cleared_at = clock.stored(now)
            row.worst = row.worst if worst is None else in_full(worst)
    return all(row.cleared_at for row in escalation.checks)


def end_all(escalation: Document) -> None:
    """What a person said is over ended then: if it lasts, it is found again."""
    for row in escalation.checks:
        row.cleared_at = row.cleared_at or escalation.closed_at or escalation.cleared_at


def uncleared() -> set[tuple[str, str]]:
    """What lasts in the escalations that are open or acknowledged: subject and key."""
    part, parent = frappe.qb.DocType(PART), frappe.qb.DocType(ESCALATION)
    is_open = parent.status.isin(["Open", "Acknowledged"]) & part.cleared_at.isnull()
    query = frappe.qb.from_(part).join(parent).on(parent.name == part.parent)
    return set(query.select(parent.subject, part.check_name).where(is_open).run())


def lasts(subject: str, key: str) -> datetime | None:
    """Since when a check is a breach in an escalation that is open or acknowledged."""
    part, parent = frappe.qb.DocType(PART), frappe.qb.DocType(ESCALATION)
    is_open = parent.status.isin(["Open", "Acknowledged"]) & part.cleared_at.isnull()
    query = frappe.qb.from_(part).join(parent).on(parent.name == part.parent).select(part.began_at)
    rows = query.where(is_open & (parent.subject == subject) & (part.check_name == key)).run()
    return clock.instant(min(began for (began,) in rows)) if rows else None


def _is_worse(value: float, than: str | None, critical: str) -> bool:
    """Without a threshold the first value stays: nothing says which is worse."""
    if not than:
        return True
    with suppress(ThresholdError):
        return value > float(than) if Limit.parse(critical).higher_is_worse else value < float(than)
    return False


def _evidence(part: Part) -> str:
    if not part.evidence:
        return ""
    text = json.dumps(redact_all(part.evidence), indent=1, ensure_ascii=False, default=str)
    return text[:LONGEST_EVIDENCE]
