"""What people work on: open escalations with their clocks, error patterns that are news, what changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from string import ascii_uppercase
from typing import Any

import frappe
from frappe import _
from frappe.query_builder.functions import Count
from pypika import CustomFunction

from verenigingen_maintenance.core.dashboard import stand
from verenigingen_maintenance.core.escalation_clock import Clock
from verenigingen_maintenance.core.escalation_states import Status
from verenigingen_maintenance.core.pattern_states import ESCALATING, NEW, REGRESSED
from verenigingen_maintenance.core.policy import Policy
from verenigingen_maintenance.operations import changed
from verenigingen_maintenance.operations import dashboard_words as words
from verenigingen_maintenance.operations.change_records import CHANGE
from verenigingen_maintenance.operations.dashboard_rows import rows as rows_of
from verenigingen_maintenance.operations.dashboard_series import PERIOD
from verenigingen_maintenance.operations.escalation_steps import ESCALATION
from verenigingen_maintenance.operations.language import in_figures, said
from verenigingen_maintenance.operations.open_escalations import UNRESOLVED
from verenigingen_maintenance.operations.workspace_guide import list_of, open_escalations
from verenigingen_maintenance.sources import clock, error_patterns
from verenigingen_maintenance.sources.error_patterns import PATTERN

MOST = 8
MOST_CHANGES = 12
DAY, BEHIND = timedelta(days=1), timedelta(minutes=10)
SHOWN = (ESCALATING, REGRESSED, NEW)


# --- escalations


def unresolved() -> list[Any]:
    """The escalations that are not resolved, latest first, without drills; by the key that open ones have, of
    which each subject has one."""
    table = frappe.qb.DocType(ESCALATION)
    fields = ("name", "title", "status", "subject", "level", "opened_at", "acknowledged_by", "muted_because")
    query = (
        frappe.qb.from_(table)
        .select(*(table[field] for field in fields))
        .where(table.open_key.isnotnull() & table.status.isin(UNRESOLVED) & (table.is_drill == 0))
        .orderby(table.opened_at, order=frappe.qb.desc)
    )
    return query.run(as_dict=True)


def escalations(rows: Sequence[Any], now: datetime) -> dict[str, Any]:
    """Each with its level, its clock and what comes next."""
    titles = dict(frappe.get_all("Escalation Level", fields=["name", "title"], as_list=True, limit=0))
    shown = rows[:MOST]
    filters = {"name": ("in", [row.name for row in shown] or [""])}
    clocks = {each.name: each for each in rows_of(ESCALATION, ["name", "clock", "policy"], filters)}
    lines = [_escalation(row, clocks.get(row.name, {}), titles, now) for row in shown]
    return {"lines": lines, "more": len(rows) - len(shown), "url": open_escalations()}


def _escalation(row: Any, clocked: Any, titles: dict[str, str], now: datetime) -> dict[str, Any]:
    kept = Clock.from_json(clocked["clock"]) if clocked.get("clock") else None
    policy = Policy.from_json(clocked["policy"]) if clocked.get("policy") else None
    found = stand(Status(row.status), kept, policy, now)
    return {
        **{"name": row.name, "title": said(row.title), "status": said(row.status)},
        "level": said(titles.get(row.level, row.level or "")),
        "age": words.ago(clock.instant_before(row.opened_at, now), now) if row.opened_at else "",
        "clock": words.of_clock(found, words.person(row.acknowledged_by), row.muted_because or ""),
        "running": found.running.value,
        "url": f"/app/maintenance-escalation/{row.name}",
    }


# --- error patterns


def patterns(now: datetime) -> dict[str, Any]:
    """Those that are escalating, came back or are new, of each the latest first; `why_none` where errors are
    not counted."""
    if not _is_counted():
        return {"lines": [], "why_none": _("not measured: errors were not counted yet")}
    table = frappe.qb.DocType(PATTERN)
    fields = ("name", "title", "state", "severity", "total", "first_at", "last_at")
    asked = frappe.qb.from_(table).where(
        table.state.isin(SHOWN) & (table.continues_in.isnull() | (table.continues_in == ""))
    )
    rows = (
        asked.select(*(table[field] for field in fields))
        .orderby(CustomFunction("field", ["state", *SHOWN])(table.state, *SHOWN))
        .orderby(table.last_at, order=frappe.qb.desc)
        .limit(MOST)
    ).run(as_dict=True)
    of_a_day = error_patterns.by_pattern(now - DAY) if rows else {}
    return {
        "lines": [_pattern(row, of_a_day.get(row.name, 0), now) for row in rows],
        "more": asked.select(Count("*")).run()[0][0] - len(rows),
        "url": list_of("Error Pattern", state=["in", list(SHOWN)], continues_in=["is", "not set"]),
        "note": _behind(now),
    }


def _pattern(row: Any, of_a_day: int, now: datetime) -> dict[str, Any]:
    return {
        **{"title": row.title, "state": said(row.state), "severity": said(row.severity or "")},
        "state_key": row.state,
        "count": _("{0} in 24 hours, {1} in all").format(in_figures(of_a_day), in_figures(row.total)),
        "first": _("first seen {0}").format(words.at(clock.instant_before(row.first_at, now), now))
        if row.first_at
        else "",
        "url": f"/app/error-pattern/{row.name}",
    }


def _is_counted() -> bool:
    began = frappe.db.get_single_value("Maintenance Settings", "errors_counted_from")
    return bool(began or frappe.db.sql(f"select 1 from `tab{error_patterns.LEDGER}` limit 1"))


def _behind(now: datetime) -> str:
    """From when on errors are not counted, where that is longer ago than a round or two."""
    oldest = error_patterns.oldest_uncounted()
    since = clock.instant_before(oldest, now) if oldest else None
    if since is None or now - since < BEHIND:
        return ""
    return _("Errors since {0} are not counted yet.").format(words.at(since, now))


# --- what changed


def changes(now: datetime) -> dict[str, Any]:
    """What was applied, taken back or written anew within seven days, the first first, each with its sign."""
    since = now - PERIOD
    found = sorted([*_applied(since), *_written(since)], key=lambda each: each["moment"])
    kept = found[-MOST_CHANGES:]
    for sign, each in zip(ascii_uppercase, kept, strict=False):
        each.update({"sign": sign, "at": words.at(clock.instant_before(each["moment"], now), now)})
    return {"lines": kept, "more": len(found) - len(kept)}


def _applied(since: datetime) -> list[dict[str, Any]]:
    at = clock.stored(since)
    fields = ["name", "title", "applied_at", "rollback_begun_at"]
    either = {"applied_at": (">=", at), "rollback_begun_at": (">=", at)}
    rows = frappe.get_all(
        CHANGE, or_filters=either, fields=fields, order_by="applied_at desc", limit=MOST_CHANGES
    )
    told = [
        (moment, said_so.format(said(row.title)), row.name)
        for row in rows
        for moment, said_so in (
            (row.applied_at, _("Applied: {0}")),
            (row.rollback_begun_at, _("Rolled back: {0}")),
        )
        if moment and moment >= at
    ]
    return [{"moment": at, "text": text, "url": f"/app/maintenance-change/{name}"} for at, text, name in told]


def _written(since: datetime) -> list[dict[str, Any]]:
    """What was changed within ten minutes is one: an upgrade changes many documents."""
    groups: dict[datetime, list[changed.Changed]] = {}
    for each in changed.dated(since):
        groups.setdefault(_ten_minutes(each.moment), []).append(each)
    return [_group(found) for found in groups.values()]


def _group(found: Sequence[changed.Changed]) -> dict[str, Any]:
    last = found[0]
    more = len(found) - 1
    told = said(last.text)
    text = _("{0}, and {1} more changes").format(told, more) if more else told
    return {"moment": last.moment, "text": text, "url": _form(last.doctype, last.name)}


def _ten_minutes(moment: datetime) -> datetime:
    return moment.replace(minute=moment.minute // 10 * 10, second=0, microsecond=0)


def _form(doctype: str, name: str) -> str:
    route = frappe.utils.get_url_to_form(doctype, name)
    return route[route.index("/app/") :]
