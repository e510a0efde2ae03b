"""Procedures as the rules want them."""

from __future__ import annotations

from datetime import date

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_months, cint, get_time, getdate

from verenigingen_maintenance.core.slots import Cadence, Schedule
from verenigingen_maintenance.operations.refusals import refuse

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


def schedule_of(procedure: Document) -> Schedule:
    """A procedure's cadence and window. Raises CalendarError with what to mend."""
    return Schedule(
        cadence=Cadence(procedure.cadence),
        starts=get_time(procedure.window_starts or "00:00"),
        ends=get_time(procedure.window_ends or "00:00"),
        weekday=WEEKDAYS.index(procedure.weekday or "Monday"),
        nth=cint(procedure.nth) or 1,
        agreed={row.slot: getdate(row.day) for row in procedure.get("agreed_dates") or []},
    )


def with_cadence(cadence: str) -> Document:
    """The enabled procedure of a cadence, such as "daily". Raises frappe.DoesNotExistError."""
    name = frappe.db.get_value("Maintenance Procedure", {"cadence": cadence.title(), "enabled": 1})
    if not name:
        message = _("No procedure with the cadence “{0}” is enabled. There are: {1}.")
        known = ", ".join(sorted({each.cadence.lower() for each in scheduled()}))
        refuse(message, cadence, known or _("none"), kind=frappe.DoesNotExistError)
    return frappe.get_doc("Maintenance Procedure", name)


def scheduled() -> list[Document]:
    """The enabled procedures that have slots."""
    filters = {"enabled": 1, "cadence": ("!=", Cadence.EMERGENCY.value)}
    names = frappe.get_all("Maintenance Procedure", filters=filters, pluck="name", order_by="name")
    return [frappe.get_doc("Maintenance Procedure", name) for name in names]


def next_review(procedure: Document) -> date | None:
    """When the written procedure itself is due for review; None where it asks for none."""
    months = cint(procedure.review_every_months)
    return add_months(getdate(procedure.last_review), months) if months else None
