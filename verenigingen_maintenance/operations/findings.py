"""The findings of a review: asked of providers when a run is measured, kept as rows that people decide on.

A provider is a function `(review, now) -> Found` in a file of operations/; a line in PROVIDERS makes it one.
Each runs in a thread with a connection of its own: one that breaks or hangs leaves only its area unknown.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import frappe
from frappe.model.document import Document

from verenigingen_maintenance.core.findings import Compared, Finding, Found, Review, Since, compare
from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.core.redaction import redact
from verenigingen_maintenance.core.verdicts import Verdict
from verenigingen_maintenance.core.wording import number
from verenigingen_maintenance.operations import measure
from verenigingen_maintenance.operations.since import last_signed
from verenigingen_maintenance.sources import clock

RUN, FINDING = "Checklist Run", "Checklist Run Finding"
SECONDS = 20
# How far back each review looks. A cadence that is not here has no findings.
DAYS = {"Weekly": 7, "Monthly": 30, "Quarterly": 90}
REVIEWS = tuple(DAYS)
NOT_READ = "not read: "


@dataclass(frozen=True)
class Provider:
    """An area of findings: the function that finds them, as file.function of operations/, and the reviews."""

    area: str
    function: str
    cadences: tuple[str, ...] = REVIEWS


PROVIDERS: list[Provider] = [
    Provider("Errors", "findings_errors.found"),
    Provider("Alerts", "findings_alerts.found"),
    Provider("Incidents", "findings_incidents.found"),
    Provider("Forecasts and Capacity", "findings_forecasts.found"),
    Provider("Compliance", "findings_compliance.found"),
    Provider("Thresholds", "findings_thresholds.found"),
    Provider("Growth", "findings_growth.found"),
    Provider("Changes", "findings_changes.found"),
    Provider("Security", "findings_security.found", ("Monthly", "Quarterly")),
    Provider("Procedures", "findings_procedures.found", ("Monthly",)),
    Provider("Reports", "findings_reports.found"),
]


def read(run: Document, now: datetime) -> dict[str, Found]:
    """What each provider finds for a run; what fails is told as missing. Nothing where it is no review."""
    cadence = frappe.db.get_value("Maintenance Procedure", run.procedure, "cadence")
    asked = [each for each in PROVIDERS if cadence in DAYS and cadence in each.cadences]
    if not asked:
        return {}
    review = _review(run, cadence)
    groups = [{each.area: partial(_ask, each.function, review)} for each in asked]
    answers = measure.ask_all(groups, now, SECONDS, (Found,))
    return {each.area: _known(answers[each.area]) for each in asked}


def keep(run: Document, found: Mapping[str, Found]) -> None:
    """Writes what was found into the rows of a run: decisions stay, what is gone is over or not known."""
    if not found and not run.findings:
        return
    compared = compare(found, _before(run))
    rows = {row.key: row for row in run.findings}
    for each in compared:
        row = rows.pop(each.finding.key, None) or run.append("findings", {"key": each.finding.key})
        row.update(_values(each))
    for row in rows.values():
        _keep_gone(run, row, found)
    order = {each.finding.key: place for place, each in enumerate(compared)}
    run.findings.sort(key=lambda row: order.get(row.key, len(order)))
    for number_, row in enumerate(run.findings, start=1):
        row.idx = number_


def _review(run: Document, cadence: str) -> Review:
    last, now = last_signed(run), clock.now()
    since = clock.instant(last.measured_at or last.closed_at) if last else now
    before = (each.key for rows in _before(run).values() for each in rows)
    return Review(run.name, cadence, DAYS[cadence], since, frozenset([*before, *_own(run)]))


def _own(run: Document) -> Iterator[str]:
    """What an earlier measuring of this run found, and was not over by then."""
    for row in run.findings:
        if row.since_last != Since.OVER.value and not row.key.startswith(NOT_READ):
            yield row.key


def _ask(function: str, review: Review, now: datetime) -> Found:
    """Imported, and its texts redacted, when it is asked: a file that breaks fails alone."""
    file, _dot, name = function.partition(".")
    module = importlib.import_module(f"verenigingen_maintenance.operations.{file}")
    provider: Callable[[Review, datetime], Found] = getattr(module, name)
    answer = provider(review, now)
    return replace(answer, findings=tuple(map(_redacted, answer.findings)))


def _known(answer: object) -> Found:
    if isinstance(answer, Unknown):
        return Found(missing=answer.reason)
    assert isinstance(answer, Found)
    return answer


def _redacted(finding: Finding) -> Finding:
    return replace(finding, title=redact(finding.title)[:140], text=redact(finding.text))


def _before(run: Document) -> dict[str, list[Finding]]:
    """What the last signed run had and was not over in it, by area."""
    last = last_signed(run)
    if not last:
        return {}
    filters = {"parent": last.name, "parenttype": RUN, "since_last": ("!=", Since.OVER.value)}
    before: dict[str, list[Finding]] = {}
    for row in frappe.get_all(FINDING, filters, ["*"], order_by="idx", limit=0):
        if not row.key.startswith(NOT_READ):
            before.setdefault(row.area, []).append(as_finding(row))
    return before


def as_finding(row: Document) -> Finding:
    """A row as the rules want it. What was not read again has the figure that it had before."""
    figure = row.figure or (row.before if row.since_last == Since.UNKNOWN.value else "")
    return Finding(
        key=row.key,
        title=row.title,
        text=row.text or "",
        figure=float(figure) if figure else None,
        unit=row.unit or "",
        severity=Verdict(row.severity or "UNKNOWN"),
        more_is_worse=bool(row.more_is_worse),
        doctype=row.link_doctype or "",
        name=row.link_name or "",
    )


def _values(each: Compared) -> dict:
    found = each.finding
    return {
        **{"area": each.area, "title": found.title, "text": found.text, "severity": found.severity.value},
        **{"figure": number(found.figure), "unit": found.unit, "before": number(each.before)},
        **{"since_last": each.since.value, "more_is_worse": int(found.more_is_worse)},
        **{"link_doctype": found.doctype, "link_name": found.name},
    }


def _keep_gone(run: Document, row: Document, found: Mapping[str, Found]) -> None:
    """A row of an earlier measuring of this run. What waits for a decision does so until it is over."""
    if row.key.startswith(NOT_READ):
        run.findings.remove(row)
        return
    area = found.get(row.area)
    if area is not None and area.is_over(row.key):
        row.since_last = Since.OVER.value
    elif row.decision or not Since(row.since_last).asks:
        row.since_last = Since.UNKNOWN.value
