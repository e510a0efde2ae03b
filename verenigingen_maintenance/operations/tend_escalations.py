"""Moves the clocks of escalations: the next level, reminders, what is muted. Once, however often called."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import frappe
from frappe.model.document import Document
from frappe.utils import cint

from verenigingen_maintenance.core.escalation_clock import Move, advance
from verenigingen_maintenance.core.escalation_states import Status
from verenigingen_maintenance.core.policy import Policy
from verenigingen_maintenance.operations import (
    digest,
    drills,
    earlier_escalations,
    escalation_policy,
    escalation_steps,
    mutes,
    notifications,
)
from verenigingen_maintenance.operations.escalation_steps import (
    ESCALATION,
    add_event,
    keep_clock,
    move,
    write,
)
from verenigingen_maintenance.operations.transactions import commit, lock

CHECK = "Maintenance Check"
WRITING = 20


def tend(now: datetime) -> None:
    """Brings each open escalation to where its clock says, each in a transaction of its own.

    One that fails is logged and keeps no other from its turn; the job then fails too.
    """
    with lock("writing", WRITING) as mine:
        if not mine:
            return  # a round or a run is being written; the next minute comes
        commit()
        failed = _tend_all(now)
        digest.send_if_due(now)
        commit()
    if failed:
        raise RuntimeError(f"Not tended, see Error Log: {', '.join(failed)}")


def _tend_all(now: datetime) -> list[str]:
    quiet, failed = mutes.quiet(now), []
    for name in _names():
        try:
            _tend(escalation_steps.get(name), quiet, now)
            commit()
        except Exception:  # noqa: BLE001 - raised above, once the others had their turn
            frappe.db.rollback()
            frappe.log_error(f"Clock of {name}"[:140])
            failed.append(name)
    return failed


def _names() -> list[str]:
    """Those whose clock may run, the longest open first; and those of an earlier version, which have none."""
    without_clock = {"status": "Acknowledged", "clock": ("is", "not set")}
    return [
        name
        for filters in ({"status": "Open"}, without_clock)
        for name in frappe.get_all(ESCALATION, filters, pluck="name", order_by="opened_at", limit=0)
    ]


def _tend(escalation: Document, quiet: mutes.Quiet, now: datetime) -> None:
    if not escalation.clock:
        earlier_escalations.adopt(escalation, now)
    if escalation.status != Status.OPEN.value:
        return
    policy, kept = escalation_steps.policy_of(escalation), escalation_steps.clock_of(escalation)
    mute = "" if cint(escalation.is_drill) else escalation_steps.why_muted(escalation, quiet, now)
    running = escalation_steps.is_running(escalation)
    if kept.muted and not mute:
        kept = replace(kept, level=_where_it_starts_now(escalation, kept.level, policy, now))
    step = advance(kept, Status.OPEN, policy, now, mute, running)
    if step.clock == kept and not step.moves:
        return
    if cint(escalation.is_drill):
        drills.unanswered(escalation, now)
    else:
        keep_clock(escalation, step.clock)
        _take(escalation, step.moves)


def _where_it_starts_now(escalation: Document, level: str, policy: Policy, now: datetime) -> str:
    """Muted no longer: at this hour it may start at a higher level than when it was muted."""
    names = [row.check_name for row in escalation.checks if not row.cleared_at]
    rows = frappe.get_all(CHECK, {"name": ("in", [*names, ""])}, ["area", "starting_level"])
    own = [cint(row.starting_level) for row in rows]
    starts = policy.level(escalation_policy.start_of({row.area for row in rows}, own, policy, now))
    present = policy.level(level)
    is_higher = rows and starts and present and starts.level > present.level
    return starts.name if is_higher else level


def _take(escalation: Document, moves: tuple[Move, ...]) -> None:
    for each in moves:
        step = move if each.event == "Next Level" else add_event
        step(escalation, each.event, each.note)
    write(escalation)
    kinds = {"Next Level": "Next Level", "Reminded": "Reminder"}
    for each in moves:
        if each.event == "No Longer Muted":
            notifications.tell_anew(escalation)
        elif each.event in kinds:
            notifications.announce(escalation, kinds[each.event])
