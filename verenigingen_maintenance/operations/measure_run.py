"""Measures an open run: reads first, then writes items, verdicts and escalations in one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime

from verenigingen_maintenance.core.findings import Found
from verenigingen_maintenance.core.previous import measured_before
from verenigingen_maintenance.core.wording import number
from verenigingen_maintenance.operations import (
    checks,
    clearing,
    dashboard_news,
    escalations,
    findings,
    heartbeat,
    ingest_errors,
    open_escalations,
    records,
    review_facts,
    run_actions,
    run_times,
    since,
)
from verenigingen_maintenance.operations.checks import Result, Spec
from verenigingen_maintenance.operations.fill_in import write_drafts
from verenigingen_maintenance.operations.open_run import RUN
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.operations.roll_up import roll_up
from verenigingen_maintenance.operations.transactions import commit, lock
from verenigingen_maintenance.sources import clock

PATIENCE = 60
NOTHING_MEASURED = dict.fromkeys(
    ("verdict", "value", "escalation", "observed_at", "source", "evidence", "done_by", "done_at")
)


class NotToBeMeasured(frappe.ValidationError):
    """A run that is closed, over, or being measured: nothing failed."""


def measure(name: str, now: datetime) -> None:
    """Measure a run, after whoever is doing so.

    Raises frappe.ValidationError when that takes too long, the run is not open, or its time is over.
    """
    with lock(f"run:{name}", PATIENCE) as mine:
        if not mine:
            message = _("{0} is being measured by another process. Try again in a minute.")
            refuse(message, name, kind=NotToBeMeasured)
        commit()
        refuse_unless_measurable(name, now)
        _measure(name)


def refuse_unless_measurable(name: str, now: datetime) -> None:
    """Raises frappe.ValidationError when a run is not there, is not open, or its time is over."""
    refuse_unless_open(name)
    if now >= clock.instant(frappe.db.get_value(RUN, name, "lapses_at")):
        message = _("The time of {0} is over: what is measured now belongs to another run.")
        refuse(message, name, kind=NotToBeMeasured)


def may_be_measured(run: Document) -> bool:
    """Whether a run is open and its time is not over. A form sends the time as text."""
    return run.status == "Open" and clock.now() < clock.instant(get_datetime(run.lapses_at))


def measure_if_due(name: str, not_before: datetime) -> None:
    """Measure a run unless that was done since `not_before`, or is being done, or it is no longer open."""
    with lock(f"run:{name}") as mine:
        if not mine:
            return
        commit()
        status, measured_at = frappe.db.get_value(RUN, name, ["status", "measured_at"])
        if status == "Open" and (not measured_at or clock.instant(measured_at) < not_before):
            _measure(name)


def _measure(name: str) -> None:
    """Somebody outside is told how it went."""
    with heartbeat.telling():
        _read_and_write(name)


def _read_and_write(name: str) -> None:
    run = frappe.get_doc(RUN, name)
    left_out = declared_not_applicable()
    specs = {
        item.name: Spec.from_json(item.rule)
        for item in run.items
        if item.rule and item.check_name not in left_out
    }
    ingest_errors.catch_up(clock.now())
    results = checks.run_all(specs)
    new_errors = since.new_errors(run, clock.now())
    found = findings.read(run, clock.now())
    with lock("writing", PATIENCE) as mine:
        if not mine:
            frappe.throw(_("Another run is being written for over a minute. Try again."))
        commit()
        _write(name, results, left_out, new_errors, found)
        commit()


def declared_not_applicable() -> dict[str, str]:
    """The checks that a manager declared not applicable, with the reasons."""
    fields = ["name", "not_applicable_reason"]
    rows = frappe.get_all("Maintenance Check", filters={"not_applicable": 1}, fields=fields)
    return {row.name: row.not_applicable_reason for row in rows}


def _write(
    name: str,
    results: dict[str, Result],
    left_out: dict[str, str],
    new_errors: str,
    found: dict[str, Found],
) -> None:
    run = frappe.get_doc(RUN, name, for_update=True)
    refuse_unless_open(name)
    opened = record(results.values(), name)
    for item in run.items:
        if item.name in results:
            fill(item, results[item.name], opened)
        elif item.check_name in left_out:
            leave_out(item, left_out[item.check_name])
    roll_up(run)
    measured = {"measured_at": clock.stored(clock.now()), "measured_by": frappe.session.user}
    run.update({**measured, "since_last_signed": since.happened(run, new_errors)})
    _write_review(run, found)
    records.write(run)
    dashboard_news.changed()
    for result in results.values():
        checks.keep_value(result)


def record(results: Iterable[Result], run: str) -> dict[str, str]:
    """Opens and clears escalations by the present rules. Returns that of each subject that broke."""
    as_now = checks.by_present_rules(results)
    opened = escalations.record_breaches(as_now, run)
    live = set(frappe.get_all(checks.CHECK, checks.LIVE, pluck="name", limit=0))  # a round clears these
    clearing.clear_measured(each for each in as_now if each.spec.name not in live)
    return opened


def _write_review(run: Document, found: dict[str, Found]) -> None:
    """What people decide on, with the actions that are open; the versions that the next review compares."""
    findings.keep(run, found)
    if found:
        run.versions = review_facts.versions()
    run_actions.refresh(run)
    run_times.refresh(run)
    write_drafts(run, is_measured=True)


def refuse_unless_open(name: str) -> None:
    """Raises frappe.ValidationError when a run is not there, or is missed or signed."""
    status = frappe.db.get_value(RUN, name, "status")
    if status != "Open":
        message = _("{0} is {1}: only an open run is measured.")
        refuse(message, name, status or _("not there"), kind=NotToBeMeasured)


def fill(item: Document, result: Result, opened: dict[str, str]) -> None:
    """Writes a result into its row. What the row had before stays in it: a breach is not measured away."""
    item.update(
        {
            "earlier": _earlier(item),
            "verdict": result.judgement.verdict.value,
            "value": number(result.value),
            "reason": result.judgement.reason,
            "not_applicable": 0,
            "escalation": _escalation_of(result, opened),
            "observed_at": checks.stored_time(result),
            "source": result.measured.source[:140],
            "evidence": json.dumps(result.measured.evidence, indent=1, ensure_ascii=False, default=str),
            "done_by": frappe.session.user,
            "done_at": clock.stored(clock.now()),
        }
    )


def leave_out(item: Document, reason: str) -> None:
    """A row that a manager declared not applicable has no verdict any more."""
    item.update({**NOTHING_MEASURED, "earlier": _earlier(item), "not_applicable": 1, "reason": reason})


def _earlier(item: Document) -> str | None:
    """With what this row had until now, as JSON; what was never measured had nothing."""
    if not item.observed_at:
        return item.earlier
    had = {key: item.get(key) or "" for key in ("verdict", "value", "unit", "reason", "done_by")}
    had["observed_at"] = str(item.observed_at)
    return json.dumps(measured_before(json.loads(item.earlier or "[]"), had), ensure_ascii=False)


def _escalation_of(result: Result, opened: dict[str, str]) -> str | None:
    """A derived breach joins the first escalation of its causes."""
    if not result.is_critical:
        return None
    if checks.is_derived(result.spec):
        return next(iter(opened.values()), None) or open_escalations.first_open()
    return opened.get(result.spec.subject)
