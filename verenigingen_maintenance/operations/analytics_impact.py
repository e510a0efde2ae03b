"""Component business_impact: users that met errors, processes that are hit, and what this site counts."""

from __future__ import annotations

from datetime import datetime, timedelta

import frappe

from verenigingen_maintenance.core.analytics import NotKnown
from verenigingen_maintenance.core.business_impact import Hit, impact, processes
from verenigingen_maintenance.core.error_answers import user_impact
from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.core.severity import CRITICAL
from verenigingen_maintenance.operations import open_escalations
from verenigingen_maintenance.operations.analytics_errors import counted_until
from verenigingen_maintenance.sources import clock, error_facts, error_patterns, verenigingen

DAY, MONTH = 1, 30
SETTLED = ("Resolved", "Ignored")
MEMBERS = {
    "active_members": verenigingen.active_members,
    "pending_members": verenigingen.pending_members,
    "suspended_members": verenigingen.suspended_members,
    "ended_members": verenigingen.ended_members,
}
MONEY = {
    "active_mandates": verenigingen.active_mandates,
    "overdue_invoices": verenigingen.overdue_invoices,
    "invoices_of_yesterday": verenigingen.invoices_of_yesterday,
    "payments_of_yesterday": verenigingen.payments_of_yesterday,
}


def business_impact(now: datetime) -> dict | NotKnown:
    """The errors of a day and the escalations that are open, by the processes they hit."""
    if error_patterns.counted_since() is None:
        return NotKnown("no error was ever counted", learning=True)
    facts = error_facts.facts(DAY, now)
    patterns = [
        Hit(each.name, f"{each.title}, {each.area}", each.severity, each.errors)
        for each in facts.patterns
        if each.state not in SETTLED
    ]
    open_ones = [
        Hit(each.name, f"{each.title}, {each.subject}", CRITICAL) for each in open_escalations.open_ones()
    ]
    hit, users = processes([*patterns, *open_ones]), user_impact(facts)["total_affected_users"]
    return {
        "business_impact_assessment": impact(hit, users),
        "period": "24 hours",
        "users_with_errors": users,
        "processes": hit,
        "process_error_impact": sum(each["errors"] for each in hit.values()),
        **_counts(now),
        "as_of": counted_until(now),
    }


def _counts(now: datetime) -> dict:
    """What is on this site; None where it is not, and why."""
    members = {name: source(now) for name, source in MEMBERS.items()}
    money = {name: source(now) for name, source in MONEY.items()}
    unknown = {name: each.reason for name, each in {**members, **money}.items() if isinstance(each, Unknown)}
    return {
        "member_metrics": {**_values(members), "new_members_30d": _new_members(now)},
        "financial_metrics": _values(money),
        "not_counted": unknown,
    }


def _values(readings: dict) -> dict:
    return {name: None if isinstance(each, Unknown) else each.value for name, each in readings.items()}


def _new_members(now: datetime) -> int | None:
    if verenigingen.why_not("Member"):
        return None
    since = clock.stored(now) - timedelta(days=MONTH)
    return frappe.db.count("Member", {"creation": (">=", since)})
