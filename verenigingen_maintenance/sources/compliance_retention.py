"""Data retention: whether each log has a policy, and whether the oldest row really there obeys it."""

from __future__ import annotations

from datetime import datetime, timedelta

import frappe
from frappe.utils import cint

from verenigingen_maintenance.core.compliance import Found, Unmeasured
from verenigingen_maintenance.core.wording import some
from verenigingen_maintenance.sources import clock
from verenigingen_maintenance.sources.controls import ago, oldest, site_born

CLEAN_UP = "frappe.core.doctype.log_settings.log_settings.run_log_clean_up"
LATE, YEAR, LONGEST = 2, 365, 1
# Logs that are cleared by another time than that of their last change.
CLEARED_BY = {
    **{"Reminder": "remind_at", "Metric Sample": "observed_at"},
    **{"Metric Hour": "begins", "Metric Day": "begins"},
}
# Of these, old rows are kept on purpose: what still waits or failed, and numbers that no error is read from.
KEPT_ON_PURPOSE = ("Maintenance Notification", "Error Count", "Repost Item Valuation")
# They name persons or hold what these wrote, and Frappe clears none of them by default.
PERSONAL = ("Access Log", "Deleted Document", "Notification Log", "View Log")


def policies(now: datetime) -> Found | Unmeasured:
    """Logs that are meant to be cleared, by the apps of this site, and have no policy in Log Settings."""
    if _is_young(now) and not _last_clean_up():
        return Unmeasured("the job that fills in Log Settings has not run yet")
    meant = [each for each in frappe.get_hooks("default_log_clearing_doctypes") if _exists(each)]
    days = _policies()
    without = [each for each in meant if days.get(each, 0) <= 0]
    told = f"without a policy: {some(without)}" if without else "each log has a policy"
    return Found(len(without), told, len(meant), {"without": without, "days": days})


def clean_up_runs(now: datetime) -> Found | Unmeasured:
    """Whether the job that clears logs ran within two days, to its end.

    The job's own time says when it was started; what became of it is in its log.
    """
    last = _last_clean_up()
    if not last and _is_young(now):
        return Unmeasured("the job that clears logs has not run yet")
    evidence = {"job": CLEAN_UP, "ran last": str(last or "")}
    if last and (failure := _failure(now)):
        return Found(1, f"{failure}: {last:%Y-%m-%d %H:%M}", None, evidence)
    if last and last >= ago(now, days=LATE):
        return Found(0, f"logs were cleared {last:%Y-%m-%d %H:%M}", evidence=evidence)
    told = f"logs were not cleared since {last:%Y-%m-%d %H:%M}" if last else "logs were never cleared"
    return Found(1, told, None, evidence)


def logs_cleared(now: datetime) -> Found | Unmeasured:
    """Logs whose oldest row is older than their policy allows, by two days and more."""
    policies = {log: days for log, days in _policies().items() if days > 0 and log not in KEPT_ON_PURPOSE}
    firsts = {log: first for log in policies if _exists(log) and (first := _oldest(log))}
    days = {log: policies[log] for log in firsts}
    if not days:
        return Unmeasured("no log with a policy has a row")
    late = [log for log in days if firsts[log] < ago(now, days=days[log] + LATE)]
    evidence = {log: f"{days[log]} days, oldest row {firsts[log]:%Y-%m-%d}" for log in days}
    told = f"older than their policy: {some(late)}" if late else f"all {len(days)} logs obey their policies"
    return Found(len(late), told, len(days), evidence)


def kept_for_ever(now: datetime) -> Found:
    """Logs about persons that no policy clears, and that hold rows older than a year."""
    logs, days = [each for each in PERSONAL if _exists(each)], _policies()
    since = ago(now, days=YEAR)
    kept = {log: first for log in logs if not days.get(log) and (first := oldest(log)) and first < since}
    told = f"older than a year, without a policy: {some(list(kept))}" if kept else "none is kept for ever"
    return Found(
        len(kept), told, len(logs), {log: f"oldest row {first:%Y-%m-%d}" for log, first in kept.items()}
    )


def _policies() -> dict[str, int]:
    rows = frappe.get_all(
        "Logs To Clear", {"parent": "Log Settings"}, ["ref_doctype", "days"], as_list=True, limit=0
    )
    return {log: cint(days) for log, days in rows}


def _oldest(log: str) -> datetime | None:
    if log not in CLEARED_BY:
        return oldest(log)
    return frappe.db.sql(f"select min(`{CLEARED_BY[log]}`) from `tab{log}`")[0][0]


def _exists(doctype: str) -> bool:
    return bool(frappe.db.exists("DocType", doctype))


def _last_clean_up() -> datetime | None:
    return frappe.db.get_value("Scheduled Job Type", {"method": CLEAN_UP}, "last_execution")


def _failure(now: datetime) -> str:
    """What the latest log of the job says of a failure; one that was killed says for ever that it started."""
    jobs = frappe.get_all("Scheduled Job Type", {"method": CLEAN_UP}, pluck="name")
    filters = {"scheduled_job_type": ("in", jobs), "modified": (">=", ago(now, days=LATE))}
    logs = frappe.get_all(
        "Scheduled Job Log", filters, ["status", "modified"], order_by="modified desc", limit=1
    )
    if any(log.status == "Start" and log.modified < ago(now, hours=LONGEST) for log in logs):
        return "the job that clears logs did not end"
    return "the job that clears logs failed" if any(log.status == "Failed" for log in logs) else ""


def _is_young(now: datetime) -> bool:
    return clock.stored(now) - site_born() < timedelta(days=LATE)
