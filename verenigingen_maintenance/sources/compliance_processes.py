"""Whether each SEPA process leaves its entry in the audit log, with how many there should be.

A process is measured by the documents it makes: mandates, and batches by how far they came. An entry counts
for the document that it refers to.
"""

from __future__ import annotations

from datetime import datetime

from verenigingen_maintenance.core.compliance import Found, Unmeasured
from verenigingen_maintenance.sources.compliance_sepa import BATCH, LOG, MANDATE, SHOWN, needs
from verenigingen_maintenance.sources.controls import ago, column, names

DAYS = 90
GENERATED = ("Generated", "Submitted", "Processed")


@needs(MANDATE, LOG)
def mandate_creation(now: datetime) -> Found | Unmeasured:
    """Mandates of ninety days, and their entries of the process Mandate Creation."""
    made = names(f"select name from `tab{MANDATE}` where creation >= %s", ago(now, days=DAYS))
    return _complete("Mandate Creation", MANDATE, made, now)


@needs(BATCH, LOG)
def batch_generation(now: datetime) -> Found | Unmeasured:
    """Batches of ninety days that are no drafts, and their entries of the process Batch Generation."""
    return _complete("Batch Generation", BATCH, _batches(GENERATED, now), now)


@needs(BATCH, LOG)
def bank_submission(now: datetime) -> Found | Unmeasured:
    """Batches of ninety days that went to the bank, and their entries of the process Bank Submission."""
    return _complete("Bank Submission", BATCH, _batches(GENERATED[1:], now), now)


@needs(BATCH, LOG)
def payment_processing(now: datetime) -> Found | Unmeasured:
    """Batches of ninety days that were processed, and their entries of the process Payment Processing."""
    return _complete("Payment Processing", BATCH, _batches(GENERATED[2:], now), now)


def _batches(statuses: tuple[str, ...], now: datetime) -> list[str]:
    since, status = ago(now, days=DAYS), column(BATCH, "status")
    return names(f"select name from `tab{BATCH}` where creation >= %s and `{status}` in %s", since, statuses)


def _complete(process: str, doctype: str, made: list[str], now: datetime) -> Found | Unmeasured:
    if not made:
        return Unmeasured(f"there is no {doctype} of {DAYS} days that should have an entry of {process}")
    logged = names(
        f"select distinct `{column(LOG, 'reference_name')}` from `tab{LOG}` where modified >= %s "
        f"and `{column(LOG, 'process_type')}` = %s and `{column(LOG, 'reference_doctype')}` = %s",
        *(ago(now, days=DAYS), process, doctype),
    )
    without = sorted(set(made) - set(logged))
    told = f"{len(without)} of {len(made)} have no entry of the process {process}"
    return Found(len(without), told, len(made), {"process": process, "first": without[:SHOWN]})
