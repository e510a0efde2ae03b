"""Whom and what errors and escalations hit: users, and the processes of an association."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .severity import CRITICAL, HIGH, SeverityRule, rule_of

NONE, LOW, MEDIUM, HIGH_IMPACT = "none", "low", "medium", "high"
MANY_USERS = 10
OTHERS = "Other"
# The first rule that matches title and area decides.
_RULES = (
    SeverityRule.of("SEPA", "sepa, mandate*, direct debit*, iban*, *incasso*"),
    SeverityRule.of("Payments", "payment*, invoice*, *betaling*, billing*, dues*, journal entry"),
    SeverityRule.of("Members", "member*, membership*, volunteer*, lid*"),
    SeverityRule.of("Monitoring", "dashboard, analytics*, monitor*, compliance*, sampl*"),
    SeverityRule.of(
        "Platform", "database, mariadb, redis, worker*, scheduler, disk, memory, api, backup*, e-mail"
    ),
)


@dataclass(frozen=True)
class Hit:
    """An error pattern or an escalation: what it is called, how severe it is, and how many errors it had."""

    name: str
    text: str
    severity: str
    errors: int = 0

    @property
    def process(self) -> str:
        return rule_of(self.text, _RULES).kind or OTHERS


@dataclass
class _Process:
    errors: int = 0
    worst: str = ""
    by: list[str] = field(default_factory=list)


def processes(hits: Iterable[Hit], most: int = 10) -> dict[str, dict[str, Any]]:
    """The processes that are hit: with how many errors, how severe the worst is, and by what."""
    found: dict[str, _Process] = {}
    for hit in sorted(hits, key=lambda each: (-_weight(each.severity), -each.errors, each.name)):
        process = found.setdefault(hit.process, _Process(worst=hit.severity))
        process.errors += hit.errors
        process.by.append(f"{hit.name} {hit.text}")
    return {
        name: {"errors": each.errors, "worst": each.worst, "hits": len(each.by), "by": each.by[:most]}
        for name, each in found.items()
    }


def impact(hit: Mapping[str, Mapping[str, Any]], users: int) -> str:
    """high: a process is hit by something Critical; medium: by something High, or ten users met errors;
    low: a process or a user is hit at all; else none."""
    worst = {each["worst"] for each in hit.values()}
    if CRITICAL in worst:
        return HIGH_IMPACT
    if HIGH in worst or users >= MANY_USERS:
        return MEDIUM
    return LOW if hit or users else NONE


def _weight(severity: str) -> int:
    return {CRITICAL: 2, HIGH: 1}.get(severity, 0)
