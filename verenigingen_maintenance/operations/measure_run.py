"""Measures an open run: reads first, then writes items, verdicts and escalations in one transaction."""

from __future__ import annotations

import json
from datetime import datetime

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime

from verenigingen_maintenance.core.verdicts import Verdict, worst
from verenigingen_maintenance.core.wording import number
from verenigingen_maintenance.operations import checks, escalations, records
from verenigingen_maintenance.operations.checks import Result, Spec
from verenigingen_maintenance.operations.open_run import RUN
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.operations.transactions import commit, lock
from verenigingen_maintenance.sources import clock

PATIENCE = 60


def measure(name: str, now: datetime) -> None:
    """Measure a run, after whoever is doing so.

    Raises frappe.ValidationError when that takes too long, the run is not open, or its time is over.
    """
    with lock(f"run:{name}", PATIENCE) as mine:
        if not mine:
            refuse(_("{0} is being measured by another process. Try again in a minute."), name)
        commit()
        _refuse_unless_open(name)
        if now >= clock.instant(frappe.db.get_value(RUN, name, "lapses_at")):
            refuse(_("The time of {0} is over: what is measured now belongs to another run."), name)
        _measure(name)


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
    run = frappe.get_doc(RUN, name)
    results = {item.name: checks.run_spec(Spec.from_json(item.rule)) for item in run.items if item.rule}
    with lock("writing", PATIENCE) as mine:
        if not mine:
            frappe.throw(_("Another run is being written for over a minute. Try again."))
        commit()
        _write(name, results)
        commit()


def _write(name: str, results: dict[str, Result]) -> None:
    run = frappe.get_doc(RUN, name, for_update=True)
    _refuse_unless_open(name)
    for item in run.items:
        if item.name in results:
            _fill(item, results[item.name])
    _roll_up(run)
    run.update({"measured_at": clock.stored(clock.now()), "measured_by": frappe.session.user})
    records.write(run)
    for result in results.values():
        checks.keep_value(result)
    escalations.record_breaches(list(results.values()), name)


def _refuse_unless_open(name: str) -> None:
    status = frappe.db.get_value(RUN, name, "status")
    if status != "Open":
        refuse(_("{0} is {1}: only an open run is measured."), name, status or _("not there"))


def _fill(item: Document, result: Result) -> None:
    item.update(
        {
            "verdict": result.judgement.verdict.value,
            "value": number(result.value),
            "reason": result.judgement.reason,
            "observed_at": checks.stored_time(result),
            "source": result.measured.source[:140],
            "evidence": json.dumps(result.measured.evidence, indent=1, ensure_ascii=False, default=str),
            "done_by": frappe.session.user,
            "done_at": clock.stored(clock.now()),
        }
    )


def _roll_up(run: Document) -> None:
    """The verdict of each box, and of the run: the worst under it. What nothing answers is UNKNOWN."""
    for box in run.boxes:
        box.verdict = worst(_verdict(item) for item in run.items if item.box == box.box).value
    run.verdict = worst(_verdict(row) for row in (*run.items, *run.boxes)).value


def _verdict(row: Document) -> Verdict:
    return Verdict(row.verdict or "UNKNOWN")
