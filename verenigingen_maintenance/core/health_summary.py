"""The health of the system in a few lists, each entry with the readings it rests on.

The status is that of core.derived: the same rules as the daily run's row, on the checks as they are now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .analytics_actions import action
from .derived import STATES, Cause, Situation, critical_issues, status
from .readings import Reading, Unknown
from .verdicts import Verdict
from .wording import in_words

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Judged:
    """A check as it was judged last."""

    check: str
    title: str
    subject: str
    verdict: Verdict
    value: float | None
    unit: str
    target: str
    source: str
    observed_at: str
    reason: str

    @property
    def told(self) -> str:
        value = in_words(self.value, self.unit) or "not known"
        why = f" ({self.reason})" if self.reason else ""
        return f"{self.title}: {value}, target {self.target}{why}"

    def as_reading(self) -> dict[str, Any]:
        return {
            **{"check": self.check, "title": self.title, "verdict": self.verdict.value, "value": self.value},
            **{"unit": self.unit, "target": self.target, "source": self.source},
            **{"observed_at": self.observed_at, "reason": self.reason},
        }


def summary(judged: Sequence[Judged], escalations: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """Status, issues, findings and actions. `escalations` has the open ones by their subject."""
    causes = [Cause(each.title, each.subject, each.verdict) for each in judged]
    situation = Situation(causes, frozenset(escalations))
    state, issues = status(situation, now), critical_issues(situation, now)
    return {
        "overall_status": _word(state),
        "status_reason": state.detail if isinstance(state, Reading) else state.reason,
        "status_causes": [each.as_reading() for each in _worst(judged)],
        "critical_issues": _issues(judged, escalations),
        "critical_issues_count": issues.value if isinstance(issues, Reading) else None,
        "critical_issues_reason": issues.at_least if isinstance(issues, Reading) else issues.reason,
        "key_findings": _findings(judged),
        "open_escalations": sorted(escalations.values()),
        "not_known": [each.told for each in judged if each.verdict is Verdict.UNKNOWN],
        "checks_judged": len(judged),
    }


def actions(found: Mapping[str, Any]) -> list[dict[str, str]]:
    """What the critical issues ask for."""
    return [
        action(
            "critical",
            issue["subject"],
            f"Handle {issue['escalation']}." if issue["escalation"] else f"Look into {issue['subject']} now.",
            issue["text"],
            ", ".join(each["check"] for each in issue["readings"]),
        )
        for issue in found["critical_issues"]
    ]


def _word(state: Reading | Unknown) -> str:
    return STATES[int(state.value)].replace(" ", "_") if isinstance(state, Reading) else UNKNOWN


def _worst(judged: Sequence[Judged]) -> list[Judged]:
    """Those that make the status what it is."""
    for verdict in (Verdict.CRITICAL, Verdict.UNKNOWN, Verdict.WARNING):
        if found := [each for each in judged if each.verdict is verdict]:
            return found
    return []


def _issues(judged: Sequence[Judged], escalations: Mapping[str, str]) -> list[dict[str, Any]]:
    """One for each subject that is CRITICAL now."""
    critical = [each for each in judged if each.verdict is Verdict.CRITICAL]
    by_subject: dict[str, list[Judged]] = {}
    for each in critical:
        by_subject.setdefault(each.subject, []).append(each)
    return [
        {
            "subject": subject,
            "text": "; ".join(each.told for each in found),
            "escalation": escalations.get(subject),
            "readings": [each.as_reading() for each in found],
        }
        for subject, found in sorted(by_subject.items())
    ]


def _findings(judged: Sequence[Judged]) -> list[dict[str, Any]]:
    """What is off target: CRITICAL first, then WARNING."""
    return [
        {"text": each.told, "readings": [each.as_reading()]}
        for verdict in (Verdict.CRITICAL, Verdict.WARNING)
        for each in judged
        if each.verdict is verdict
    ]
