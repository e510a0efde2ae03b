"""An emergency in drill mode: its steps are gone through against the clock, and nothing is changed.

What it measures is real, and escalates as ever. It is no emergency: it counts for no procedure's history.
"""

from __future__ import annotations

from frappe import _
from frappe.model.document import Document

from verenigingen_maintenance.core.slots import Cadence
from verenigingen_maintenance.operations.refusals import refuse


def refuse_unless_emergency(procedure: Document) -> None:
    """Only emergencies are practised: the others are done."""
    if procedure.cadence != Cadence.EMERGENCY.value:
        message = _("{0} is no emergency: only those are run as a drill. Open a run of it instead.")
        refuse(message, procedure.name)


def mark(run: Document) -> None:
    """Makes a new run a drill; each command that would change the system is a comment, with a warning first:
    whoever pastes it changes nothing."""
    run.is_drill = 1
    warning = "DRILL: say what it would do, and do not run it. It changes the system."
    for item in run.items:
        if item.changes_system:
            lines = [warning, *(item.command or "").splitlines()]
            item.command = "\n".join(f"# {line}" for line in lines)
