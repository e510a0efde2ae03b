"""What people do with a report: write into it, approve it, mail it. Approving freezes it for good."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import datetime

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate, validate_email_address

from verenigingen_maintenance.operations import mail, records, report_drafts
from verenigingen_maintenance.operations.language import language_of_site, said, sayer
from verenigingen_maintenance.operations.records import refuse_by_hand
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.operations.report_drafts import APPROVED, DRAFT, REPORT
from verenigingen_maintenance.operations.reports_due import recipients, refuse_too_many
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.sources import clock

FREE = {"text"}
KEPT_BY_FRAPPE = {"modified", "modified_by", "idx", "_comments", "_assign", "_liked_by", "_seen"}


def get(name: str, for_update: bool = False) -> Document:
    """Raises frappe.DoesNotExistError for a report that there is not."""
    if not frappe.db.exists(REPORT, name):
        refuse(_("There is no report {0}. Draft it first."), name, kind=frappe.DoesNotExistError)
    return frappe.get_doc(REPORT, name, for_update=for_update)


# --- texts


def take(report: Document, before: Document | None) -> None:
    """For a controller: takes what a person wrote on the sections of a draft, and nothing else."""
    if before is None:
        refuse_by_hand(report)
    if before.status != DRAFT:
        refuse(_("{0} is {1}: texts are written while it is a Draft."), report.name, _(before.status))
    if _fixed(report) != _fixed(before):
        frappe.throw(_("Only the texts on sections are written by hand: the rest was measured."))
    changed = [
        row
        for row, former in zip(report.texts, before.texts, strict=True)
        if (row.text or "") != (former.text or "")
    ]
    for row in changed:
        row.written_by, row.written_at = frappe.session.user, clock.stored(clock.now())
    if changed:
        report.last_editor = frappe.session.user
        report.author = report.author or frappe.session.user
        report.writers = "\n".join(dict.fromkeys([*_wrote(report), frappe.session.user]))
        report_drafts.show(report)


def _wrote(report: Document) -> list[str]:
    """Everybody who ever wrote in it, also what another one corrected since."""
    return (report.writers or "").split()


def rename_writer(old: str, new: str) -> None:
    """A user got another name, and wrote what he wrote all the same."""
    rows = frappe.get_all(REPORT, {"writers": ("like", f"%{old}%")}, ["name", "writers"], limit=0)
    for row in rows:
        writers = "\n".join(new if each == old else each for each in row.writers.split())
        frappe.db.set_value(REPORT, row.name, "writers", writers, update_modified=False)


def _fixed(report: Document) -> list[dict]:
    """Everything but what people write, as the database stores it."""
    return [_values(row) for row in (report, *report.texts)]


def _values(document: Document) -> dict:
    values = document.get_valid_dict(convert_dates_to_str=True)
    return {key: str(value or "") for key, value in values.items() if key not in FREE | KEPT_BY_FRAPPE}


# --- approval


def approve(name: str, now: datetime, seen: str | None = None) -> None:
    """Freezes a draft: data, texts and what is shown. `seen` is the SHA-256 of what the approver has read.

    Raises frappe.ValidationError for what is no draft, for who wrote it, for one that was read before its
    period was over, and for one that was changed since it was seen.
    """
    report = get(name, for_update=True)
    if report.status != DRAFT:
        refuse(_("{0} is {1}: only a Draft is approved."), name, _(report.status))
    if seen and seen != report.sha256:
        refuse(_("{0} was changed since you opened it. Read it again first."), name)
    if frappe.session.user in _writers(report):
        message = _("You wrote in {0}, or asked for it first: another manager approves it, as {1}.")
        refuse(message, name, report.approver_title)
    if getdate(report.drafted_at) <= getdate(report.period_until):
        refuse(
            _("{0} was read before its period was over, on {1}. Draft it again first."),
            name,
            report.period_until,
        )
    report.update(
        {
            "status": APPROVED,
            "approved_by": frappe.session.user,
            "approved_at": clock.stored(now).replace(microsecond=0),
        }
    )
    report_drafts.show(report)
    records.write(report)


def _writers(report: Document) -> set[str]:
    """Who asked for it, and who ever wrote in it."""
    texts = {row.written_by for row in report.texts if (row.text or "").strip()}
    return {each for each in (report.author, report.last_editor, *texts, *_wrote(report)) if each}


def as_pdf(name: str) -> tuple[str, bytes]:
    """Its name and its PDF. Raises frappe.ValidationError where nothing was drafted yet."""
    report = get(name)
    if not report.html:
        refuse(_("{0} is {1}: there is nothing to print yet."), name, _(report.status))
    return report.name, _pdf(report)


def _pdf(report: Document, say: Callable[[str], str] = said) -> bytes:
    """Imports what makes it here: that takes long, and most of those who import this module make none."""
    from verenigingen_maintenance.operations import report_pdf

    return report_pdf.pdf(report, say)


# --- mail


def mail_to_list(name: str, now: datetime) -> dict:
    """Puts an approved report into the Email Queue, once, for those that the settings name; with the PDF.

    Raises frappe.ValidationError for what is not approved or was mailed, and where there is nobody to mail to
    or no account to mail with.
    """
    report = get(name, for_update=True)
    if report.status != APPROVED:
        refuse(_("{0} is {1}: only an Approved report is mailed."), name, _(report.status))
    if report.mailed_at:
        refuse(_("{0} was mailed at {1}, to {2}."), name, report.mailed_at, report.mailed_to)
    if report.sha256 != report_drafts.fingerprint(report):
        refuse(
            _("{0} is not what was approved: its content was changed in the database. It is not mailed."),
            name,
        )
    to = _addresses(report.kind)
    if reason := mail.why_not():
        refuse(_("It cannot be mailed: {0}."), said(reason))
    say = sayer(language_of_site())  # one mail for all, also for those who are no users
    queued = frappe.sendmail(
        recipients=to,
        subject=say(f"{report.title}: {report.verdict}")[:250],
        message=f"<p>{html.escape(say(_message(report)))}</p>",
        attachments=[{"fname": f"{report.name}.pdf", "fcontent": _pdf(report, say)}],
        reference_doctype=REPORT,
        reference_name=name,
    )
    if not queued:
        refuse(_("Frappe did not queue it: all addresses have unsubscribed."))
    mailed = {row.recipient for row in queued.recipients}
    report.update(
        {
            "mailed_at": clock.stored(now).replace(microsecond=0),
            "mailed_to": ", ".join(each for each in to if each in mailed),
            "email_queue": queued.name,
        }
    )
    records.write(report)
    return mail_status(report)


def _addresses(kind: str) -> list[str]:
    """Whom a kind is mailed to, also where it is drafted only when somebody asks."""
    filters = {"parent": SETTINGS, "parenttype": SETTINGS, "kind": kind}
    to = recipients(frappe.db.get_value("Maintenance Report Kind", filters, "recipients"))
    if not to:
        refuse(
            _("Nobody is to be mailed: enter addresses for {0} in Maintenance Settings, under Reports."), kind
        )
    for address in to:
        validate_email_address(address, throw=True)
    refuse_too_many(kind, to)
    return to


def _message(report: Document) -> str:
    period = f"{report.period_from} to {report.period_until}"
    return f"{report.title}, {period}: {report.verdict}. The report is attached."


def mail_status(report: Document) -> dict:
    """Whether it was mailed, to whom, and what the Email Queue says of it: Not Sent, Sending, Sent, Error."""
    found = {"mailed_at": str(report.mailed_at or "") or None, "mailed_to": recipients(report.mailed_to)}
    if not report.email_queue:
        return {**found, "status": None}
    status = frappe.db.get_value("Email Queue", report.email_queue, "status")
    return {**found, "status": status or "forgotten by the Email Queue"}
