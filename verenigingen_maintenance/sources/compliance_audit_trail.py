"""Audit trail: whether changes and logins leave a trace, and whether the trace is still there."""

from __future__ import annotations

from datetime import datetime, timedelta

import frappe

from verenigingen_maintenance.core.compliance import Found, Unmeasured
from verenigingen_maintenance.core.wording import some
from verenigingen_maintenance.sources import clock
from verenigingen_maintenance.sources.controls import ago, names, oldest, site_born

# What decides who may do what, what code runs, and what moves money or belongs to a member.
NEED_CHANGES = (
    *("User", "Role", "Role Profile", "User Permission", "System Settings", "Server Script", "Client Script"),
    *("Sales Invoice", "Payment Entry", "Journal Entry", "Bank Account"),
    *("Member", "Membership", "Membership Dues Schedule", "SEPA Mandate", "Direct Debit Batch"),
)
WEEK, FEW, MOST_OF_ONE = 7, 5, 200
KEPT_VERSIONS, KEPT_LOGINS, SLACK = 365, 90, timedelta(days=30)


def track_changes(now: datetime) -> Found:
    """DocTypes of this site that need it and do not keep their changes."""
    there = _there()
    without = [each for each in there if not frappe.get_meta(each).track_changes]
    told = f"without Track Changes: {some(without)}" if without else "all of them track changes"
    return Found(len(without), told, len(there), {"without": without, "looked at": there})


def version_written(now: datetime) -> Found | Unmeasured:
    """Of documents that were changed in a week, at least one has a Version."""
    since = ago(now, days=WEEK)
    changed, written = 0, 0
    for doctype in _there():
        meta = frappe.get_meta(doctype)
        if meta.track_changes and not meta.issingle:
            found = _changed(doctype, since)
            changed, written = changed + len(found), written + _with_version(doctype, found, since)
    if changed < FEW:
        return Unmeasured(f"only {changed} documents that track changes were changed in {WEEK} days")
    evidence = {"changed in 7 days": changed, "of them with a Version": written}
    if written:
        return Found(0, "changes are written to Version", evidence=evidence)
    return Found(
        changed, f"{changed} documents were changed in {WEEK} days, none has a Version", None, evidence
    )


def version_retained(now: datetime) -> Found | Unmeasured:
    return _retained("Version", KEPT_VERSIONS, now)


def activity_retained(now: datetime) -> Found | Unmeasured:
    return _retained("Activity Log", KEPT_LOGINS, now)


def logins_logged(now: datetime) -> Found | Unmeasured:
    """Users who logged in within a week, by their own record, without a login in Activity Log."""
    since = ago(now, days=WEEK)
    users = names("select name from tabUser where last_login >= %s", str(since))
    if not users:
        return Unmeasured(f"nobody logged in within {WEEK} days")
    logins = names(
        "select distinct user from `tabActivity Log` where modified >= %s and operation = 'Login' "
        "and status = 'Success'",
        ago(now, days=WEEK + 1),
    )
    without = set(users) - set(logins)
    told = (
        f"{len(without)} of {len(users)} users who logged in within {WEEK} days have no login in Activity Log"
    )
    return Found(len(without), told, len(users))


def _there() -> list[str]:
    filters = {"name": ("in", NEED_CHANGES), "istable": 0}
    return sorted(frappe.get_all("DocType", filters, pluck="name"))


def _changed(doctype: str, since: datetime) -> list[str]:
    """Names of documents that were changed after they had been made."""
    rows = frappe.db.sql(
        f"select name from `tab{doctype}` where modified >= %s and modified > creation + interval 1 minute "
        "limit %s",
        (since, MOST_OF_ONE),
    )
    return [str(row[0]) for row in rows]


def _with_version(doctype: str, changed: list[str], since: datetime) -> int:
    filters = {"ref_doctype": doctype, "docname": ("in", changed or [""]), "modified": (">=", since)}
    return len(frappe.get_all("Version", filters, pluck="docname", distinct=True, order_by="docname"))


def _retained(log: str, days: int, now: datetime) -> Found | Unmeasured:
    """Whether its oldest row is as old as it should be, or about as old as the site."""
    meant = max(ago(now, days=days), site_born()) + SLACK
    first = oldest(log)
    if first is None and meant > clock.stored(now):
        return Unmeasured(f"{log} is empty, and this site is young")
    evidence = {"oldest row": str(first or ""), "days to keep": days, "site made": str(site_born())}
    if first is not None and first <= meant:
        return Found(0, f"{log} reaches back to {first:%Y-%m-%d}", evidence=evidence)
    told = f"{log} begins {first:%Y-%m-%d}" if first else f"{log} is empty"
    return Found(1, f"{told}; {days} days are to be kept, or all since the site was made", None, evidence)
