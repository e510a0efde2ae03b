"""The changes of the simulated quarter: one helped and was kept, one hurt and was taken back, one of
the quarter before changed nothing, and one is planned."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import frappe
from quarter_plan import FRIDAY, MANAGER, MONDAY, OPERATOR, TUESDAY, WEDNESDAY, Plan, fact

from verenigingen_maintenance.operations import change_records

P95, CACHE = "Response time, 95th percentile", "Memory of the cache"


def write(plan: Plan) -> None:
    helped, hurt, found = (fact(each) for each in ("change that helped", "change that hurt", "opportunity"))
    applied = plan.at(helped.week, WEDNESDAY, 7)
    kept = _made(helped.text, applied, {"area": "Database", "gain": "The API answers a third faster."})
    _measured(kept, P95, "ms", 400.0, helped.number)
    _over(kept, "Kept", "Better", applied, plan.at(helped.week + 1, FRIDAY, 10), "It stays: it is a third.")
    applied = plan.at(hurt.week, TUESDAY, 7)
    back = _made(hurt.text, applied, {"area": "Cache", "gain": "More hits.", "kind": "By Hand"})
    _measured(back, CACHE, "MB", 210.0, hurt.number)
    _over(back, "Rolled Back", "Worse", applied, plan.at(hurt.week + 1, MONDAY, 11), "It swapped.")
    applied = plan.at(-4, WEDNESDAY, 7)
    same = _made(
        "Statistics of Sales Invoice",
        applied,
        {"area": "Database", "gain": "Better plans.", "kind": "By Hand"},
    )
    _measured(same, "Query of the list", "ms", 80.0, 79.0)
    _over(same, "Kept", "Same", applied, plan.at(-3, FRIDAY, 10), "It does no harm.")
    _planned(plan, found.text, plan.at(found.week, TUESDAY, 9))
    frappe.db.commit()


def _made(title: str, applied: datetime, values: dict[str, Any]) -> Any:
    change = frappe.get_doc({"doctype": change_records.CHANGE, "title": title, "kind": "Add Index", **values})
    told = {"finding": f"{title}: found by measuring.", "measured_how": "EXPLAIN of the slow request"}
    proposed = applied - timedelta(days=5)
    made = {"proposed_at": proposed, "gain_level": "High", "gain_value": 150, "approved_by": MANAGER}
    change.update({**told, **made, "approved_at": applied - timedelta(days=2), "creation": proposed})
    return change


def _measured(change: Any, what: str, unit: str, before: float, after: float) -> None:
    for phase, value in (("Before", before), ("After", after)):
        row = {"phase": phase, "what": what, "unit": unit, "n": 500, "median": f"{value:g}"}
        change.append("measurements", {**row, "p95": f"{1.2 * value:g}", "better": "lower"})


def _over(change: Any, status: str, verdict: str, applied: datetime, decided: datetime, reason: str) -> None:
    change.update({"status": status, "verdict": verdict, "applied_at": applied, "applied_by": OPERATOR})
    change.measured_at = decided - timedelta(hours=1)
    change.update({"decided_at": decided, "decided_by": MANAGER, "reason": reason})
    _insert(change)


def _planned(plan: Plan, title: str, proposed: datetime) -> None:
    change = _made(title, proposed + timedelta(days=5), {"area": "Logs", "gain": "2 GB less to back up."})
    change.update({"kind": "Set Retention", "status": "Approved", "gain_level": "Medium"})
    change.update({"responsible": OPERATOR, "due_on": plan.today + timedelta(days=21), "open_key": title})
    change.parameters = change_records.as_json({"doctype": "Access Log", "days": 90})
    change.same_key, change.proposed_at = title, proposed
    _insert(change)


def _insert(change: Any) -> None:
    change.set_new_name()
    change.db_insert()
    for row in change.measurements:
        row.parent = change.name
        row.set_new_name()
        row.db_insert()
