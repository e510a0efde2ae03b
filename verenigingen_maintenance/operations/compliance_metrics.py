"""The stored assessment as the doors and the report show it. It only reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import format_datetime

from verenigingen_maintenance.core.charts import Chart
from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.operations.language import said
from verenigingen_maintenance.sources import clock, compliance
from verenigingen_maintenance.sources.compliance import ASSESSMENT, GAP, WEEK

# What is answered for each, and the source that knows it.
FIGURES: dict[str, Callable[[datetime], Reading | Unknown]] = {
    "overall_score": compliance.score,
    "sepa_compliance_rate": compliance.sepa_rate,
    "audit_completeness": compliance.audit_completeness,
    "points_lost": compliance.points_lost,
    "areas_with_error": compliance.errors,
}
COUNTS = {"critical_gaps": {"severity": "Critical"}, "regulatory_violations": {"regulatory": 1}}
RETENTION = "retention"
PERIOD = timedelta(days=90)


def describe(now: datetime) -> dict[str, Any]:
    """The figures, areas, gaps and violations of the latest assessment; what is not known is None, and why it
    is stands in `reasons`. Times are ISO 8601 with their offset."""
    found = compliance.latest(now)
    answers = {name: function(now) for name, function in FIGURES.items()}
    reasons = {name: each.reason for name, each in answers.items() if isinstance(each, Unknown)}
    figures = {name: each.value if isinstance(each, Reading) else None for name, each in answers.items()}
    if isinstance(found, Unknown):
        nothing = {**dict.fromkeys(COUNTS), "data_retention_status": None}
        reasons |= dict.fromkeys(nothing, found.reason)
        return {
            **figures,
            **nothing,
            **_when(now),
            "areas": [],
            "violations": [],
            "gaps": [],
            "reasons": reasons,
        }
    retention = next((area.verdict for area in found.areas if area.area == RETENTION), None)
    return {
        **figures,
        **{name: len(compliance.gaps(filters)) for name, filters in COUNTS.items()},
        **{"data_retention_status": retention, "measured": found.measured, "verdict": found.verdict},
        **_when(now),
        "areas": [_area(area) for area in found.areas],
        "violations": _gaps({"regulatory": 1}),
        "gaps": _gaps({}),
        "reasons": reasons,
    }


def _when(now: datetime) -> dict[str, Any]:
    """When was assessed last, also where that is too long ago to tell the present."""
    last = frappe.db.get_value(ASSESSMENT, {}, "assessed_at", order_by="day desc")
    if not last:
        return {"last_assessment": None, "age_minutes": None}
    moment = clock.instant_before(last, now)
    return {
        "last_assessment": clock.shown(moment),
        "age_minutes": round(max((now - moment).total_seconds(), 0) / 60, 1),
    }


def _area(area: Any) -> dict[str, Any]:
    return {
        **{key: area[key] for key in ("area", "title", "verdict", "measured", "told")},
        "score": float(area.score) if area.score else None,
        "controls": json.loads(area.controls),
    }


def _gaps(filters: dict) -> list[dict]:
    """Gaps as JSON has them; `found` and `out_of` are how many of how many."""
    rows = compliance.gaps(filters)
    for row in rows:
        row.update({key: clock.shown(clock.instant(row[key])) for key in ("opened_at", "last_measured")})
    return rows


# --- the report


def areas() -> list[dict[str, Any]]:
    """The areas of the latest assessment with their change in points against a week ago."""
    found = _last()
    before = _scores_of(found.day - WEEK) if found else {}
    rows = frappe.get_all(
        "Compliance Area",
        {"parent": found.name if found else ""},
        ["area", "title", "score", "verdict", "measured", "told"],
        order_by="idx",
    )
    return [_report_row(row, before.get(row.area)) for row in rows]


def standing(now: datetime | None = None) -> dict[str, Any]:
    """Score, verdict, open_gaps and critical_gaps; None, and UNKNOWN, where nothing was assessed of late."""
    found = compliance.latest(now or clock.now())
    if isinstance(found, Unknown):
        return {"score": None, "verdict": "UNKNOWN", "open_gaps": None, "critical_gaps": None}
    gaps = {"open_gaps": {}, "critical_gaps": {"severity": "Critical"}}
    counts = {name: frappe.db.count(GAP, {"state": "Open", **filters}) for name, filters in gaps.items()}
    return {"score": float(found.score) if found.score else None, "verdict": found.verdict, **counts}


def gaps_of(area: str | None) -> list[dict]:
    """The open gaps, of one area or of all."""
    return compliance.gaps({"area": area} if area else {})


def chart(now: datetime | None = None) -> Chart:
    """The score of each day of ninety."""
    ends = clock.stored(now or clock.now())
    rows = frappe.get_all(
        ASSESSMENT,
        {"day": (">=", (ends - PERIOD).date())},
        ["assessed_at", "score"],
        order_by="day",
        limit=PERIOD.days + 1,
    )
    points = [(row.assessed_at, float(row.score)) for row in rows if row.score]
    return Chart(_("Compliance score"), "%", points, ends - PERIOD, ends, 1.5 * timedelta(days=1), (90,))


def in_words() -> str:
    """When was assessed last, and how much of it was measured."""
    found = _last()
    if not found:
        return _("Nothing was assessed yet.")
    score = _("{0} %").format(found.score) if found.score else _("not measured")
    when = format_datetime(found.assessed_at).rpartition(":")[0]
    return _("{0}: {1}, {2}.").format(when, score, said(found.measured))


def _last() -> Any:
    rows = frappe.get_all(
        ASSESSMENT, fields=["name", "day", "score", "measured", "assessed_at"], order_by="day desc", limit=1
    )
    return rows[0] if rows else None


def _scores_of(day: Any) -> dict[str, float]:
    """Scores of the areas in the latest assessment until a day."""
    name = frappe.db.get_value(ASSESSMENT, {"day": ("<=", day)}, "name", order_by="day desc")
    rows = frappe.get_all("Compliance Area", {"parent": name or ""}, ["area", "score"], limit=0)
    return {row.area: float(row.score) for row in rows if row.score}


def _report_row(row: Any, before: float | None) -> dict[str, Any]:
    score = float(row.score) if row.score else None
    change = None if score is None or before is None else round(score - before, 2)
    return {**row, "score": score, "before": before, "change": change}
