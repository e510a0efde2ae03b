"""Who is on the site: users, sessions, and logins that were refused."""

from __future__ import annotations

from datetime import datetime, timedelta

import frappe
from frappe.query_builder.functions import Count

from verenigingen_maintenance.core.readings import Reading
from verenigingen_maintenance.sources import clock, source

ACTIVE, HOUR = timedelta(minutes=15), timedelta(hours=1)


@source
def active(now: datetime) -> Reading:
    """Users who did something in the last 15 minutes, those of the website included."""
    since = clock.stored(now - ACTIVE)
    rows = frappe.get_all("User", {"last_active": (">=", since)}, pluck="user_type")
    desk = rows.count("System User")
    return Reading(len(rows), "users", now, "User, last active", {"of the desk": desk})


@source
def sessions(now: datetime) -> Reading:
    """Sessions that are kept, of users and of guests."""
    return Reading(frappe.db.sql("select count(*) from tabSessions")[0][0], "sessions", now, "Sessions")


@source
def failed_logins(now: datetime) -> Reading:
    """Logins that were refused in the last hour."""
    log = frappe.qb.DocType("Activity Log")
    since = clock.stored(now - HOUR)
    query = frappe.qb.from_(log).select(log.ip_address, Count("*")).groupby(log.ip_address)
    rows = query.where((log.modified >= since) & (log.operation == "Login") & (log.status == "Failed")).run()
    addresses = {address or "unknown": times for address, times in rows}
    evidence = {"addresses": len(addresses), "most from one": max(addresses.values(), default=0)}
    return Reading(sum(addresses.values()), "logins", now, "Activity Log by modified", evidence)
