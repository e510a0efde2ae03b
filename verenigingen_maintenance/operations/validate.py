"""What a user may not save, and what to write instead."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

from verenigingen_maintenance import sources
from verenigingen_maintenance.core.calendar import CalendarError
from verenigingen_maintenance.core.slots import Cadence
from verenigingen_maintenance.operations import procedures, settings
from verenigingen_maintenance.operations.checks import LONGEST_TIMEOUT, Spec
from verenigingen_maintenance.operations.refusals import refuse


def refuse_bad_check(check: Document) -> None:
    """Thresholds that cross or cannot be read, a duration below one, a source that is not there."""
    if not 1 <= (check.timeout_seconds or 10) <= LONGEST_TIMEOUT:
        refuse(_("The time-out is 1 to {0} seconds."), LONGEST_TIMEOUT)
    if min(_count(check.breaches), _count(check.clears)) < 1:
        frappe.throw(_("A duration rule counts in whole numbers from 1: 1 means “at once”."))
    try:
        _rule = Spec.of(check).rule
        sources.find(check.source)
    except ValueError as error:
        refuse("{0}", error)


def refuse_bad_procedure(procedure: Document) -> None:
    """A window that ends before it begins; a row that names a group, task or box that is not there."""
    try:
        procedures.schedule_of(procedure)
    except (CalendarError, ValueError) as error:
        refuse("{0}", error)
    _refuse_second_of_cadence(procedure)
    boxes = {line.strip() for line in (procedure.boxes or "").splitlines() if line.strip()}
    groups = {row.title for row in procedure.task_groups}
    tasks = {row.title for row in procedure.tasks}
    for row in procedure.tasks:
        _refuse_unless_there(row, "task_group", groups)
        _refuse_unless_there(row, "box", boxes | {""})
    for row in procedure.checks:
        _refuse_unless_there(row, "task", tasks)
        _refuse_unless_there(row, "box", boxes)


def refuse_bad_settings(document: Document) -> None:
    """A business day that ends before it begins; the same holiday twice."""
    days = [str(row.day) for row in document.holidays]
    if twice := {day for day in days if days.count(day) > 1}:
        refuse(_("These holidays are listed twice: {0}."), ", ".join(sorted(twice)))
    opens, closes = settings.business_hours(document)
    if opens >= closes:
        message = _("The business day ends at {0}, before it begins at {1}.")
        refuse(message, f"{closes:%H:%M}", f"{opens:%H:%M}")


def _refuse_second_of_cadence(procedure: Document) -> None:
    """Slots are named by cadence: two procedures would take each other's runs for their own."""
    if not procedure.enabled or procedure.cadence == Cadence.EMERGENCY.value:
        return
    filters = {"cadence": procedure.cadence, "enabled": 1, "name": ("!=", procedure.name)}
    if other := frappe.db.get_value("Maintenance Procedure", filters):
        refuse(_("{0} is {1} and enabled already. Switch it off first."), other, procedure.cadence)


def _count(value: int | None) -> int:
    return 1 if value is None else int(value)


def _refuse_unless_there(row: Document, field: str, known: set[str]) -> None:
    if (row.get(field) or "") not in known:
        label = row.meta.get_label(field)
        message = _("Row {0} of {1}: {2} “{3}” is not in this procedure.")
        refuse(message, row.idx, row.parentfield, label, row.get(field) or "")
