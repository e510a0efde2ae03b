"""When a weekly, monthly or quarterly run opens, the reports of the period before are drafted."""

from __future__ import annotations

from datetime import datetime

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import validate_email_address

from verenigingen_maintenance.core.report_periods import completed_before, period_with
from verenigingen_maintenance.operations import report_drafts, report_sections
from verenigingen_maintenance.operations.open_run import RUN
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.operations.report_drafts import REPORT
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.operations.transactions import commit
from verenigingen_maintenance.sources import clock
from verenigingen_maintenance.sources.reports import measured_since

MISSED = "Missed"
MOST_ADDRESSES = 100


def draft_due(now: datetime) -> list[str]:
    """Queues each report that is switched on, due and not there yet, and takes up what a killed job left.

    Repeating it changes nothing. Returns the names of what was queued.
    """
    today, since = clock.stored(now).date(), measured_since()
    queued = report_drafts.take_up(now)
    for kind in (each for key, each in report_sections.kinds().items() if key in switched_on()):
        period = completed_before(kind.cadence, today)
        slot = f"{kind.cadence.value.upper()}-{period_with(kind.cadence, today).label}"
        is_measured = since is not None and period.ends > since.date()
        if is_measured and _is_open(slot) and not frappe.db.exists(REPORT, f"{kind.key}-{period.label}"):
            queued.append(report_drafts.ask(kind.key, period.label, now, None))
            commit()
    return queued


def switched_on() -> set[str]:
    """The kinds that are drafted by themselves."""
    return {row.kind for row in frappe.get_cached_doc(SETTINGS).report_kinds if row.enabled}


def recipients(text: str | None) -> list[str]:
    """The addresses of a field, each once: apart by commas, semicolons or lines."""
    parts = (text or "").replace(";", ",").replace("\n", ",").split(",")
    return list(dict.fromkeys(part.strip() for part in parts if part.strip()))


def refuse_too_many(kind: str, addresses: list[str]) -> None:
    """Frappe mails to more of them by jobs of its own, and nothing is known of these afterwards."""
    if len(addresses) > MOST_ADDRESSES:
        message = _(
            "Reports: {0} has {1} addresses, and Frappe mails to at most {2} together. "
            "Enter the address of a mailing list."
        )
        refuse(message, kind, len(addresses), MOST_ADDRESSES)


def refuse_bad_kinds(settings: Document) -> None:
    """For a controller: reports that there are not or stand there twice, bad or too many addresses."""
    known = report_sections.kinds()
    for row in settings.report_kinds:
        if row.kind not in known:
            refuse(_("Reports: there is no report “{0}”. There are: {1}."), row.kind, ", ".join(known))
        for address in recipients(row.recipients):
            if not validate_email_address(address):
                refuse(_("Reports: “{0}” is no address. Write such as lead@example.com."), address)
        refuse_too_many(row.kind, recipients(row.recipients))
    names = [row.kind for row in settings.report_kinds]
    if twice := next((name for name in names if names.count(name) > 1), None):
        refuse(_("Reports: {0} stands there twice."), twice)


def _is_open(slot: str) -> bool:
    status = frappe.db.get_value(RUN, slot, "status")
    return bool(status) and status != MISSED
