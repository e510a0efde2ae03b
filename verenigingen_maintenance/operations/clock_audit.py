"""Checks that every open escalation is where its clock says, and escalates when one is not.

Another job does it than the one that moves the clocks, and the pages of the app say it too: what is wrong
with the one must not silence the other.
"""

from __future__ import annotations

from datetime import datetime, timezone

import frappe
from frappe import _
from frappe.query_builder.functions import Coalesce, Max, Min
from frappe.utils import cint

from verenigingen_maintenance.core.clock_audit import ALLOWED, Audited
from verenigingen_maintenance.core.clock_audit import findings as found_in
from verenigingen_maintenance.core.escalation_clock import Clock
from verenigingen_maintenance.core.policy import Policy
from verenigingen_maintenance.operations import escalations, notifications
from verenigingen_maintenance.operations.breaches import Part
from verenigingen_maintenance.operations.escalation_steps import ESCALATION, get
from verenigingen_maintenance.operations.notifications import NOTIFICATION
from verenigingen_maintenance.operations.outbox import due_text
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.operations.transactions import commit, lock

SUBJECT = "Escalation clocks"
PATIENCE = 60
FIELDS = ["name", "clock", "policy", "level", "opened_at"]


def audit(now: datetime) -> None:
    """Escalates what is found; whom nobody was told of is told now."""
    with lock("writing", PATIENCE) as mine:
        if not mine:
            frappe.throw(_("A run is being written for over a minute; the next audit comes all the same."))
        commit()
        if wrong := findings(now):
            _escalate(wrong, now)
            _tell_whom_nobody_told()
        else:
            told = "Each open escalation is where its clock says."
            escalations.clear(SUBJECT, SUBJECT, told)
        commit()


def findings(now: datetime) -> list[str]:
    """What is wrong with the clocks now; read from a web request too."""
    active = bool(cint(frappe.db.get_single_value(SETTINGS, "escalation_active")))
    return [text for _name, audited in _looked_at() for text in found_in(audited, now, active)]


def _looked_at() -> list[tuple[str, Audited]]:
    """The open escalations by name, with what their notifications say: in two statements."""
    rows = _open()
    names = [row.name for row in rows]
    written, untried = _written(names), _untried(names)
    return [(row.name, _audited(row, written, untried)) for row in rows]


def _open() -> list[dict]:
    """Its own escalation is none of those that it looks at."""
    filters = {"status": "Open", "is_drill": 0, "subject": ("!=", SUBJECT)}
    return frappe.get_all(ESCALATION, filters, FIELDS, order_by="opened_at", limit=0)


def _audited(row: dict, written: dict[tuple[str, str], str], untried: dict[str, str]) -> Audited:
    try:
        kept, policy = Clock.from_json(row.clock or ""), Policy.from_json(row.policy or "")
    except (ValueError, KeyError, TypeError):  # which is a finding
        return Audited(row.name, None, None, False)
    last = written.get((row.name, row.level or ""), "")
    return Audited(row.name, kept, policy, last >= due_text(kept.level_since), _moment(untried.get(row.name)))


def _moment(due: str | None) -> datetime | None:
    return datetime.fromtimestamp(int(due), timezone.utc) if due else None


def _written(names: list[str]) -> dict[tuple[str, str], str]:
    """When each level of escalations was written to last; what was put off since counts all the same."""
    table = frappe.qb.DocType(NOTIFICATION)
    query = frappe.qb.from_(table).select(table.escalation, table.level, Max(table.due))
    rows = query.where(table.escalation.isin([*names, ""])).groupby(table.escalation, table.level).run()
    return {(escalation, level or ""): due or "" for escalation, level, due in rows}


def _untried(names: list[str]) -> dict[str, str]:
    """Since when something was not tried: what was decided has a reason, what was tried an attempt, and what
    cannot be sent at all says why."""
    table = frappe.qb.DocType(NOTIFICATION)
    says_nothing = (Coalesce(table.reason, "") == "") & (Coalesce(table.waits_because, "") == "")
    is_untried = (table.status == "Waiting") & (table.attempts == 0) & says_nothing
    query = frappe.qb.from_(table).select(table.escalation, Min(table.due)).groupby(table.escalation)
    return dict(query.where(table.escalation.isin([*names, ""]) & is_untried).run())


def _escalate(wrong: list[str], now: datetime) -> None:
    title = f"Escalations are not where their clocks say: {len(wrong)}"
    part = Part(SUBJECT, title, now - ALLOWED)
    escalations.record(
        escalations.Breach(SUBJECT, title, "\n".join(wrong), now - ALLOWED, now, parts=(part,))
    )


def _tell_whom_nobody_told() -> None:
    for name, audited in _looked_at():
        if audited.clock and not audited.clock.muted and not audited.written:
            notifications.announce(get(name), "Opened")
