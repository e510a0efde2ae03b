"""Rows that follow from other rows: the status of the system, its critical issues, its critical alerts.

They show their causes and join their causes' escalation; they open none, and none of them feeds another
(reading 5 of the requirements).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from .readings import Reading, Unknown
from .verdicts import Verdict, worst
from .wording import some

STATES = ("healthy", "at risk", "critical")
SCALE = "/".join(STATES)
SOURCE = "the other checks"


@dataclass(frozen=True)
class Cause:
    """One measured check: its subject, what it was judged, and why where that is UNKNOWN."""

    title: str
    subject: str
    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True)
class Situation:
    """All measured checks, and the subjects of the escalations that nobody has closed.

    A check without a subject is its own subject, by its name; `titles` has its title, which people read.
    """

    causes: Sequence[Cause]
    open_subjects: frozenset[str]
    titles: Mapping[str, str] = field(default_factory=dict)

    def with_verdict(self, verdict: Verdict) -> list[Cause]:
        return [cause for cause in self.causes if cause.verdict is verdict]

    @property
    def critical_subjects(self) -> list[str]:
        return sorted({cause.subject for cause in self.with_verdict(Verdict.CRITICAL)})

    def in_words(self, subjects: Iterable[str]) -> str:
        return some([self.titles.get(each, each) for each in subjects])


def status(situation: Situation, now: datetime) -> Reading | Unknown:
    """The worst of all as a state: 0 healthy, 1 at risk, 2 critical; Unknown where the worst is UNKNOWN."""
    verdict = worst(cause.verdict for cause in situation.causes)
    titles = [cause.title for cause in situation.with_verdict(verdict)]
    if verdict is Verdict.UNKNOWN:
        return Unknown(f"not known: {some(titles) or 'nothing was measured'}", now, SOURCE)
    state = {Verdict.OK: 0, Verdict.WARNING: 1, Verdict.CRITICAL: 2}[verdict]
    return Reading(state, SCALE, now, SOURCE, {"causes": titles if state else []}, detail=some(titles))


def critical_issues(situation: Situation, now: datetime) -> Reading | Unknown:
    """How many subjects are CRITICAL now; where some are UNKNOWN and none is CRITICAL, that is not known."""
    critical, unknown = situation.critical_subjects, situation.with_verdict(Verdict.UNKNOWN)
    if not critical and (unknown or not situation.causes):
        reason = f"not known: {some([cause.title for cause in unknown]) or 'nothing was measured'}"
        return Unknown(reason, now, SOURCE)
    may_be_more = "what is UNKNOWN may be critical too" if unknown else ""
    evidence = {"subjects": critical}
    return Reading(
        len(critical), "subjects", now, SOURCE, evidence, may_be_more, situation.in_words(critical)
    )


def critical_alerts(situation: Situation, now: datetime) -> Reading | Unknown:
    """How many escalations are open, those that this run opens included."""
    subjects = sorted(situation.open_subjects | set(situation.critical_subjects))
    origin = "Maintenance Escalation, and the other checks"
    told = situation.in_words(subjects)
    return Reading(len(subjects), "escalations", now, origin, {"subjects": subjects}, detail=told)


Derivation = Callable[[Situation, datetime], Reading | Unknown]
DERIVED: dict[str, Derivation] = {
    "derived.status": status,
    "derived.critical_issues": critical_issues,
    "derived.critical_alerts": critical_alerts,
}
