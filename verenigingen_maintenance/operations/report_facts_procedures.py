"""What reports tell of the procedures themselves: versions, reviews, training and drills."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import frappe

from verenigingen_maintenance.core.report_periods import Period
from verenigingen_maintenance.operations.procedure_versions import (
    APPROVED,
    DRAFT,
    PROCEDURE,
    VERSION,
    not_approved,
)
from verenigingen_maintenance.sources import clock

MOST, LONGEST = 100, 300
RUN, ESCALATION = "Checklist Run", "Maintenance Escalation"
SESSION, PARTICIPANT, REVIEW = "Training Session", "Training Participant", "Procedure Review"


def procedures(period: Period, now: datetime) -> dict[str, Any]:
    """Of the period what was approved, reviewed, trained and practised; of now what waits and is due."""
    return {
        "approved": _versions({"approved_at": _within(period), "status": ("in", [APPROVED, "Superseded"])}),
        "pending": _versions({"name": ("in", [*not_approved()[:MOST], ""]), "status": DRAFT}),
        "reviews": _reviews(period),
        "due": _due(clock.stored(now).date(), period.following.ends),
        "sessions": _sessions(period),
        "drills": [*_drill_runs(period), *_drill_alerts(period)],
        "sources": {
            "versions": "Procedure Version: approved in the period, or waiting when this was read",
            "reviews": "Procedure Review of the period; Maintenance Procedure: due when this was read",
            "training": "Training Session: those with a date in the period",
            "drills": "Checklist Run and Maintenance Escalation: drills that began in the period",
        },
    }


def _within(period: Period) -> tuple[str, list[datetime]]:
    return "between", [
        datetime.combine(period.begins, time()),
        datetime.combine(period.ends, time()) - timedelta(microseconds=1),
    ]


def _versions(filters: dict[str, object]) -> list[dict[str, str]]:
    fields = ["name", "made_by", "made_at", "approved_by", "approved_at", "reason"]
    rows = frappe.get_all(VERSION, filters, fields, order_by="made_at asc, name asc", limit=MOST)
    return [
        {
            **{"name": row.name, "made_by": row.made_by or "the app", "made_at": _day(row.made_at)},
            **{"approved_by": row.approved_by or "", "approved_at": _day(row.approved_at)},
            "reason": (row.reason or "")[:LONGEST],
        }
        for row in rows
    ]


def _reviews(period: Period) -> list[dict[str, str]]:
    rows = frappe.get_all(
        REVIEW,
        {"parenttype": PROCEDURE, "at": _within(period)},
        ["parent", "at", "by_user", "outcome", "note"],
        order_by="`tabProcedure Review`.`at` asc",
        limit=MOST,
    )
    return [
        {
            **{"procedure": row.parent, "day": _day(row.at), "by": row.by_user or ""},
            **{"outcome": row.outcome or "", "note": (row.note or "")[:LONGEST]},
        }
        for row in rows
    ]


def _due(today: date, until: date) -> list[dict[str, Any]]:
    """Reviews that are due before the end of the period that follows."""
    rows = frappe.get_all(
        PROCEDURE,
        {"enabled": 1, "next_review": ("<", until)},
        ["name", "next_review", "review_because"],
        order_by="next_review asc, name asc",
        limit=MOST,
    )
    return [
        {
            **{"procedure": row.name, "day": str(row.next_review), "is_overdue": row.next_review <= today},
            "because": (row.review_because or "")[:LONGEST],
        }
        for row in rows
    ]


def _sessions(period: Period) -> list[dict[str, Any]]:
    fields = ["name", "date", "status", "led_by", "practised_run", "practised_escalation"]
    fields.append("not_practised_because")
    between = ("between", [period.begins, period.last])
    rows = frappe.get_all(SESSION, {"date": between}, fields, order_by="date asc, name asc", limit=MOST)
    there = _participants([row.name for row in rows])
    return [
        {
            **{"name": row.name, "day": str(row.date), "status": row.status, "led_by": row.led_by or ""},
            "practised": row.practised_run or row.practised_escalation or "",
            "not_practised_because": (row.not_practised_because or "")[:LONGEST],
            **there.get(row.name, {"present": 0, "confirmed": 0, "access_problems": 0}),
        }
        for row in rows
    ]


def _participants(sessions: list[str]) -> dict[str, dict[str, int]]:
    fields = ["parent", "present", "confirmed", "access"]
    filters = {"parenttype": SESSION, "parent": ("in", [*sessions, ""]), "present": 1}
    found: dict[str, dict[str, int]] = {}
    for row in frappe.get_all(PARTICIPANT, filters, fields, limit=0):
        told = found.setdefault(row.parent, {"present": 0, "confirmed": 0, "access_problems": 0})
        told["present"] += 1
        told["confirmed"] += bool(row.confirmed)
        told["access_problems"] += row.access == "Problems"
    return found


def _drill_runs(period: Period) -> list[dict[str, str]]:
    filters = {"is_drill": 1, "opened_at": _within(period)}
    fields = ["name", "procedure", "status", "opened_at"]
    rows = frappe.get_all(RUN, filters, fields, order_by="opened_at asc", limit=MOST)
    return [
        {"name": row.name, "what": row.procedure, "day": _day(row.opened_at), "status": row.status}
        for row in rows
    ]


def _drill_alerts(period: Period) -> list[dict[str, str]]:
    filters = {"is_drill": 1, "opened_at": _within(period)}
    fields = ["name", "title", "status", "opened_at"]
    rows = frappe.get_all(ESCALATION, filters, fields, order_by="opened_at asc", limit=MOST)
    return [
        {"name": row.name, "what": row.title or "", "day": _day(row.opened_at), "status": row.status}
        for row in rows
    ]


def _day(moment: datetime | None) -> str:
    return str(moment.date()) if moment else ""
