"""What reports tell of people's work: runs, what they decided, and what is still to be done."""

from __future__ import annotations

import html
import json
from datetime import date, datetime
from statistics import median
from typing import Any

import frappe
from frappe.utils import strip_html_tags

from verenigingen_maintenance.core.report_periods import Period
from verenigingen_maintenance.operations import report_facts_changes
from verenigingen_maintenance.operations.checks import CHECK
from verenigingen_maintenance.operations.open_run import RUN
from verenigingen_maintenance.operations.report_filters import Within, cut, within
from verenigingen_maintenance.sources import clock
from verenigingen_maintenance.sources.error_patterns import PATTERN

MOST_RUNS, MOST_ROWS, LONGEST = 400, 500, 400
OWN = (
    *("Checklist Run", "Compliance Gap", "Maintenance Escalation", "Error Pattern", "Maintenance Check"),
    *("Maintenance Change", "Maintenance Procedure", "Security Assessment"),
)
CHANGED = (
    "warning",
    "critical",
    "clear",
    "enabled",
    "breaches",
    "clears",
    "starting_level",
    "live",
    "not_applicable",
)


def runs(period: Period, now: datetime) -> dict[str, Any]:
    """Runs whose window began in the period, by procedure; what failed in them, and what people wrote."""
    rows = frappe.get_all(
        RUN,
        {"due_from": within(period)},
        ["name", "procedure", "status", "verdict", "opened_late", "opened_at", "closed_at", "due_from"],
        order_by="due_from asc",
        limit=MOST_RUNS,
    )
    names = [row.name for row in rows]
    minutes = _minutes(names)
    return {
        "procedures": [
            _of_procedure(name, rows, minutes) for name in dict.fromkeys(row.procedure for row in rows)
        ],
        "missed": [row.name for row in rows if row.status == "Missed"],
        "failed": _failed(names),
        "written": _written(names),
        "sources": {
            "runs": "Checklist Run: those that were due in the period, and their rows; minutes of each run"
        },
    }


def _of_procedure(name: str, rows: list[Any], minutes: dict[str, tuple[int, int | None]]) -> dict[str, Any]:
    mine = [row for row in rows if row.procedure == name]
    times = [
        (row.closed_at - row.opened_at).total_seconds() / 60
        for row in mine
        if row.status == "Signed" and row.opened_at and row.closed_at
    ]
    statuses = {
        status: sum(row.status == status for row in mine)
        for status in ("Signed", "Missed", "Accepted", "Open")
    }
    verdicts = {
        verdict: sum(row.verdict == verdict for row in mine)
        for verdict in ("OK", "WARNING", "CRITICAL", "UNKNOWN")
    }
    return {
        **{"procedure": name, "due": len(mine), "opened_late": sum(bool(row.opened_late) for row in mine)},
        "minutes_to_sign": round(median(times), 1) if times else None,
        **_of_minutes([minutes[row.name] for row in mine if row.status == "Signed" and row.name in minutes]),
        **statuses,
        "verdicts": verdicts,
    }


def _of_minutes(known: list[tuple[int, int | None]]) -> dict[str, float | None]:
    """Of a run in the middle: what was estimated, and what was spent where that is known."""
    spent = [real for _estimated, real in known if real is not None]
    return {
        "minutes_estimated": median(estimated for estimated, _real in known) if known else None,
        "minutes_spent": round(median(spent), 1) if spent else None,
        "minutes_known_of": len(spent),
    }


def _minutes(runs: list[str]) -> dict[str, tuple[int, int | None]]:
    """Estimated and spent minutes of each run; what a person says comes before what was measured."""
    rows = frappe.get_all(
        "Checklist Run Time",
        {"parent": ("in", runs or [""]), "parenttype": RUN},
        ["parent", "estimated", "measured", "spent"],
        limit=0,
    )
    found: dict[str, tuple[int, int | None]] = {}
    for row in rows:
        estimated, spent = found.get(row.parent, (0, None))
        real = row.spent or row.measured
        found[row.parent] = (
            estimated + (row.estimated or 0),
            spent if not real else (spent or 0) + int(real),
        )
    return found


def _failed(runs: list[str]) -> list[dict[str, str]]:
    rows = frappe.get_all(
        "Checklist Run Item",
        {"parent": ("in", runs or [""]), "parenttype": RUN, "by_hand": 1, "result": "Failed"},
        ["parent", "title", "note"],
        order_by="parent desc",
        limit=MOST_ROWS,
    )
    return [{"run": row.parent, "title": row.title, "note": (row.note or "")[:LONGEST]} for row in rows]


def _written(runs: list[str]) -> list[dict[str, str]]:
    """What somebody wrote into the free fields, where it is not the draft."""
    rows = frappe.get_all(
        "Checklist Run Note",
        {"parent": ("in", runs or [""]), "parenttype": RUN},
        ["parent", "label", "text", "draft"],
        order_by="parent desc, idx asc",
        limit=3 * MOST_RUNS,
    )
    own = [
        row
        for row in rows
        if (row.text or "").strip() and (row.text or "").strip() != (row.draft or "").strip()
    ]
    return [{"run": row.parent, "label": row.label, "text": row.text[:LONGEST]} for row in own[:MOST_ROWS]]


def decisions(period: Period, now: datetime) -> dict[str, Any]:
    """What people changed in the period: thresholds, patterns they resolved, gaps that closed."""
    between = within(period)
    proposals, resolved, closed = _proposals(between), _resolved(between), _closed(between)
    changes, done = thresholds_changed(period), _done(between)
    lists = {"Proposals decided": proposals, "Patterns resolved": resolved, "Gaps closed": closed}
    return {
        "proposals": proposals,
        "resolved": resolved,
        "closed": closed,
        "changes": changes,
        "kept": report_facts_changes.kept(period),
        "done": done,
        "cut": cut({**lists, "Actions done": done}, MOST_ROWS),
        "sources": {
            "proposals": "Threshold Proposal: decided in the period",
            "changes": "Version of Maintenance Check: what was changed in the period",
            "resolved": "Error Pattern, Compliance Gap, Maintenance Change and ToDo of a run: resolved, "
            "closed, kept or done in the period",
        },
    }


