"""Findings from compliance: open gaps, and points that were lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from verenigingen_maintenance.core.findings import Finding, Found, Review, worst_first
from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.core.verdicts import Verdict
from verenigingen_maintenance.sources import compliance

POINTS = 5


def found(_review: Review, now: datetime) -> Found:
    """What the latest assessment says; where it is too old, nothing is known."""
    latest = compliance.latest(now)
    if isinstance(latest, Unknown):
        return Found(missing=latest.reason)
    gaps, lost, open_gaps = compliance.gaps({}), compliance.points_lost(now), compliance.open_gaps(now)
    unknown = [each.reason for each in (lost, open_gaps) if isinstance(each, Unknown)]
    at_least = open_gaps.at_least if isinstance(open_gaps, Reading) else ""
    missing = "; ".join(filter(None, [*unknown, at_least]))
    unread = ["compliance points"] if isinstance(lost, Unknown) else []
    return worst_first((*_lost(lost), *map(_gap, gaps)), missing, unread)


def _lost(lost: Reading | Unknown) -> Iterator[Finding]:
    if isinstance(lost, Reading) and lost.value > 0:
        severity = Verdict.CRITICAL if lost.value > POINTS else Verdict.WARNING
        yield Finding(
            "compliance points", "Compliance lost points", lost.detail, lost.value, "points", severity
        )


def _gap(row: Any) -> Finding:
    severity = Verdict.CRITICAL if row.severity == "Critical" else Verdict.WARNING
    violation = "regulatory; " if row.regulatory else ""
    unsure = f"; not measured now: {row.not_measured}" if row.not_measured else ""
    text = f"{violation}{row.told}{unsure}. {row.remediation}"
    title = f"{row.title} ({row.severity})"
    key = f"gap {row.name}"
    return Finding(key, title, text, row.found, "found", severity, True, compliance.GAP, row.name)
