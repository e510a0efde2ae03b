"""A run by hand: the open run of the slot, or one outside any slot."""

from __future__ import annotations

from datetime import datetime

import frappe
from frappe import _
from frappe.model.document import Document

from verenigingen_maintenance.core.slots import open_slot
from verenigingen_maintenance.operations import drill_runs, open_run, procedures, settings
from verenigingen_maintenance.operations.measure_run import measure
from verenigingen_maintenance.operations.open_run import RUN
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.operations.transactions import commit

PROCEDURE = "Maintenance Procedure"


def run_now(cadence: str, now: datetime) -> str:
    """Open (or find) the run of a cadence, measure it, and return its name."""
    name = find_or_open(cadence, now)
    measure_now(name, now)
    return name


def measure_now(name: str, now: datetime) -> None:
    """Measure a run that was just opened, which must be there first: a kill would lose it."""
    commit()
    measure(name, now)


def find_or_open(cadence: str, now: datetime) -> str:
    """The same for the enabled procedure of a cadence."""
    return _find_or_open(procedures.with_cadence(cadence), now)


def find_or_open_procedure(name: str, now: datetime, drill: bool = False) -> str:
    """The slot's run while it is open; when there is no slot now, or its run is closed: an AD-HOC run.

    A `drill` is a run of its own, and only of an emergency.
    """
    if not frappe.db.exists(PROCEDURE, name):
        refuse(_("There is no procedure {0}."), name, kind=frappe.DoesNotExistError)
    procedure = frappe.get_doc(PROCEDURE, name)
    if not drill:
        return _find_or_open(procedure, now)
    drill_runs.refuse_unless_emergency(procedure)
    return open_run.open_ad_hoc(procedure, now, drill=True)


def _find_or_open(procedure: Document, now: datetime) -> str:
    slot = open_slot(procedures.schedule_of(procedure), settings.calendar(), now)
    if procedure.enabled and slot and frappe.db.get_value(RUN, slot.name, "status") in (None, "Open"):
        return open_run.open_for_slot(procedure, slot, now)
    return open_run.open_ad_hoc(procedure, now)
