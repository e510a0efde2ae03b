"""Runs, checks and the state of the site as data, for the doors."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

import frappe
from frappe.model.document import Document

from verenigingen_maintenance.core.slots import slots
from verenigingen_maintenance.core.verdicts import Verdict, worst
from verenigingen_maintenance.operations import (
    agreed_dates,
    checks,
    incident_form,
    open_escalations,
    outbox,
    procedures,
    run_form,
    run_times,
    settings,
    watch,
)
from verenigingen_maintenance.operations.checks import Spec
from verenigingen_maintenance.operations.open_run import RUN
from verenigingen_maintenance.operations.still_to_fill import still_to_fill
from verenigingen_maintenance.sources import clock


def describe_run(name: str) -> dict:
    """A run with its boxes, items and what is open. `value` is None where nothing was measured."""
    run = frappe.get_doc(RUN, name)
    return {
        "run": run.name,
        "procedure": run.procedure,
        "status": run.status,
        "verdict": run.verdict or None,
        "measured_at": _iso(run.measured_at),
        "measured_by": run.measured_by,
        "since_last_signed": run.since_last_signed or None,
        "boxes": [
            {"box": row.box, "verdict": row.verdict or None, "not_applicable": bool(row.not_applicable)}
            for row in run.boxes
        ],
        "items": [_describe_item(item) for item in run.items],
        "findings": [_describe_finding(row) for row in run.findings],
        "actions": _actions(run),
        "times": run_times.describe(run),
        "escalations": open_escalations.open_ones(),
    }


def describe_checks() -> list[dict]:
    """The enabled checks: what each reads, and when it is a breach."""
    documents = [frappe.get_doc("Maintenance Check", name) for name in checks.names()]
    return [
        {"check": each.name, "not_applicable": each.not_applicable_reason or None, **_rule(Spec.of(each))}
        for each in documents
    ]


def _rule(spec: Spec) -> dict:
    return {key: value for key, value in asdict(spec).items() if key != "name"}


def describe_status(now: datetime) -> dict:
    """The latest run of each scheduled procedure, what is open, and the worst of it all. An incident that is
    open is CRITICAL, unless it is a drill."""
    latest = [_latest(procedure, now) for procedure in procedures.scheduled()]
    open_now = open_escalations.open_ones()
    verdicts = [Verdict(each["verdict"]) for each in latest if each["verdict"]]
    incidents = incident_form.ongoing()
    verdicts += [Verdict.CRITICAL for each in (*open_now, *incidents) if not each.get("is_drill")]
    watcher, live_now = watch.describe_watch(now), describe_live()
    verdicts += [Verdict(watcher["verdict"])]
    missed = frappe.db.count(RUN, {"status": "Missed"})
    found = {
        "verdict": worst(verdicts).value,
        "watcher": watcher,
        "live": live_now,
        "procedures": latest,
        "escalations": open_now,
        "incidents": incidents,
        "missed": missed,
    }
    return {**found, "still_to_fill": still_to_fill(), "notifications_waiting": outbox.waiting()}


def describe_live() -> list[dict]:
    """The live checks as the last round judged them."""
    fields = ["name", "title", "unit", "live_verdict", "live_value", "live_reason", "live_since"]
    rows = frappe.get_all(checks.CHECK, filters=checks.LIVE, fields=fields, order_by="area, title")
    return [
        {
            "check": row.name,
            "title": row.title,
            "verdict": row.live_verdict or Verdict.UNKNOWN.value,
            "value": float(row.live_value) if row.live_value else None,
            "unit": row.unit,
            "reason": row.live_reason or ("" if row.live_verdict else "not judged yet"),
            "since": _iso(row.live_since),
        }
        for row in rows
    ]


def _describe_item(item) -> dict:
    shown = {
        key: item.get(key) or None
        for key in (
            *("title", "box", "task", "verdict", "unit", "target", "source", "reason"),
            *("result", "note", "escalation"),
        )
    }
    value = float(item.value) if item.value else None
    kind = {"by_hand": bool(item.by_hand), "not_applicable": bool(item.not_applicable)}
    return {"check": item.check_name, **shown, **kind, "value": value, "observed_at": _iso(item.observed_at)}


def _describe_finding(row: Document) -> dict:
    """Its figures are None where it has none."""
    fields = ("key", "area", "title", "text", "severity", "unit", "since_last", "decision", "note", "todo")
    shown = {field: row.get(field) or None for field in fields}
    figures = {field: float(row.get(field)) if row.get(field) else None for field in ("figure", "before")}
    return {**shown, **figures, "decided_by": row.decided_by, "decided_at": _iso(row.decided_at)}


def _actions(run: Document) -> list[dict]:
    fields = ("todo", "title", "allocated_to", "state", "from_run", "is_late")
    rows = run_form.describe(run)["actions"]
    return [
        {**{field: each[field] for field in fields}, "due": str(each["due"]) if each["due"] else None}
        for each in rows
    ]


def _latest(procedure: Document, now: datetime) -> dict:
    """The run of the latest slot that is due; UNKNOWN when it was not measured.

    The verdict is None where no slot is due yet, and while all rows of the run wait for a person.
    """
    name = _latest_slot(procedure, now)
    fields = ["verdict", "status", "measured_at", "slot", "due_until"]
    row = frappe.db.get_value(RUN, name, fields, as_dict=True) if name else None
    return {
        "procedure": procedure.name,
        "run": name,
        "status": row.status if row else "not opened",
        "verdict": _verdict_so_far(name, row),
        "measured_at": _iso(row.measured_at) if row else None,
        "is_overdue": run_form.is_overdue(row, now) if row else False,
        "next_date": agreed_dates.in_words(procedure) or None,
    }


def _verdict_so_far(run: str | None, row: dict | None) -> str | None:
    """That of the run; while it waits for people, that of what was measured; None where there is nothing."""
    if run is None:
        return None
    if row is None or not row.measured_at:
        return Verdict.UNKNOWN.value
    measured = {"parent": run, "by_hand": 0, "not_applicable": 0}
    found = [] if row.verdict else frappe.get_all("Checklist Run Item", filters=measured, pluck="verdict")
    so_far = worst(Verdict(each or "UNKNOWN") for each in found).value if found else None
    return row.verdict or so_far


def _latest_slot(procedure: Document, now: datetime) -> str | None:
    """The latest slot that is due, or that somebody measured before. One whose window was over before the
    procedure was active is not, unless somebody opened its run."""
    calendar = settings.calendar()
    today = now.astimezone(calendar.zone).date()
    since = clock.instant(procedure.active_since or clock.stored(now))
    past = slots(procedures.schedule_of(procedure), calendar, today - timedelta(days=100), today)
    due = [slot for slot in past if slot.due_from <= now or _is_measured(slot.name)]
    is_due = due and (due[-1].due_until >= since or frappe.db.exists(RUN, due[-1].name))
    return due[-1].name if is_due else None


def _is_measured(run: str) -> bool:
    return bool(frappe.db.get_value(RUN, run, "measured_at"))


def _iso(naive: datetime | None) -> str | None:
    return clock.instant(naive).astimezone(clock.zone()).isoformat(timespec="seconds") if naive else None
