"""Measures one row of an open run again, and what follows from it; the others stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime

from verenigingen_maintenance.core.derived import Cause
from verenigingen_maintenance.core.verdicts import Verdict
from verenigingen_maintenance.core.wording import number
from verenigingen_maintenance.operations import checks, ingest_errors, records
from verenigingen_maintenance.operations.checks import Result, Spec
from verenigingen_maintenance.operations.fill_in import renew
from verenigingen_maintenance.operations.measure_run import (
    PATIENCE,
    NotToBeMeasured,
    declared_not_applicable,
    fill,
    leave_out,
    record,
    refuse_unless_measurable,
)
from verenigingen_maintenance.operations.open_run import RUN
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.operations.transactions import commit, lock
from verenigingen_maintenance.sources import clock


def measure_row(name: str, row: str, asked_at: datetime) -> None:
    """Measures a row, unless that was done since it was asked for.

    Raises frappe.ValidationError where the run is not there, closed or over, where nothing measures the row,
    and where somebody else measures this run for over a minute.
    """
    with lock(f"run:{name}", PATIENCE) as mine:
        if not mine:
            message = _("{0} is being measured by another process. Try again in a minute.")
            refuse(message, name, kind=NotToBeMeasured)
        commit()
        item = find(name, row, clock.now())
        if item.done_at and clock.instant(get_datetime(item.done_at)) >= asked_at:
            return
        _read_and_write(name, item)


def find(name: str, row: str, now: datetime) -> Document:
    """The row of a run that may be measured. Raises frappe.ValidationError as `measure_row` does."""
    if not frappe.db.exists(RUN, name):
        refuse(_("There is no run {0}."), name, kind=frappe.DoesNotExistError)
    refuse_unless_measurable(name, now)
    items = frappe.get_doc(RUN, name).items
    item = next((each for each in items if each.name == row), None)
    if item is None:
        refuse(_("{0} has no row {1}. Load it again."), name, row, kind=frappe.DoesNotExistError)
    if not item.rule:
        message = _("“{0}” is answered by a person: nothing measures it. Choose Done or Failed.")
        refuse(message, item.title, kind=NotToBeMeasured)
    return item


def _read_and_write(name: str, item: Document) -> None:
    """What is derived reads nothing: it follows from the rows as they are."""
    spec, measured = Spec.from_json(item.rule), {}
    left_out = declared_not_applicable()
    if item.check_name not in left_out and not checks.is_derived(spec):
        if spec.area == "Errors":
            ingest_errors.catch_up(clock.now())
        measured = {item.name: checks.run_spec(spec)}
    with lock("writing", PATIENCE) as mine:
        if not mine:
            refuse(_("Another run is being written for over a minute. Try again."), kind=NotToBeMeasured)
        commit()
        _write(name, item.name, measured, left_out)
        commit()


def _write(name: str, row: str, measured: Mapping[str, Result], left_out: Mapping[str, str]) -> None:
    run = frappe.get_doc(RUN, name, for_update=True)
    refuse_unless_measurable(name, clock.now())
    opened = record(measured.values(), name)
    for item in run.items:
        if item.name == row and item.check_name in left_out:
            leave_out(item, left_out[item.check_name])
        elif item.name in measured:
            fill(item, measured[item.name], opened)
    _derive(run, row, opened)
    renew(run)
    records.write(run)
    for result in measured.values():
        checks.keep_value(result)


def _derive(run: Document, row: str, opened: dict[str, str]) -> None:
    """The rows that follow from others, where what they say changed, or they were asked for."""
    specs = {
        item.name: Spec.from_json(item.rule) for item in run.items if item.rule and not item.not_applicable
    }
    causes = [
        Cause(spec.title, spec.subject, Verdict(item.verdict or "UNKNOWN"))
        for item, spec in ((each, specs.get(each.name)) for each in run.items)
        if spec and not checks.is_derived(spec)
    ]
    for item in run.items:
        spec = specs.get(item.name)
        if spec and checks.is_derived(spec):
            result = checks.derive_from(spec, causes)
            if item.name == row or _says_otherwise(item, result):
                fill(item, result, opened)


def _says_otherwise(item: Document, result: Result) -> bool:
    said = (item.verdict, item.value or "", item.reason or "")
    return said != (result.judgement.verdict.value, number(result.value), result.judgement.reason)
