"""What changes brought: those of a span with their values before and after, and the roadmap of what is
planned."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import frappe

from verenigingen_maintenance.core.change_measures import Verdict, figures
from verenigingen_maintenance.core.change_states import PLANNED, Status
from verenigingen_maintenance.core.opportunities import GAINS
from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.core.redaction import redact
from verenigingen_maintenance.operations import opportunities
from verenigingen_maintenance.operations.change_records import CHANGE
from verenigingen_maintenance.sources import clock, path_times

MOST = 500
FIELDS = (
    "name",
    "title",
    "kind",
    "area",
    "status",
    "verdict",
    "result",
    "applied_at",
    "applied_by",
    "reason",
)
ROW = ("parent", "what", "phase", "unit", "n", "median", "p95", "better")
PLAN = (
    "name",
    "title",
    "kind",
    "area",
    "status",
    "gain",
    "gain_level",
    "gain_value",
    "responsible",
    "due_on",
    "finding",
)


def effectiveness(since: datetime, until: datetime) -> dict[str, Any]:
    """Changes applied in [since, until): {"changes": [...], "applied": n, "better": n, "same": n, "worse": n,
    "not_enough_data": n, "kept": n, "rolled_back": n, "share_better": % of those measured or None,
    "is_whole": bool}.

    A change has name, title, kind, status, verdict, decision, and `measured`: [{what, unit, before, after,
    change}].
    """
    between = [clock.stored(since), clock.stored(until)]
    rows = frappe.get_all(
        CHANGE, {"applied_at": ("between", between)}, FIELDS, order_by="applied_at asc", limit=MOST + 1
    )
    rows = [row for row in rows if row.applied_at < between[1]]
    measures = measured([row.name for row in rows])
    changes = [_described(row, measures.get(row.name, [])) for row in rows[:MOST]]
    counts = {verdict: sum(each["verdict"] == verdict.value for each in changes) for verdict in Verdict}
    judged = counts[Verdict.BETTER] + counts[Verdict.SAME] + counts[Verdict.WORSE]
    return {
        **{"changes": changes, "applied": len(changes), "is_whole": len(rows) <= MOST},
        **{"better": counts[Verdict.BETTER], "same": counts[Verdict.SAME], "worse": counts[Verdict.WORSE]},
        "not_enough_data": len(changes) - judged,
        "kept": sum(each["status"] == Status.KEPT.value for each in changes),
        "rolled_back": sum(each["status"] == Status.ROLLED_BACK.value for each in changes),
        "share_better": round(100 * counts[Verdict.BETTER] / judged, 1) if judged else None,
    }


def _described(row: Any, measures: list[dict[str, Any]]) -> dict[str, Any]:
    decision = row.reason if row.status in (Status.KEPT.value, Status.ROLLED_BACK.value) else ""
    values = {field: row.get(field) or "" for field in FIELDS if field not in ("applied_at", "reason")}
    return {
        **values,
        "applied_at": clock.shown(clock.instant(row.applied_at)),
        "decision": decision,
        "measured": measures,
    }


def measured(names: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Before and after of each thing that was measured, by change; None where there is no value."""
    filters = {"parenttype": CHANGE, "parent": ("in", [*names, ""])}
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for row in frappe.get_all(
        "Maintenance Change Measurement", filters, ROW, order_by="parent, idx", limit=0
    ):
        of_change = found.setdefault(row.parent, {})
        pair = of_change.setdefault(row.what, {"what": row.what, "unit": row.unit, "better": row.better})
        pair[row.phase.lower()] = float(row.median) if row.median else None
        pair[f"n_{row.phase.lower()}"] = row.n
    return {name: [_with_change(pair) for pair in pairs.values()] for name, pairs in found.items()}


def _with_change(pair: dict[str, Any]) -> dict[str, Any]:
    before, after = pair.get("before"), pair.get("after")
    percent = round(100 * (after - before) / before, 1) if before and after is not None else None
    return {**pair, "before": before, "after": after, "change": percent}


def roadmap() -> dict[str, Any]:
    """What is proposed or approved: {"changes": [...] by expected gain, "unplanned": names without owner or
    date, "overdue": names}."""
    status = ("in", [each.value for each in PLANNED])
    rows = frappe.get_all(CHANGE, {"status": status}, PLAN, order_by="name asc", limit=MOST)
    rows.sort(key=lambda row: (_rank(row.gain_level), -row.gain_value, row.name))
    today = clock.stored(clock.now()).date()
    return {
        "changes": [{**row, "due_on": str(row.due_on or "")} for row in rows],
        "unplanned": [row.name for row in rows if not row.responsible or not row.due_on],
        "overdue": [row.name for row in rows if row.due_on and row.due_on < today],
    }


def _rank(level: str | None) -> int:
    return GAINS.index(level) if level in GAINS else len(GAINS)


def status(now: datetime) -> dict[str, Any]:
    """How optimisation stands: changes by status, what waits, what failed or made it worse, and the last
    look."""
    rows = frappe.get_all(CHANGE, fields=["status", "count(name) as count"], group_by="status", limit=0)
    names = {"pluck": "name", "order_by": "name asc", "limit": MOST}
    not_over = {"status": ("in", [Status.APPROVED.value, Status.APPLIED.value, Status.KEPT.value])}
    last = opportunities.found_last()
    return {
        "by_status": {row.status: row.count for row in rows},
        "waiting_for_a_decision": frappe.get_all(CHANGE, {"status": "Proposed"}, **names),
        "waiting_to_be_applied": frappe.get_all(CHANGE, {"status": "Approved"}, **names),
        "waiting_to_be_kept": frappe.get_all(CHANGE, {"status": "Applied"}, **names),
        "made_it_worse": frappe.get_all(CHANGE, {"rollback_proposed": 1}, **names),
        "failed": frappe.get_all(CHANGE, {"failure": ("is", "set"), **not_over}, **names),
        "looked_for_opportunities_at": last.get("at"),
        "not_measured": last.get("not_measured", {}),
        "slow_paths": _slow_paths(now),
        "roadmap": roadmap()["changes"],
    }


def _slow_paths(now: datetime) -> list[dict[str, Any]] | str:
    """The paths of a day that took most time in all, for a recording to look at; else why that is not
    known."""
    found = path_times.slowest(now - timedelta(days=1), now)
    if isinstance(found, Unknown):
        return found.reason
    return [_path(path, times) for path, times in found.items() if path]


def _path(path: str, found: path_times.PathTimes) -> dict[str, Any]:
    _n, middle, high = figures(found.times)
    since = clock.shown(found.since)
    return {"path": redact(path), "times": found.count, "median_ms": middle, "p95_ms": high, "since": since}
