"""Runs and checks."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

import frappe
from frappe import _

from verenigingen_maintenance.api.door import AUDITOR, MANAGER, OPERATOR, from_shell, only_for, told_in_shell
from verenigingen_maintenance.core.wording import summary
from verenigingen_maintenance.operations import accept_missed as missed
from verenigingen_maintenance.operations import (
    applicability,
    checks,
    evidence_files,
    measure_run,
    reports,
    run_now,
)
from verenigingen_maintenance.operations import measure_row as rows
from verenigingen_maintenance.operations import still_to_fill as to_fill
from verenigingen_maintenance.operations.open_run import RUN
from verenigingen_maintenance.operations.refusals import plain, refuse, whole_number
from verenigingen_maintenance.sources import clock


@frappe.whitelist(methods=["POST"])
@told_in_shell
def run_daily() -> dict | None:
    """Opens today's daily run, or finds it, and measures it. From the shell: prints a summary."""
    only_for(MANAGER, OPERATOR)
    return _run(run_now.find_or_open("daily", clock.now()))


@frappe.whitelist(methods=["POST"])
@told_in_shell
def measure(run: str) -> dict | None:
    """Measures an open run again."""
    only_for(MANAGER, OPERATOR)
    if not from_shell():
        return _queue(run)
    measure_run.measure(run, clock.now())
    return _print(run)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def measure_row(run: str, row: str) -> dict | None:
    """Measures one row of an open run again; what follows from it is judged anew."""
    only_for(MANAGER, OPERATOR)
    rows.find(run, row, clock.now())
    if from_shell():
        rows.measure_row(run, row, clock.now())
        return _print(run)
    job = {"run": run, "row": row, "asked_at": clock.now()}
    frappe.enqueue(_measure_row_in_worker, enqueue_after_commit=True, **job)  # `asked_at` makes it once
    return {"run": run, "row": row, "queued": True}


@frappe.whitelist(methods=["POST"])
@told_in_shell
def open_run(procedure: str, drill: int = 0) -> dict | None:
    """Opens a run of a procedure (of its slot, or outside any), or finds the open one, and measures it.

    With `drill` it is an emergency that is practised, in a run of its own.
    """
    only_for(MANAGER, OPERATOR)
    is_drill = bool(whole_number(drill, "drill"))
    return _run(run_now.find_or_open_procedure(procedure, clock.now(), is_drill))


@frappe.whitelist(methods=["GET", "POST"])
@told_in_shell
def run_check(check: str) -> dict:
    """Measures one check now, and keeps nothing. An unknown check is UNKNOWN, with the names there are."""
    only_for(MANAGER, OPERATOR)
    try:
        return checks.run(check).as_item()
    except frappe.DoesNotExistError as error:
        frappe.clear_last_message()
        frappe.local.response.http_status_code = 404
        return {"check": check, "verdict": "UNKNOWN", "value": None, "reason": plain(error)}


@frappe.whitelist(methods=["GET"])
@told_in_shell
def list_checks() -> list[dict]:
    """The enabled checks: what each reads, and when it is a breach."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return reports.describe_checks()


@frappe.whitelist(methods=["GET"])
@told_in_shell
def get_run(run: str) -> dict:
    """A run with its boxes, items and the open escalations."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return reports.describe_run(run)


@frappe.whitelist(methods=["GET", "POST"])
@told_in_shell
def list_run_files(run: str) -> list[dict]:
    """The photos and files that are the evidence of a run, each with its row."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return evidence_files.of_run(run)


@frappe.whitelist(methods=["GET"])
@told_in_shell
def status() -> dict:
    """The latest run of each procedure, the open escalations, and the worst verdict of all."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return reports.describe_status(clock.now())


@frappe.whitelist(methods=["POST"])
@told_in_shell
def accept_missed(run: str, comment: str) -> None:
    """A manager accepts that a slot was missed; the comment says why."""
    only_for(MANAGER)
    missed.accept_missed(run, comment)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def declare_not_applicable(check: str, reason: str) -> None:
    """A manager says that a check is not applicable to this site, and why."""
    only_for(MANAGER)
    applicability.declare(check, reason)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def propose_not_applicable(check: str, reason: str) -> None:
    """An operator proposes to the managers that a check is not applicable to this site, and says why."""
    only_for(MANAGER, OPERATOR)
    applicability.suggest(check, reason)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def withdraw_not_applicable(check: str, proposal: str = "") -> None:
    """It is applicable after all: the next run measures it. With the `proposal` that was read, only that is
    dismissed, and refused where somebody has decided on it meanwhile."""
    only_for(MANAGER)
    applicability.dismiss(check, proposal) if proposal else applicability.withdraw(check)


@frappe.whitelist(methods=["GET"])
@told_in_shell
def still_to_fill() -> list[str]:
    """What this site still has to fill in or decide."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return to_fill.still_to_fill()


def _run(name: str) -> dict | None:
    if not from_shell():
        return _queue(name)
    run_now.measure_now(name, clock.now())
    return _print(name)


def _queue(run: str) -> dict:
    """Over HTTP a worker measures: a request must not wait for sources, nor ask its own web server."""
    if not frappe.db.exists(RUN, run):
        refuse(_("There is no run {0}."), run, kind=frappe.DoesNotExistError)
    measure_run.refuse_unless_open(run)
    frappe.enqueue(_measure_in_worker, run=run, enqueue_after_commit=True)
    return {"run": run, "queued": True}


def _measure_in_worker(run: str) -> None:
    """A run that was signed since it was asked for, or is being measured, needs it not, and is no error."""
    with suppress(measure_run.NotToBeMeasured):
        measure_run.measure(run, clock.now())


def _measure_row_in_worker(run: str, row: str, asked_at: datetime) -> None:
    """As the above: what was signed or measured since is no error."""
    with suppress(measure_run.NotToBeMeasured):
        rows.measure_row(run, row, asked_at)


def _print(run: str) -> None:
    print(summary(reports.describe_run(run)))
