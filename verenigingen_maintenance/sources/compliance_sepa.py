"""SEPA: mandates, the log of what was done with them, and notice before collections.

Each DocType of the app verenigingen is looked for by itself, and each column that is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import wraps

import frappe
from frappe.utils import add_months, getdate

from verenigingen_maintenance.core.compliance import Found, Unmeasured
from verenigingen_maintenance.sources import clock
from verenigingen_maintenance.sources.controls import MOST, Answer, absent, ago, column, has, names, rows

MANDATE, USAGE, LOG = "SEPA Mandate", "SEPA Mandate Usage", "SEPA Audit Log"
BATCH, ENTRY, INVOICE = "Direct Debit Batch", "Direct Debit Batch Invoice", "Sales Invoice"
LAPSES_AFTER, NOTICE = 36, timedelta(days=14)
MONTH, PATIENCE = 30, 7
SHOWN, MOST_BATCHES = 10, 2_000


def needs(*doctypes: str) -> Callable[[Callable[[datetime], Answer]], Callable[[datetime], Answer]]:
    """Not applicable where this site has not all of some DocTypes."""

    def with_needs(function: Callable[[datetime], Answer]) -> Callable[[datetime], Answer]:
        @wraps(function)
        def asked(now: datetime) -> Answer:
            return absent(*doctypes) or function(now)

        return asked

    return with_needs


@needs(MANDATE, LOG)
def mandates_in_audit_log(now: datetime) -> Found | Unmeasured:
    """Active mandates without any entry in the audit log."""
    active = _active()
    logged = names(
        f"select distinct `{column(LOG, 'reference_name')}` from `tab{LOG}` "
        f"where `{column(LOG, 'reference_doctype')}` = %s",
        MANDATE,
    )
    return _share(active, set(logged), "have no entry in SEPA Audit Log")


@needs(MANDATE)
def mandates_complete(now: datetime) -> Found | Unmeasured:
    """Active mandates without account, date of signature or reference."""
    fields = [column(MANDATE, each) for each in ("iban", "mandate_id")]
    fields.append(column(MANDATE, "sign_date", "date"))
    is_whole = " and ".join(f"ifnull(`{each}`, '') != ''" for each in fields)
    return _share(_active(), set(_active(is_whole)), "lack an IBAN, a date of signature or a reference")


@needs(MANDATE)
def mandates_not_lapsed(now: datetime) -> Found | Unmeasured:
    """Active mandates that no collection was presented under for 36 months, or never since the signature."""
    since = add_months(clock.stored(now).date(), -LAPSES_AFTER)
    active = _active()
    old = _active(f"`{column(MANDATE, 'sign_date', 'date')}` < %s", since)
    if old and (missing := absent(USAGE)):
        told = f"{len(old)} mandates are older than {LAPSES_AFTER} months, and their use is not known"
        return Unmeasured(f"{told}: {missing.reason}")
    used = _used_since(since) if old else set()
    lapsed = set(old) - used
    return _share(active, set(active) - lapsed, f"were not used for {LAPSES_AFTER} months")


@needs(MANDATE)
def mandates_not_expired(now: datetime) -> Found | Unmeasured:
    """Active mandates whose own date of expiry is past."""
    field = column(MANDATE, "expiry_date", "date")
    expired = set(_active(f"`{field}` < %s", clock.stored(now).date()))
    active = _active()
    return _share(active, set(active) - expired, "are past their expiry date")


@needs(LOG)
def entries_not_failed(now: datetime) -> Found | Unmeasured:
    """Entries of the audit log of thirty days that are Failed or Exception."""
    status = column(LOG, "compliance_status")
    entries = frappe.db.sql(
        f"select `{status}`, count(*) from `tab{LOG}` where modified >= %s group by 1", ago(now, days=MONTH)
    )
    counts = {str(each or "without status"): count for each, count in entries}
    total = sum(counts.values())
    if not total:
        return Unmeasured(f"{LOG} has no entry of {MONTH} days")
    bad = counts.get("Failed", 0) + counts.get("Exception", 0)
    return Found(bad, f"{bad} of {total} entries of {MONTH} days are Failed or Exception", total, counts)


@needs(LOG)
def entries_reviewed(now: datetime) -> Found:
    """Entries that wait for a review for more than a week, however long."""
    waits = (
        f"select 1 from `tab{LOG}` where `{column(LOG, 'compliance_status')}` = 'Pending Review' "
        "and modified < %s limit %s"
    )
    waiting = frappe.db.sql(f"select count(*) from ({waits}) waits", (ago(now, days=PATIENCE), MOST))[0][0]
    return Found(waiting, f"{waiting} entries wait for a review for more than {PATIENCE} days")


@needs(BATCH)
def notice_given(now: datetime) -> Found | Unmeasured:
    """Batches of the last month and to come whose debtors had less than fourteen days of notice.

    The notice is the invoice: the last posting date of a batch's invoices. Without invoices it is the day on
    which the batch was made.
    """
    batches, compared = _batches(now)
    if not batches:
        return Unmeasured(f"there is no batch of the last {MONTH} days or to come")
    late = [name for name, (noticed, collected) in batches.items() if collected - noticed < NOTICE]
    evidence = {"compared": f"{compared} with the batch date", "late": sorted(late)[:SHOWN]}
    told = f"{len(late)} of {len(batches)} batches came less than {NOTICE.days} days after {compared}"
    return Found(len(late), told, len(batches), evidence)


def _active(condition: str = "1 = 1", *values: object) -> list[str]:
    """Names of the active mandates that meet a condition."""
    status = column(MANDATE, "status")
    return names(f"select name from `tab{MANDATE}` where `{status}` = 'Active' and {condition}", *values)


def _share(all_of_them: list[str], good: set[str], what: str) -> Found | Unmeasured:
    if not all_of_them:
        return Unmeasured("there is no active mandate")
    bad = sorted(set(all_of_them) - good)
    told = f"{len(bad)} of {len(all_of_them)} active mandates {what}"
    return Found(len(bad), told, len(all_of_them), {"first": bad[:SHOWN]})


def _used_since(since: date) -> set[str]:
    """Mandates with a collection that was presented, whatever became of it."""
    status, used_on = column(USAGE, "status"), column(USAGE, "usage_date", "date")
    presented = f"select distinct parent from `tab{USAGE}` where parenttype = %s and `{used_on}` >= %s "
    return set(names(f"{presented} and `{status}` not in ('Pending', 'Cancelled')", MANDATE, since))


def _batches(now: datetime) -> tuple[dict[str, tuple[date, date]], str]:
    """(notice, collection) of each batch, and what the notice is."""
    batch_date, status = column(BATCH, "batch_date", "date"), column(BATCH, "status")
    batches = rows(
        f"select name, date(creation), `{batch_date}` from `tab{BATCH}` where `{batch_date}` >= %s "
        f"and ifnull(`{status}`, '') not in ('Draft', 'Failed') and docstatus < 2",
        ago(now, days=MONTH).date(),
        most=MOST_BATCHES,
    )
    made = {str(name): (getdate(noticed), getdate(collected)) for name, noticed, collected in batches}
    if made and not absent(ENTRY, INVOICE) and has(ENTRY, "invoice") and has(INVOICE, "posting_date", "date"):
        return _with_invoices(made), "their last invoice, or they were made,"
    return made, "they were made"


def _with_invoices(made: dict[str, tuple[date, date]]) -> dict[str, tuple[date, date]]:
    posting_date, invoice = column(INVOICE, "posting_date", "date"), column(ENTRY, "invoice")
    last = frappe.db.sql(
        f"select e.parent, max(i.`{posting_date}`) from `tab{ENTRY}` e join `tab{INVOICE}` i "
        f"on i.name = e.`{invoice}` where e.parent in %s and e.parenttype = %s group by 1",
        (list(made), BATCH),
    )
    return made | {str(name): (getdate(posted), made[str(name)][1]) for name, posted in last if posted}
