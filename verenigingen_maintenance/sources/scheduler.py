"""Frappe's scheduler, judged by what it did: its own figures say active when its process is dead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import frappe
from frappe.query_builder.functions import Max
from frappe.utils import cint, get_datetime

from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.sources import clock, source

JOB = "Scheduled Job Type"
ORIGIN = "Scheduled Job Type, last execution of jobs that run every few minutes"
DORMANT_DAYS = 4


@dataclass(frozen=True)
class Switched:
    """Why the scheduler does not run jobs, as far as this site's settings tell; empty where they do not."""

    off: str = ""
    dormant: str = ""


@source
def age(now: datetime) -> Reading | Unknown:
    """Minutes since a job that runs every few minutes was last begun by a worker."""
    job = frappe.qb.DocType(JOB)
    often = (job.frequency == "All") | job.cron_format.isin(["* * * * *", "*/5 * * * *"])
    last = frappe.qb.from_(job).select(Max(job.last_execution)).where(often & (job.stopped == 0)).run()[0][0]
    if not last:
        return Unknown("no job that runs every few minutes was ever begun", now, ORIGIN)
    minutes = max((now - clock.instant(get_datetime(last))).total_seconds(), 0) / 60
    return Reading(round(minutes, 2), "min", now, ORIGIN, {"last": clock.shown(clock.instant(last))})


def switched(now: datetime) -> Switched:
    """Whether the scheduler was switched off, or takes this site for dormant, and what ends that."""
    return Switched(_off(), "" if _off() else _dormant(now))


def _off() -> str:
    for key, wording in (
        ("maintenance_mode", "the site is in maintenance mode"),
        ("pause_scheduler", "the scheduler is paused (pause_scheduler in the site config)"),
        ("disable_scheduler", "the scheduler is disabled (disable_scheduler in the site config)"),
    ):
        if frappe.conf.get(key):
            return wording
    enabled = cint(frappe.db.get_single_value("System Settings", "enable_scheduler"))
    return "" if enabled else "the scheduler is off in System Settings (bench enable-scheduler turns it on)"


def _dormant(now: datetime) -> str:
    """Without an entry in Activity Log for some days, Frappe runs the jobs of a site once a day only."""
    if frappe.conf.developer_mode:
        return ""
    days = cint(frappe.get_system_settings("dormant_days")) or DORMANT_DAYS
    last = frappe.db.get_value("Activity Log", {}, "modified", order_by="modified desc")
    if last and clock.instant(get_datetime(last)) > now - timedelta(days=days):
        return ""
    since = f"since {last:%Y-%m-%d %H:%M}" if last else "ever"
    return (
        f"Frappe takes this site for dormant: nobody logged in {since}, and after {days} days its jobs run "
        "once a day only. A login wakes it; Dormant Days in System Settings sets the number"
    )
