"""What reports tell of security: the last assessment of the period, and what changed since the one before it.

Nothing is assessed anew: a report tells of a period, and an assessment of the moment at which it is made.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import frappe

from verenigingen_maintenance.core.report_periods import Period
from verenigingen_maintenance.core.security_review import compare, not_compared
from verenigingen_maintenance.operations.security_assessment import ASSESSMENT
from verenigingen_maintenance.sources import clock

FIELDS = ["name", "day", "assessed_at", "verdict", "evidence", "sha256", "data"]


def security(period: Period, now: datetime) -> dict[str, Any]:
    """`assessment` is None where none was made in the period; `changes` where there is none before it."""
    last = _one({"day": ("between", [period.begins, period.last])}, "day desc")
    if not last:
        return {"assessment": None, "latest": _latest(), "sources": {}}
    first = _one({"day": ("<", period.begins)}, "day desc") or _one({"day": ("<", last.day)}, "day asc")
    data = json.loads(last.data)
    return {
        "assessment": _named(last),
        "before": _named(first) if first else None,
        "verdict": last.verdict,
        "findings": data["findings"],
        "not_measured": data["not_measured"],
        **_changes(json.loads(first.data) if first else None, data),
        "sources": _sources(last, first),
    }


def _changes(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> dict[str, Any]:
    if before is None:
        return {"changes": None, "not_compared": []}
    changes = [each.as_item() for each in compare(before, now)]
    return {"changes": changes, "not_compared": not_compared(before, now["parts"])}


def _sources(last: Any, first: Any) -> dict[str, str]:
    """The evidence by its name and fingerprint, so that it can be told whether it is the same still."""
    told = f"Security Assessment {last.name}: evidence {last.evidence} (SHA-256 {last.sha256})"
    beside = f", beside {first.name}" if first else ""
    return {"findings": told, "changes": f"Security Assessment {last.name}{beside}"}


def _named(row: Any) -> dict[str, str]:
    return {"name": row.name, "at": clock.shown(clock.instant(row.assessed_at))}


def _latest() -> str | None:
    found = _one({}, "day desc")
    return str(found.day) if found else None


def _one(filters: Mapping[str, object], order: str) -> Any:
    rows = frappe.get_all(ASSESSMENT, filters, FIELDS, order_by=order, limit=1)
    return rows[0] if rows else None
