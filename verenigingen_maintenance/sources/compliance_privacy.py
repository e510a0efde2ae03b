"""Privacy: whether redaction works, who may read personal data, who took it away, who waits to be erased."""

from __future__ import annotations

from datetime import datetime

import frappe

from verenigingen_maintenance.core.compliance import Found, NotHere
from verenigingen_maintenance.core.redaction import redact
from verenigingen_maintenance.core.wording import some
from verenigingen_maintenance.sources.controls import absent, ago

PERSONAL = ("Member", "SEPA Mandate", "Volunteer", "Customer", "Contact", "Address", "User", "Communication")
EVERYBODY = ("Guest", "All", "Desk User")
PROBES = (
    ("jan.jansen@example.com", "jan.jansen"),
    ("NL91 ABNA 0417 1643 00", "0417 1643"),
    ("https://host/?token=4f9ac2b81d", "4f9ac2b81d"),
    ("mysql://site:geheim123@db/site", "geheim123"),
    ("password=geheim123", "geheim123"),
)
SAMPLES, MOST_EXPORTS, WEEK, MONTH = 200, 10, 7, 30
REQUEST = "Personal Data Deletion Request"


def redaction_works(now: datetime) -> Found:
    """Texts that kept what should be taken out: of known ones, and of the samples that were stored last."""
    failed = [secret for text, secret in PROBES if secret in redact(text)]
    samples = frappe.get_all("Error Pattern", pluck="sample", order_by="modified desc", limit=SAMPLES)
    samples = [sample for sample in samples if sample]
    kept = [sample for sample in samples if _alike(redact(sample)) != _alike(sample)]
    count, looked_at = len(failed) + len(kept), len(PROBES) + len(samples)
    evidence = {
        "known texts": len(PROBES),
        "failed": len(failed),
        "samples": len(samples),
        "with data": len(kept),
    }
    told = f"{count} of {looked_at} texts hold what should be taken out"
    return Found(count, told, looked_at, evidence)


def closed_to_everybody(now: datetime) -> Found:
    """DocTypes with personal data that every visitor, or every user, may read whole or export."""
    there = frappe.get_all("DocType", {"name": ("in", PERSONAL), "istable": 0}, pluck="name", order_by="name")
    open_ones = {doctype: roles for doctype in there if (roles := _roles_of_everybody(doctype))}
    told = f"open to everybody: {some(list(open_ones))}" if open_ones else "none is open to everybody"
    return Found(len(open_ones), told, len(there), {"open to": open_ones, "looked at": there})


def exports(now: datetime) -> Found:
    """Exports of personal data in a week, beyond ten."""
    filters = {"export_from": ("in", PERSONAL), "modified": (">=", ago(now, days=WEEK))}
    made = frappe.db.count("Access Log", {**filters, "file_type": ("in", ("CSV", "Excel"))})
    told = f"{made} exports of personal data in {WEEK} days; up to {MOST_EXPORTS} are usual"
    return Found(max(made - MOST_EXPORTS, 0), told, None, {"exports": made})


def erasure_in_time(now: datetime) -> Found | NotHere:
    """Requests to be erased that wait for the site for more than a month (GDPR, article 12)."""
    if missing := absent(REQUEST):
        return missing
    waiting = {"status": ("in", ("Pending Approval", "On Hold"))}
    late = frappe.db.count(REQUEST, {**waiting, "creation": ("<", ago(now, days=MONTH))})
    return Found(late, f"{late} requests to be erased wait for more than {MONTH} days")


def _alike(text: str) -> str:
    """With one mark for all that was taken out: “password: <e-mail>” holds nothing, and becomes “***”."""
    return text.replace("<e-mail>", "***").replace("<iban>", "***")


def _roles_of_everybody(doctype: str) -> list[str]:
    rights = [each for each in frappe.get_meta(doctype).permissions if each.role in EVERYBODY]
    whole = [each for each in rights if not each.permlevel and not each.if_owner]
    return sorted({each.role for each in whole if each.read or each.export})