def _proposals(between: Within) -> list[dict[str, Any]]:
    fields = ["name", "check_name", "status", "current", "proposed", "reason", "decided_by", "decided_at"]
    rows = frappe.get_all(
        "Threshold Proposal",
        {"decided_at": between, "status": ("in", ["Accepted", "Dismissed"])},
        [*fields, "finding"],
        order_by="decided_at asc",
        limit=MOST_ROWS,
    )
    return [{**row, "decided_at": str(row.decided_at.date())} for row in rows]


def _resolved(between: Within) -> list[dict[str, str]]:
    rows = frappe.get_all(
        PATTERN,
        {"resolved_at": between},
        ["name", "title", "resolved_by", "resolved_at"],
        order_by="resolved_at asc",
        limit=MOST_ROWS,
    )
    return [
        {"title": row.title, "by": row.resolved_by or "", "day": str(row.resolved_at.date())} for row in rows
    ]


def _closed(between: Within) -> list[dict[str, str]]:
    rows = frappe.get_all(
        "Compliance Gap",
        {"closed_at": between, "state": "Closed"},
        ["name", "title", "severity", "closed_at"],
        order_by="closed_at asc",
        limit=MOST_ROWS,
    )
    return [{"title": row.title, "severity": row.severity, "day": str(row.closed_at.date())} for row in rows]


def _done(between: Within) -> list[dict[str, str]]:
    """Actions of runs that were done: their ToDos that were closed in the period."""
    rows = frappe.get_all(
        "ToDo",
        {"reference_type": RUN, "status": "Closed", "modified": between},
        ["description", "allocated_to", "modified", "reference_name"],
        order_by="modified asc",
        limit=MOST_ROWS,
    )
    return [
        {
            **{"text": _plain(row.description), "who": row.allocated_to or "", "run": row.reference_name},
            "day": str(row.modified.date()),
        }
        for row in rows
    ]


def _plain(text: str | None) -> str:
    return html.unescape(strip_html_tags(text or ""))[:LONGEST].strip()


def thresholds_changed(period: Period) -> list[dict[str, str]]:
    """What people changed in checks, from the versions that Frappe keeps of them; oldest first."""
    rows = frappe.get_all(
        "Version",
        {"ref_doctype": CHECK, "creation": within(period)},
        ["docname", "creation", "owner", "data"],
        order_by="creation asc",
        limit=MOST_RUNS,
    )
    found = []
    for row in rows:
        for field, before, after in json.loads(row.data).get("changed") or []:
            if field in CHANGED:
                found.append(
                    {
                        "check": row.docname,
                        "field": field,
                        "before": str(before or ""),
                        "after": str(after or ""),
                        "by": row.owner,
                        "day": str(row.creation.date()),
                    }
                )
    return found


def _todos(filters: dict[str, Any]) -> list[Any]:
    """Those with a date first: the database would take empty dates for the earliest ones."""
    fields = ["name", "description", "allocated_to", "date", "priority", "reference_type", "reference_name"]
    order = "date asc, creation asc, name asc"
    dated = frappe.get_all(
        "ToDo", {**filters, "date": ("is", "set")}, fields, order_by=order, limit=MOST_ROWS
    )
    if len(dated) >= MOST_ROWS:
        return dated
    undated = {**filters, "date": ("is", "not set")}
    return dated + frappe.get_all("ToDo", undated, fields, order_by=order, limit=MOST_ROWS - len(dated))


def actions(period: Period, now: datetime) -> dict[str, Any]:
    """What is still to be done, as it stands now; of ToDos the overdue ones first, undated ones last."""
    mine = {"status": "Open", "reference_type": ("in", OWN)}
    todos, patterns, proposals = _todos(mine), _critical_patterns(), _open_proposals()
    lists = {"ToDos": todos, "Critical patterns of errors to resolve": patterns}
    today = clock.stored(now).date()
    return {
        "todos": [_todo(row, today) for row in todos],
        "open_todos": frappe.db.count("ToDo", mine),
        "cut": cut({**lists, "Thresholds to decide on": proposals}, MOST_ROWS),
        "proposals": [dict(row) for row in proposals],
        "patterns": [dict(row) for row in patterns],
        "sources": {
            "todos": "ToDo: open ones of this app's documents",
            "proposals": "Threshold Proposal: those that are open",
            "patterns": "Error Pattern: critical ones that are neither resolved nor ignored",
        },
    }


def _todo(row: Any, today: date) -> dict[str, Any]:
    return {
        "text": _plain(row.description),
        "who": row.allocated_to or "",
        "date": str(row.date or ""),
        "about": row.reference_name or "",
        "is_overdue": bool(row.date and row.date < today),
    }


def _critical_patterns() -> list[Any]:
    open_ones = {"state": ("not in", ["Resolved", "Ignored"]), "continues_in": ("is", "not set")}
    fields = ["name", "title", "state", "total"]
    filters = {"severity": "Critical", **open_ones}
    return frappe.get_all(PATTERN, filters, fields, order_by="last_at desc", limit=MOST_ROWS)


def _open_proposals() -> list[Any]:
    fields = ["name", "check_name", "finding"]
    return frappe.get_all("Threshold Proposal", {"status": "Open"}, fields, order_by="name", limit=MOST_ROWS)
