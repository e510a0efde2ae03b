"""How well the procedures are kept, and when people last practised them: for the monthly review."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe.utils import getdate

from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.core.wording import some
from verenigingen_maintenance.sources import clock, source

PROCEDURE, VERSION, RUN = "Maintenance Procedure", "Procedure Version", "Checklist Run"
ESCALATION, PATTERN, CONTACT = "Maintenance Escalation", "Error Pattern", "Emergency Contact"
SESSION = "Training Session"
OVER = ("Resolved", "False Positive")
DAY, MONTH = timedelta(days=1), timedelta(days=31)
MOST = 200
MOST_NAMED = 20


@source
def procedures_due(now: datetime) -> Reading:
    """Enabled procedures whose review is due, by the calendar or by what changed."""
    rows = due_rows(now)
    evidence = {
        row.name: {"due": str(row.next_review), "because": (row.review_because or "").splitlines()}
        for row in rows
    }
    return _count(rows, "procedures", now, PROCEDURE, evidence)


def due_rows(now: datetime) -> list[Any]:
    """The same as rows: name, next_review, review_because. Frappe takes a day that is not set for one long
    past."""
    due = ["next_review", "<=", clock.stored(now).date()]
    filters = [["enabled", "=", 1], ["next_review", "is", "set"], due]
    fields = ["name", "next_review", "review_because"]
    return frappe.get_all(PROCEDURE, filters, fields, order_by="next_review asc, name asc", limit=0)


@source
def changes_not_approved(now: datetime) -> Reading:
    """Versions of procedures that are in use, and that nobody approved."""
    rows = drafts()
    evidence = {
        row.name: {"made": str(row.made_at), "by": row.made_by or "the app", "reason": row.reason or ""}
        for row in rows
    }
    return _count(rows, "versions", now, VERSION, evidence)


def drafts() -> list[Any]:
    """The same as rows: name, made_at, made_by, reason; those of enabled procedures, the longest waiting
    first."""
    version, procedure = frappe.qb.DocType(VERSION), frappe.qb.DocType(PROCEDURE)
    rows = (
        frappe.qb.from_(version)
        .join(procedure)
        .on(procedure.name == version.procedure)
        .select(version.name, version.made_at, version.made_by, version.reason)
        .where((version.status == "Draft") & (procedure.enabled == 1))
        .orderby(version.made_at)
        .orderby(version.name)
    )
    return rows.run(as_dict=True)


@source
def issues_without_solution(now: datetime) -> Reading:
    """Error patterns first seen or resolved since the last signed monthly run, without notes; and escalations
    that were over since then and have no review."""
    since = _last_monthly(now)
    patterns, escalations = _patterns_without_notes(since), _without_review(since)
    evidence = {
        "since": clock.shown(clock.instant(since)),
        "error patterns": {row.name: row.title for row in patterns[:MOST_NAMED]},
        "escalations": {row.name: row.title for row in escalations[:MOST_NAMED]},
    }
    is_cut = MOST in (len(patterns), len(escalations))
    at_least = f"at most {MOST} of each kind are counted" if is_cut else ""
    named = [f"{row.name} {row.title}" for row in (*escalations, *patterns)]
    origin = f"{PATTERN} and {ESCALATION}"
    return Reading(len(named), "issues", now, origin, evidence, at_least=at_least, detail=some(named))


@source
def training_days(now: datetime) -> Reading | Unknown:
    """How long ago the last training session was that was closed."""
    fields = ["name", "date", "led_by"]
    order = "date desc, name desc"
    last = frappe.get_all(SESSION, {"status": "Closed"}, fields, order_by=order, limit=1)
    if not last:
        return Unknown("no training session was closed yet: begin one in Training Session", now, SESSION)
    there = frappe.db.count("Training Participant", {"parent": last[0].name, "present": 1})
    days = (clock.stored(now).date() - getdate(last[0].date)).days
    evidence = {"session": last[0].name, "led by": last[0].led_by or "", "present": there}
    return Reading(max(days, 0), "days", now, SESSION, evidence, detail=last[0].name)


@source
def emergency_practised_days(now: datetime) -> Reading | Unknown:
    """How long ago an emergency was practised: a drill run was signed, or a drill of escalation over."""
    found = sorted([*_drill_runs(), *_drills()], key=lambda each: each["ended"])
    if not found:
        reason = "no emergency was practised yet: open one as a drill, or begin Test Escalation"
        return Unknown(reason, now, RUN)
    last = found[-1]
    days = round((now - clock.instant_before(last["ended"], now)) / DAY, 2)
    evidence = {**last, "ended": str(last["ended"])}
    return Reading(
        max(days, 0), "days", now, f"{RUN} and {ESCALATION}, drills", evidence, detail=last["drill"]
    )


@source
def contacts_unconfirmed_days(now: datetime) -> Reading | Unknown:
    """How long ago that emergency contact was confirmed or changed of which it is the longest ago."""
    rows = frappe.get_all(CONTACT, fields=["name", "confirmed_at"], order_by="creation", limit=0)
    if not rows:
        return Unknown("there is no Emergency Contact: enter who is called", now, CONTACT)
    if never := [row.name for row in rows if not row.confirmed_at]:
        reason = f"nobody confirmed yet: {some(never)}; the list has a button for it"
        return Unknown(reason, now, CONTACT)
    ages = {row.name: round((now - clock.instant_before(row.confirmed_at, now)) / DAY, 1) for row in rows}
    oldest = max(ages, key=lambda name: ages[name])
    return Reading(max(ages[oldest], 0), "days", now, CONTACT, {"days ago": ages}, detail=oldest)


def _count(
    rows: Iterable[Mapping], unit: str, now: datetime, origin: str, evidence: Mapping[str, object]
) -> Reading:
    names = [row["name"] for row in rows]
    return Reading(
        len(names), unit, now, origin, dict(list(evidence.items())[:MOST_NAMED]), detail=some(names)
    )


def _last_monthly(now: datetime) -> datetime:
    """When the last signed monthly run was measured or closed; a month ago where there is none. As stored."""
    monthly = frappe.get_all(PROCEDURE, {"cadence": "Monthly"}, pluck="name", limit=0)
    filters = {"procedure": ("in", monthly or [""]), "status": "Signed"}
    fields = ["measured_at", "closed_at"]
    last = frappe.get_all(RUN, filters, fields, order_by="closed_at desc", limit=1)
    begin = (last[0].measured_at or last[0].closed_at) if last else None
    return begin or clock.stored(now - MONTH)


def _patterns_without_notes(since: datetime) -> list[Mapping]:
    """Those that go on in others, and those that somebody ignores, are no issue."""
    moments = {"first_at": (">=", since), "resolved_at": (">=", since)}
    filters = {"state": ("!=", "Ignored"), "notes": ("is", "not set"), "continues_in": ("is", "not set")}
    fields = ["name", "title"]
    return frappe.get_all(PATTERN, filters, fields, or_filters=moments, order_by="last_at desc", limit=MOST)


def _without_review(since: datetime) -> list[Mapping]:
    """What was opened, is over since then, and was never closed with a review."""
    filters = {
        "status": ("in", OVER),
        "is_drill": 0,
        "opened_at": ("is", "set"),
        "closed_at": (">=", since),
    }
    return frappe.get_all(ESCALATION, filters, ["name", "title"], order_by="opened_at desc", limit=MOST)


def _drill_runs() -> list[dict]:
    fields = ["name", "procedure", "opened_at", "closed_at", "closed_by"]
    filters = {"is_drill": 1, "status": "Signed"}
    rows = frappe.get_all(RUN, filters, fields, order_by="closed_at desc", limit=1)
    return [
        {
            "drill": row.name,
            "procedure": row.procedure,
            "ended": row.closed_at,
            "signed by": row.closed_by,
            "minutes": round((row.closed_at - row.opened_at).total_seconds() / 60, 1),
            "steps": _steps(row.name),
        }
        for row in rows
    ]


def _steps(run: str) -> dict[str, str]:
    """When each step by hand was answered, and how."""
    fields = ["title", "result", "done_at"]
    filters = {"parent": run, "by_hand": 1}
    rows = frappe.get_all("Checklist Run Item", filters, fields, order_by="idx", limit=MOST)
    return {row.title: f"{row.result} {row.done_at:%H:%M:%S}" for row in rows if row.done_at}


def _drills() -> list[dict]:
    filters = {"is_drill": 1, "status": ("in", ("Resolved", "Closed")), "closed_at": ("is", "set")}
    rows = frappe.get_all(
        ESCALATION, filters, ["name", "title", "closed_at"], order_by="closed_at desc", limit=1
    )
    return [{"drill": row.name, "title": row.title, "ended": row.closed_at} for row in rows]
