"""Findings from the deliverables: reports that failed, that nobody approved, or that are not there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from verenigingen_maintenance.core.findings import Finding, Found, Review, worst_first
from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.core.slots import Cadence
from verenigingen_maintenance.core.verdicts import Verdict
from verenigingen_maintenance.operations import report_drafts, report_sections
from verenigingen_maintenance.sources import reports

OF_REPORT = "report "
NOT_THERE = "not drafted: a job does within ten minutes after the run opens, and Draft a Report does now"


def found(review: Review, now: datetime) -> Found:
    """Those of this cadence whose period is over; one that waits since an earlier period still waits."""
    cadence = Cadence(review.cadence)
    waiting, not_drafted = reports.waiting(cadence, now), reports.not_drafted(cadence, now)
    missing = [not_drafted.reason] if isinstance(not_drafted, Unknown) else []
    is_cut = len(waiting) >= reports.MOST
    missing += [f"only the latest {reports.MOST} were read"] if is_cut else []
    names = [] if isinstance(not_drafted, Unknown) else not_drafted
    each = (*map(_waiting, waiting), *_not_drafted([*names, *_still_not_there(review)]))
    return worst_first(each, "; ".join(missing), None if is_cut else [])


def _still_not_there(review: Review) -> list[str]:
    """What was missing in the last review, of a period before the last one."""
    return reports.not_there(key.removeprefix(OF_REPORT) for key in review.known if key.startswith(OF_REPORT))


def _waiting(row: Any) -> Finding:
    has_failed = row.status == report_drafts.FAILED
    severity = Verdict.CRITICAL if has_failed else Verdict.WARNING
    about = {"doctype": reports.REPORT, "name": row.name}
    return Finding(f"{OF_REPORT}{row.name}", row.title, _state(row), severity=severity, **about)


def _state(row: Any) -> str:
    if row.status == report_drafts.FAILED:
        return f"was not drafted: {row.failure}"
    if row.status == report_drafts.DRAFT:
        return f"drafted at {row.drafted_at:%Y-%m-%d %H:%M}, waits for approval"
    return "is being drafted"


def _not_drafted(names: Iterable[str]) -> Iterator[Finding]:
    for name in names:
        kind = next(kind for key, kind in report_sections.kinds().items() if name.startswith(f"{key}-"))
        title = f"{kind.title} {name.removeprefix(f'{kind.key}-')}"
        yield Finding(f"{OF_REPORT}{name}", title, NOT_THERE)
