"""Reports as documents: drafted by a job, read, approved, mailed, downloaded."""

from __future__ import annotations

import frappe

from verenigingen_maintenance.api.door import AUDITOR, MANAGER, OPERATOR, from_shell, only_for, told_in_shell
from verenigingen_maintenance.operations import (
    report_answers,
    report_decisions,
    report_drafts,
)
from verenigingen_maintenance.sources import clock


@frappe.whitelist(methods=["POST"])
@told_in_shell
def draft_report(kind: str, period: str | None = None) -> str:
    """Drafts a report, of the last period that is over where none is named (as 2026-W47, 2026-10, 2026-Q3),
    and answers its name. Over HTTP a worker does; what people wrote survives."""
    only_for(MANAGER, OPERATOR)
    name = report_drafts.ask(kind, period, clock.now(), frappe.session.user)
    if from_shell():
        report_drafts.work(name)
    return name


@frappe.whitelist(methods=["GET"])
@told_in_shell
def get_report(report: str) -> dict:
    """A report: its state, what its first page tells, what was not measured, what became of its mail."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return report_answers.describe(report)


@frappe.whitelist(methods=["GET"])
@told_in_shell
def list_reports() -> list[dict]:
    """The kinds of reports, which are drafted by themselves, and the latest of each."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return report_answers.list_kinds()


@frappe.whitelist(methods=["POST"])
@told_in_shell
def approve_report(report: str, seen: str | None = None) -> None:
    """Freezes a draft that another one wrote; with `seen`, the SHA-256 of what was read, only that one."""
    only_for(MANAGER)
    report_decisions.approve(report, clock.now(), seen)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def mail_report(report: str) -> dict:
    """Mails an approved report with its PDF to those that the settings name, once."""
    only_for(MANAGER, OPERATOR)
    return report_decisions.mail_to_list(report, clock.now())


@frappe.whitelist(methods=["GET"])
@told_in_shell
def report_pdf(report: str) -> None:
    """The report as a PDF to download."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    name, content = report_decisions.as_pdf(report)
    frappe.response.update({"type": "pdf", "filename": f"{name}.pdf", "filecontent": content})
