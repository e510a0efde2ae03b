"""What reports tell of incidents and drills: those of the period, with their times."""

from __future__ import annotations

from datetime import datetime
from statistics import median
from typing import Any

from frappe.utils import cint

from verenigingen_maintenance.core.report_periods import Period
from verenigingen_maintenance.operations.report_filters import cut, within
from verenigingen_maintenance.sources import clock, incident_rows, incidents
from verenigingen_maintenance.sources.reports import measured_days

MOST = 100


def facts(period: Period, now: datetime) -> dict[str, Any]:
    """Incidents opened in the period with their four times, the middle of each beside the period before, and
    what waits now."""
    rows, before = _rows(period), _rows(period.before)
    late = incidents.late_measures(now)
    return {
        "incidents": [_told(row) for row in rows],
        "middle": _middle(rows),
        "before": {"incidents": len(_real(before)), **_middle(before)},
        "watched_days": measured_days(period),
        "watched_days_before": measured_days(period.before),
        "not_reviewed": [row.name for row in incidents.waiting_for_review(now)],
        "late_measures": [{**row, "due": str(row.due)} for row in late],
        "cut": cut({"Incidents": rows}, MOST),
        "sources": {
            "incidents": "Maintenance Incident: opened in the period, with their escalations",
            "reviews": "Maintenance Incident and ToDo: as they stood when this was read",
        },
    }


def _rows(period: Period) -> list[Any]:
    rows = incident_rows.read({"opened_at": within(period)}, most=MOST)
    for row in rows:
        row.times = {each.key: each for each in incident_rows.times(row.moments)}
    return rows


def _told(row: Any) -> dict[str, Any]:
    flags = {"is_drill": bool(cint(row.is_drill)), "false_alarm": bool(cint(row.false_alarm))}
    told = {
        field: row[field] or "" for field in ("name", "title", "status", "severity", "procedure", "trigger")
    }
    times = {
        key: {"seconds": each.seconds, "why": each.why, "held": each.held} for key, each in row.times.items()
    }
    day = str(clock.stored(row.moments.opened).date())
    return {**told, **flags, "day": day, "reopened": row.moments.reopened, "times": times}


def _real(rows: list[Any]) -> list[Any]:
    return [row for row in rows if not cint(row.is_drill) and not cint(row.false_alarm)]


def _middle(rows: list[Any]) -> dict[str, float | None]:
    """The middle of each time of the real ones, in seconds; None where none is known."""
    found: dict[str, list[float]] = {key: [] for key in ("detect", "acknowledge", "mitigate", "resolve")}
    for row in _real(rows):
        for key, time in row.times.items():
            if time.seconds is not None:
                found[key].append(time.seconds)
    return {key: median(values) if values else None for key, values in found.items()}
