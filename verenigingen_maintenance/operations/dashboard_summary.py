"""The executive summary: emergencies, status and reason, what is broken, today's run, who is on duty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import frappe
from frappe import _

from verenigingen_maintenance.core import duty as rota
from verenigingen_maintenance.core.dashboard import Concluded, Known, conclude
from verenigingen_maintenance.core.derived import Cause
from verenigingen_maintenance.core.slots import Slot, next_slot, slots
from verenigingen_maintenance.core.verdicts import Verdict
from verenigingen_maintenance.operations import dashboard_words as words
from verenigingen_maintenance.operations import duty, incident_form, procedures, run_form, settings
from verenigingen_maintenance.operations.dashboard_cards import Measured, row_url, rows_of
from verenigingen_maintenance.operations.language import said
from verenigingen_maintenance.operations.open_run import RUN
from verenigingen_maintenance.sources import clock

LOOK_BACK = timedelta(days=14)
MOST_INCIDENTS, MOST_ISSUES = 5, 8
PROCEDURE = "Maintenance Procedure"


@dataclass(frozen=True)
class Daily:
    """The daily procedure as it stands: its slot of today, and the run that was measured last.

    `measured` is None where a slot has passed since: what it says is of another day.
    """

    procedure: Any | None
    slot: Slot | None
    measured: Measured | None


def daily(now: datetime) -> Daily:
    """Reads it."""
    fields = ["name", "cadence", "window_starts", "window_ends", "weekday", "nth", "active_since"]
    procedure = frappe.db.get_value(PROCEDURE, {"cadence": "Daily", "enabled": 1}, fields, as_dict=True)
    if not procedure:
        return Daily(None, None, None)
    today = clock.stored(now).date()
    near = [*slots(procedures.schedule_of(procedure), settings.calendar(), today - LOOK_BACK, today)]
    passed = [slot for slot in near if slot.due_until <= now]
    present = next((slot for slot in near if slot.opens_at <= now < slot.lapses_at), None)
    slot = present if present and _counts(present, procedure, now) else None
    return Daily(procedure, slot, _measured(procedure.name, passed[-1] if passed else None))


def _counts(slot: Slot, procedure: Any, now: datetime) -> bool:
    """One whose window was over before the procedure was active does not, unless somebody opened its run."""
    since = clock.instant(procedure.active_since or clock.stored(now))
    return slot.due_until >= since or bool(frappe.db.exists(RUN, slot.name))


def _measured(procedure: str, passed: Slot | None) -> Measured | None:
    filters = {"procedure": procedure, "measured_at": ("is", "set")}
    found = frappe.db.get_value(RUN, filters, ["name", "measured_at"], order_by="measured_at desc")
    if not found or (passed and clock.instant(found[1]) < passed.opens_at):
        return None
    return Measured(*found, rows_of(found[0]))


# --- emergencies


def incidents(now: datetime) -> list[dict[str, Any]]:
    """Those that are not over, with the clock of their procedure."""
    return [_incident(each["incident"], now) for each in incident_form.ongoing()[:MOST_INCIDENTS]]


def _incident(name: str, now: datetime) -> dict[str, Any]:
    found = incident_form.describe(name, now)
    step = found["next"]
    return {
        **{key: found[key] for key in ("incident", "title", "is_drill")},
        **{"status": said(found["status"]), "severity": said(found["severity"])},
        "since": _("for {0}").format(words.length(60 * found["minutes"])),
        "commander": words.person(found["commander"]) or _("nobody is in command"),
        "clock": _phase(found["phases"]),
        "next": said(step["title"]) if step else "",
        "url": f"/app/maintenance-incident/{name}",
    }


def _phase(phases: Sequence[Mapping[str, Any]]) -> str:
    """The first group of tasks that is not wholly answered, and how much of its time is left."""
    present = next((each for each in phases if each["answered"] < each["steps"]), None)
    if present is None:
        return ""
    left, title = present["seconds_left"], said(present["title"])
    if left is None:
        return _("now: {0}").format(title)
    told = _("now: {0}, {1} left") if left >= 0 else _("now: {0}, {1} overdue")
    return told.format(title, words.length(left))


# --- the status


def status(
    run: Measured | None,
    present: Mapping[str, Cause] | None,
    work: Sequence[Any],
    going: Sequence[Any],
    is_late: bool,
) -> Concluded:
    """What the status is, and why. `work` are the open escalations, `going` the emergencies."""
    known = Known(
        checks=list((present or {}).values()),
        is_measured=run is not None,
        incidents=[each["title"] for each in going if not each["is_drill"]],
        escalations=[each.title for each in work],
        waiting=[each.title for each in work if each.status == "Open"],
        is_late=is_late,
    )
    return conclude(known)


def issues(present: Mapping[str, Cause] | None, run: Measured | None, work: Sequence[Any]) -> dict[str, Any]:
    """Each subject that is critical now, as the card Critical Issues counts them, with its escalation or else
    its check. `count` is None where no run was judged and nothing is known to be critical."""
    open_ones = {each.subject: each for each in work}
    rows = {row.check_name for row in run.items} if run else set()
    found: dict[str, dict[str, str]] = {}
    for name, cause in (present or {}).items():
        if cause.verdict is Verdict.CRITICAL:
            of_run = run if name in rows else None
            found.setdefault(cause.subject, _issue(name, cause, of_run, open_ones.get(cause.subject)))
    lines = list(found.values())
    count = len(found) if found or (run and present is not None) else None
    return {"count": count, "lines": lines[:MOST_ISSUES], "more": lines[MOST_ISSUES:]}


def _issue(name: str, cause: Cause, run: Measured | None, escalation: Any | None) -> dict[str, str]:
    if escalation is None:
        return {"title": said(cause.title), "url": row_url(name, run)}
    return {"title": said(escalation.title), "url": f"/app/maintenance-escalation/{escalation.name}"}


# --- today's run


def todays_run(found: Daily, now: datetime) -> dict[str, Any]:
    """State, progress and link of the run that is to be done today; on a day without one, what is still open,
    or when the next one is due."""
    if found.procedure is None:
        return {"told": _("no daily procedure is enabled"), "url": "/app/maintenance-procedure"}
    row = _run_of(found)
    if row:
        return _open_run(row, now)
    if found.slot is None:
        return {"told": _next_due(found.procedure, now), "url": "/app/checklist-run"}
    due = words.at(found.slot.due_until, now)
    is_late = found.slot.due_until < now
    told = _("not opened; it was due until {0}") if is_late else _("not opened yet; due until {0}")
    return {"name": found.slot.name, "told": told.format(due), "url": "/app/checklist-run"}


def _run_of(found: Daily) -> Any:
    """That of the slot; without a slot the latest that is open."""
    fields = ["name", "status", "slot", "due_until"]
    if found.slot:
        return frappe.db.get_value(RUN, found.slot.name, fields, as_dict=True)
    filters = {"procedure": found.procedure.name, "status": "Open", "is_drill": 0}
    return frappe.db.get_value(RUN, filters, fields, as_dict=True, order_by="opened_at desc")


def _open_run(row: Any, now: datetime) -> dict[str, Any]:
    answered, rows = _progress(row.name)
    return {
        **{"name": row.name, "url": f"/app/checklist-run/{quote(row.name)}", "status": said(row.status)},
        **{"answered": answered, "rows": rows, "is_overdue": run_form.is_overdue(row, now)},
        "told": _("{0} of {1} rows answered").format(answered, rows),
        "until": words.at(clock.instant(row.due_until), now) if row.due_until else "",
    }


def _next_due(procedure: Any, now: datetime) -> str:
    following = next_slot(procedures.schedule_of(procedure), settings.calendar(), now)
    if following is None:
        return _("none is due today")
    return _("none is due today; the next is due from {0}").format(words.at(following.due_from, now))


def _progress(run: str) -> tuple[int, int]:
    """How many rows have an answer, and how many need one."""
    answered, rows = frappe.db.sql(
        "select ifnull(sum(ifnull(verdict, '') != '' or ifnull(result, '') != ''), 0), count(*) "
        "from `tabChecklist Run Item` where parent = %s and not_applicable = 0",
        run,
    )[0]
    return int(answered), int(rows)


# --- who is on duty


def on_duty(now: datetime) -> dict[str, Any]:
    """Who is told first: who is on duty at the lowest level and until when, else everybody with its role.
    `is_gap` where nobody is told, or nobody of its rotation is on duty."""
    name = frappe.db.get_value(duty.LEVEL, {}, "name", order_by="level asc")
    if not name:
        return {
            "told": _("nobody: there is no Escalation Level"),
            "url": "/app/escalation-level",
            "is_gap": True,
        }
    level = frappe.get_cached_doc(duty.LEVEL, name)
    url = f"/app/escalation-level/{quote(name)}"
    present = rota.on_duty(duty.rota_of(level), now) if level.rotation else None
    if present and present.user:
        until = (
            _("until {0}").format(words.at(present.until, now))
            if present.until
            else _("until further notice")
        )
        return {"told": words.person(present.user), "until": until, "url": url, "is_gap": False}
    reached = duty.reached(name, now)
    people = [words.person(user) for user in reached.users[:3]]
    more = len(reached.users) - len(people)
    told = ", ".join(people) if not more else _("{0} and {1} more").format(", ".join(people), more)
    if not people or level.rotation:
        told = told or _("nobody is told in Desk")
        return {"told": told, "until": said(reached.why), "url": url, "is_gap": True}
    return {
        "told": told,
        "until": _("everybody with the role {0}").format(_(level.role)),
        "url": url,
        "is_gap": False,
    }
