"""What the scheduler does with runs: record the missed, tell what is due, open it, measure the unmeasured."""

from __future__ import annotations

from datetime import datetime, timedelta

import frappe
from frappe.model.document import Document
from frappe.utils import cint

from verenigingen_maintenance.core.calendar import BusinessCalendar
from verenigingen_maintenance.core.slots import lapsed_slots, open_slot
from verenigingen_maintenance.operations import open_run, procedures, records, run_notices, settings
from verenigingen_maintenance.operations.measure_run import measure_if_due
from verenigingen_maintenance.operations.open_run import RUN
from verenigingen_maintenance.operations.transactions import commit
from verenigingen_maintenance.sources import clock

FURTHEST_BACK = timedelta(days=90)


def tend(now: datetime) -> None:
    """Bring all runs up to `now`. Repeating changes nothing; what a killed one left, the next finishes.

    A procedure that fails is logged and does not keep the others from their turn; the job then fails too.
    What cannot be told keeps no run from being opened, nor the other way about.
    """
    calendar, failed = settings.calendar(), []
    for procedure in procedures.scheduled():
        for step in (_bring_up_to, run_notices.tell):
            try:
                _renew(procedure)
                step(procedure, calendar, now)
            except Exception:  # noqa: BLE001 - raised below, once the others had their turn
                frappe.db.rollback()
                frappe.log_error(f"Runs of {procedure.name}"[:140])
                failed.append(procedure.name)
    if failed:
        raise RuntimeError(f"Not tended, see Error Log: {', '.join(dict.fromkeys(failed))}")


def _renew(procedure: Document) -> None:
    """As it is by now: measuring those before it takes minutes, in which people agree on another date."""
    commit()
    procedure.reload()


def _bring_up_to(procedure: Document, calendar: BusinessCalendar, now: datetime) -> None:
    _record_missed(procedure, calendar, now)
    _open_and_measure(procedure, calendar, now)


def _open_and_measure(procedure: Document, calendar: BusinessCalendar, now: datetime) -> None:
    slot = open_slot(procedures.schedule_of(procedure), calendar, now)
    ahead = timedelta(minutes=cint(frappe.db.get_single_value(settings.SETTINGS, "open_minutes_before")))
    if slot and now >= slot.due_from - ahead and slot.due_until >= _active_since(procedure, now):
        run = open_run.open_for_slot(procedure, slot, now)
        commit()
        measure_if_due(run, slot.due_from - ahead)


def _active_since(procedure: Document, now: datetime) -> datetime:
    """Slots whose window was over before this are not due."""
    return clock.instant(procedure.active_since or clock.stored(now))


def _record_missed(procedure: Document, calendar: BusinessCalendar, now: datetime) -> None:
    since = max(_active_since(procedure, now), now - FURTHEST_BACK)
    lapsed = list(lapsed_slots(procedures.schedule_of(procedure), calendar, since, now))
    statuses = _statuses([slot.name for slot in lapsed])
    for slot in lapsed:
        if slot.name not in statuses:
            open_run.record_missed(procedure, slot, now)
        elif statuses[slot.name] == ("Open", None):
            _mark_missed(slot.name)
    commit()


def _statuses(names: list[str]) -> dict[str, tuple]:
    if not names:
        return {}
    rows = frappe.get_all(
        RUN, filters={"name": ("in", names)}, fields=["name", "status", "measured_at"], limit=len(names)
    )
    return {row.name: (row.status, row.measured_at) for row in rows}


def _mark_missed(name: str) -> None:
    """A run that was opened and never measured proves nothing: what is read now belongs to another day."""
    run = frappe.get_doc(RUN, name, for_update=True)
    run.update({"status": "Missed", "verdict": "UNKNOWN"})
    records.write(run)
