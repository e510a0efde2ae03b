"""A run by hand: the open run of the slot, or one outside any slot."""

from __future__ import annotations

from datetime import datetime

import frappe

from verenigingen_maintenance.core.slots import open_slot
from verenigingen_maintenance.operations import open_run, procedures, settings
from verenigingen_maintenance.operations.measure_run import measure
from verenigingen_maintenance.operations.open_run import RUN
from verenigingen_maintenance.operations.transactions import commit


def run_now(cadence: str, now: datetime) -> str:
    """Open (or find) the run of a cadence, measure it, and return its name."""
    name = find_or_open(cadence, now)
    commit()
    measure(name, now)
    return name


def find_or_open(cadence: str, now: datetime) -> str:
    """The slot's run while it is open; when there is no slot now, or its run is closed: an AD-HOC run."""
    procedure = procedures.with_cadence(cadence)
    slot = open_slot(procedures.schedule_of(procedure), settings.calendar(), now)
    if slot and frappe.db.get_value(RUN, slot.name, "status") in (None, "Open"):
        return open_run.open_for_slot(procedure, slot, now)
    return open_run.open_ad_hoc(procedure, now)
