"""What reports tell of promises, compliance and alerts."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

import frappe

from verenigingen_maintenance.core import alert_review
from verenigingen_maintenance.core.alert_review import Figures, counted
from verenigingen_maintenance.core.availability import Span
from verenigingen_maintenance.core.report_periods import Period
from verenigingen_maintenance.operations import service_levels
from verenigingen_maintenance.operations.alert_review import with_missing
from verenigingen_maintenance.operations.report_filters import cut, within
from verenigingen_maintenance.operations.service_levels import RECORD
from verenigingen_maintenance.sources import alert_rows, clock
from verenigingen_maintenance.sources.reports import measured_days

ASSESSMENT, AREA, GAP = "Compliance Assessment", "Compliance Area", "Compliance Gap"
LEVEL, ESCALATION = "Escalation Level", "Maintenance Escalation"
MOST, MOST_HIGH, MOST_GAPS, HIGH = 30, 500, 200, 3
BY_SEVERITY = "field(severity, 'Critical', 'High', 'Medium', 'Low'), name"


def span_of(period: Period, now: datetime) -> Span:
    """A period as instants, up to now where it is not over."""
    begins, ends = (clock.instant(datetime.combine(day, time())) for day in (period.begins, period.ends))
    return Span(begins, max(begins, min(ends, now)))


def service(period: Period, now: datetime) -> dict[str, Any]:
    """What became of each promise, beside the period before; and the months that it has records of."""
    span, before = span_of(period, now), span_of(period.before, now)
    months = frappe.get_all(
        RECORD,
        {"month": ("between", [period.begins, period.last])},
        ["name", "availability", "verdict"],
        order_by="month asc",
        limit=MOST,
    )
    return {
        "figures": service_levels.figures_of(span, now),
        "before": service_levels.figures_of(before, now),
        "months": [dict(row) for row in months],
        "sources": {
            "promises": "Downtime, Metric Hour and Maintenance Escalation, against Maintenance Settings",
            "months": "Monthly Service Level: the records of months",
        },
    }


def alerts(period: Period, now: datetime) -> dict[str, Any]:
    """The review of escalations of the period and of the one before, as the escalation review has them."""
    span, before = span_of(period, now), span_of(period.before, now)
    found, missing = with_missing(span.begins, span.ends)
    earlier = counted(alert_rows.escalations(before.begins, before.ends).alerts)
    return {
        **alert_review.review(found, clock.zone()),
        "before": Figures.of(earlier).as_data(),
        "open_from_before": alert_rows.open_from_before(span.begins),
        "watched_days": measured_days(period),
        "watched_days_before": measured_days(period.before),
        "highest": _highest(span),
        "missing": missing,
        "sources": {"alerts": "Maintenance Escalation: opened in the period, without drills"},
    }


def _highest(span: Span) -> list[dict[str, str]]:
    """Escalations of a span that went to the third level or above, the first first."""
    levels = {
        row.name: f"Level {row.level}, {row.title}"
        for row in frappe.get_all(LEVEL, {"level": (">=", HIGH)}, ["name", "level", "title"], limit=0)
    }
    between = ("between", [clock.stored(span.begins), clock.stored(span.ends)])
    filters = {"opened_at": between, "level": ("in", [*levels, ""]), "is_drill": 0}
    fields = ["name", "title", "level", "opened_at"]
    rows = frappe.get_all(ESCALATION, filters, fields, order_by="opened_at asc, name asc", limit=MOST_HIGH)
    return [
        {
            "name": row.name,
            "title": row.title,
            "level": levels.get(row.level, ""),
            "opened": str(row.opened_at),
        }
        for row in rows
    ]


def compliance(period: Period, now: datetime) -> dict[str, Any]:
    """The last assessment of the period and of the one before, scores by day, and gaps opened and closed."""
    ends = datetime.combine(period.ends, time())
    days = frappe.get_all(
        ASSESSMENT,
        {"day": ("between", [period.begins, period.last])},
        ["name", "day", "score", "measured", "verdict", "assessed_at"],
        order_by="day asc",
        limit=period.days,
    )
    last = days[-1] if days else None
    before = _last_of(period.before)
    critical = frappe.db.get_value("Maintenance Check", "compliance_score", ["critical", "warning"]) or ()
    gaps = {
        "Gaps opened": _gaps({"opened_at": within(period)}),
        "Gaps closed": _gaps({"closed_at": within(period)}),
        "Gaps open": _gaps({"opened_at": ("<", ends), "state": "Open"}),
    }
    return {
        "last": _assessed(last),
        "before": _assessed(before),
        "scores": [[str(row.day), float(row.score)] for row in days if row.score],
        "assessed_days": len(days),
        "opened": gaps["Gaps opened"],
        "closed": gaps["Gaps closed"],
        "open": gaps["Gaps open"],
        "cut": cut(gaps, MOST_GAPS),
        "target": next(filter(None, critical), ""),
        "sources": {
            "assessments": "Compliance Assessment: the last of the period and of the one before",
            "gaps": "Compliance Gap: as they stood when this was read",
        },
    }


def _last_of(period: Period) -> Any:
    filters = {"day": ("between", [period.begins, period.last])}
    fields = ["name", "day", "score", "measured", "verdict", "assessed_at"]
    rows = frappe.get_all(ASSESSMENT, filters, fields, order_by="day desc", limit=1)
    return rows[0] if rows else None


def _assessed(row: Any) -> dict[str, Any] | None:
    if not row:
        return None
    areas = frappe.get_all(
        AREA,
        {"parent": row.name},
        ["area", "title", "score", "verdict", "measured", "told"],
        order_by="idx",
        limit=0,
    )
    return {
        "day": str(row.day),
        "score": float(row.score) if row.score else None,
        "measured": row.measured,
        "areas": [{**area, "score": float(area.score) if area.score else None} for area in areas],
    }


def _gaps(filters: dict[str, object]) -> list[dict[str, Any]]:
    fields = ["name", "title", "area", "severity", "found", "opened_at", "closed_at", "remediation"]
    rows = frappe.get_all(GAP, filters, fields, order_by=BY_SEVERITY, limit=MOST_GAPS)
    return [{**row, "opened_at": _day(row.opened_at), "closed_at": _day(row.closed_at)} for row in rows]


def _day(moment: datetime | None) -> str:
    return str(moment.date()) if moment else ""
