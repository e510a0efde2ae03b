"""Escalations as the review of alerts sees them; and System Alerts of the app verenigingen, as its claims.

Nothing is judged here. Each query is bounded by time, over an indexed column, and by a number of rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import frappe
from frappe.query_builder import Order
from frappe.query_builder.functions import Count

from verenigingen_maintenance.core.alert_review import (
    NOBODY_THERE,
    SYSTEM_ALERT,
    TELLING,
    Alert,
    late_answers,
)
from verenigingen_maintenance.core.redaction import redact
from verenigingen_maintenance.sources import claims, clock
from verenigingen_maintenance.sources.verenigingen import why_not

ESCALATION, CHECK_ROW, EVENT = (
    "Maintenance Escalation",
    "Maintenance Escalation Check",
    "Maintenance Escalation Event",
)
UNDECIDED = ("Open", "Acknowledged")
MOST, HOUR = 50_000, timedelta(hours=1)
LONGEST_TEXT = 140
FIELDS = (
    *("name", "title", "subject", "status", "level", "opened_at", "acknowledged_at", "closed_at"),
    "first_acknowledged_at",
    *("cleared_at", "cleared_by_itself", "flaps", "outcome", "is_drill"),
)
TIMES = ("opened_at", "acknowledged_at", "first_acknowledged_at", "closed_at", "cleared_at")
# Of a System Alert, those are read that its DocType has.
CLAIMED = ("alert_type", "message", "timestamp", "acknowledged_at", "resolved_at", "resolved_by")
STATES = {"Active": "Open", "Acknowledged": "Acknowledged", "Resolved": "Resolved"}


@dataclass(frozen=True)
class Found:
    """Alerts of a period, and what is missing of them, in words. `is_here` says whether the site has such,
    `is_whole` whether all of them and of their checks were read."""

    alerts: list[Alert]
    missing: list[str] = field(default_factory=list)
    is_here: bool = True
    is_whole: bool = True


def escalations(since: datetime, until: datetime) -> Found:
    """The escalations that were opened in a period, drills included, the latest first."""
    table = frappe.qb.DocType(ESCALATION)
    query = (
        frappe.qb.from_(table).select(*(table[each] for each in FIELDS)).where(_within(table, since, until))
    )
    rows = query.orderby(table.opened_at, order=Order.desc).limit(MOST).run(as_dict=True)
    worst, zone = worst_values(since, until), clock.zone()
    found = [row for row in rows if since <= clock.instant(row.opened_at, zone) < until]
    cut = [*_cut(rows, "alerts"), *_cut(worst, "checks of alerts", "; earlier alerts name fewer, or none")]
    alerts = _alerts(found, zone, _checks(worst), _went_up(since, until))
    return Found(alerts, [*cut, *_may_be_off(found, zone)], is_whole=not cut)


def _cut(rows: Sequence[Any], what: str, so: str = "") -> list[str]:
    """That more may be there than are read."""
    return [f"only the latest {MOST} {what} are told{so}"] if len(rows) >= MOST else []


def _may_be_off(rows: Iterable[Any], zone: ZoneInfo) -> list[str]:
    """A local time of the hour that October repeats does not say which of the two it was."""
    count = sum(any(row[each] and clock.is_repeated(row[each], zone) for each in TIMES) for row in rows)
    what = "alerts with a time in the hour that a clock set back repeats, which may be an hour off"
    return [f"{what}: {count}"] if count else []


def _alerts(
    rows: Iterable[Any], zone: ZoneInfo, checks: Mapping[str, list[str]], ups: Mapping[str, int]
) -> list[Alert]:
    levels = _levels()
    return [_alert(row, zone, levels, tuple(checks.get(row.name, ())), ups.get(row.name, 0)) for row in rows]


def open_from_before(since: datetime) -> int:
    """How many escalations were opened before and are open still."""
    table = frappe.qb.DocType(ESCALATION)
    is_before = table.opened_at < clock.stored(since)
    query = frappe.qb.from_(table).select(Count("*")).where(_is_undecided(table) & is_before)
    return query.run()[0][0]


def worst_values(since: datetime, until: datetime, check: str = "") -> list[Any]:
    """The rows of checks in the escalations of a period: check_name, parent, worst, unit, critical and
    threshold_version."""
    table, row = frappe.qb.DocType(ESCALATION), frappe.qb.DocType(CHECK_ROW)
    query = (
        frappe.qb.from_(row)
        .join(table)
        .on(row.parent == table.name)
        .select(row.check_name, row.parent, row.worst, row.unit, row.critical, row.threshold_version)
        .where(_within(table, since, until))
        .orderby(table.opened_at, order=Order.desc)
        .limit(MOST)
    )
    return (query.where(row.check_name == check) if check else query).run(as_dict=True)


def undecided(check: str) -> list[Any]:
    """The breaches of a check in what is open or acknowledged, however old: parent, status, worst, unit,
    critical."""
    table, row = frappe.qb.DocType(ESCALATION), frappe.qb.DocType(CHECK_ROW)
    query = frappe.qb.from_(row).join(table).on(row.parent == table.name)
    query = query.select(row.parent, table.status, row.worst, row.unit, row.critical)
    return query.where(_is_undecided(table) & (row.check_name == check)).orderby(row.parent).run(as_dict=True)


def _is_undecided(table: Any) -> Any:
    """open_key has an index, and is empty for what is closed."""
    return table.open_key.isnotnull() & table.status.isin(UNDECIDED) & (table.is_drill == 0)


def system_alerts(since: datetime, until: datetime) -> Found:
    """What the app verenigingen calls alerts, of a period. Without it and its DocType nothing is missing."""
    if reason := why_not(SYSTEM_ALERT, "severity", "status"):
        is_expected = claims.is_present() or frappe.db.exists("DocType", SYSTEM_ALERT)
        return Found([], [f"no System Alert is told: {reason}"] * bool(is_expected), False)
    there = [each for each in CLAIMED if frappe.db.has_column(SYSTEM_ALERT, each)]
    table = frappe.qb.DocType(SYSTEM_ALERT)
    begins, ends = clock.stored(since), clock.stored(until)
    query = (
        frappe.qb.from_(table)
        .select(table.name, table.creation, table.severity, table.status, *(table[each] for each in there))
        # Only modified has an index, and nothing is modified before it was made.
        .where((table.modified >= begins) & (table.creation >= begins) & (table.creation < ends))
    )
    rows = query.orderby(table.creation, order=Order.desc).limit(MOST).run(as_dict=True)
    zone = clock.zone()
    return Found([_claimed(row, zone) for row in rows], [*_cut(rows, SYSTEM_ALERT), *_not_told(there)])


def _within(table: Any, since: datetime, until: datetime) -> Any:
    """An hour more on both sides: in the one that October repeats, only their instants tell which it was."""
    return (table.opened_at >= clock.stored(since) - HOUR) & (table.opened_at < clock.stored(until) + HOUR)


def _alert(row: Any, zone: ZoneInfo, levels: dict[str, str], checks: tuple[str, ...], ups: int) -> Alert:
    over = row.closed_at or (row.cleared_at if row.cleared_by_itself else None)
    opened = clock.instant(row.opened_at, zone)
    return Alert(
        name=row.name,
        subject=row.subject or "",
        title=row.title or "",
        opened=opened,
        status=row.status,
        checks=checks,
        level=levels.get(row.level, row.level or ""),
        went_up=ups,
        acknowledged=_after(row.first_acknowledged_at or row.acknowledged_at, opened, zone),
        closed=_after(over, opened, zone),
        outcome=row.outcome or "",
        cleared_by_itself=bool(row.cleared_by_itself),
        flaps=row.flaps or 0,
        is_drill=bool(row.is_drill),
    )


def _claimed(row: Any, zone: ZoneInfo) -> Alert:
    """A System Alert that names nobody who resolved it is over by itself; one without that field is not known
    to be, and counts as resolved by a person."""
    text = redact(row.get("message") or row.get("alert_type") or "")[:LONGEST_TEXT]
    kind = redact(row.get("alert_type") or "")[:LONGEST_TEXT]
    return Alert(
        name=row.name,
        subject=f"{SYSTEM_ALERT}: {kind}" if kind else SYSTEM_ALERT,
        title=text,
        opened=clock.instant(row.get("timestamp") or row.creation, zone),
        status=STATES.get(row.status, "Open"),
        level=f"{SYSTEM_ALERT}, {row.severity or 'no severity'}",
        acknowledged=_instant(row.get("acknowledged_at"), zone),
        closed=_instant(row.get("resolved_at"), zone),
        cleared_by_itself="resolved_by" in row and row.status == "Resolved" and not row.resolved_by,
        source=SYSTEM_ALERT,
    )


def _not_told(there: Sequence[str]) -> list[str]:
    missing = [each for each in CLAIMED if each not in there]
    return [f"the DocType {SYSTEM_ALERT} has no field {', '.join(missing)}"] if missing else []


def _checks(rows: Iterable[Any]) -> dict[str, list[str]]:
    """The checks of each escalation; what else is a row there (a gap, a channel) was never one."""
    known, found = set(frappe.get_all("Maintenance Check", pluck="name", limit=0)), {}
    for row in rows:
        if row.check_name in known or row.threshold_version:
            found.setdefault(row.parent, []).append(row.check_name)
    return found


def _went_up(since: datetime, until: datetime) -> dict[str, int]:
    """How often each escalation of a period went to the next level because nobody answered."""
    table, event = frappe.qb.DocType(ESCALATION), frappe.qb.DocType(EVENT)
    query = (
        frappe.qb.from_(event)
        .join(table)
        .on(event.parent == table.name)
        .select(event.parent, event.event)
        .where(_within(table, since, until) & event.event.isin([*TELLING, NOBODY_THERE]))
        .orderby(event.idx)
    )
    events: dict[str, list[str]] = {}
    for parent, each in query.run():
        events.setdefault(parent, []).append(each)
    return {parent: late_answers(its) for parent, its in events.items()}


def _levels() -> dict[str, str]:
    """What a level is called: “Level 1, Operations Team”."""
    rows = frappe.get_all("Escalation Level", fields=["name", "level", "title"])
    return {row.name: f"Level {row.level}, {row.title}" for row in rows}


def _after(naive: datetime | None, opened: datetime, zone: ZoneInfo) -> datetime | None:
    return clock.instant_after(naive, opened, zone) if naive else None


def _instant(naive: datetime | None, zone: ZoneInfo) -> datetime | None:
    return clock.instant(naive, zone) if naive else None
