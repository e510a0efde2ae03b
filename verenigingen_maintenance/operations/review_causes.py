"""What makes procedures due for review: thresholds, contacts, levels; an emergency, an incident."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import frappe
from frappe.model.document import Document
from frappe.utils import cint

from verenigingen_maintenance.core.review_marks import changed, filled
from verenigingen_maintenance.core.slots import Cadence
from verenigingen_maintenance.operations.procedure_reviews import PROCEDURE, mark

OF_A_CHECK = ("critical", "warning", "clear", "breaches", "clears", "starting_level", "enabled")
OF_A_LEVEL = (
    *("level", "title", "contact", "role", "phone", "contract"),
    *("response_in_hours", "response_after_hours", "grace_minutes"),
)
OF_A_CONTACT = ("full_name", "phone", "email", "around_the_clock")
EMERGENCY = Cadence.EMERGENCY.value


def of_check(check: Document) -> None:
    """For the controller: whoever changes when a check is a breach makes the procedures that use it due."""
    before = check.get_doc_before_save()
    if before and (told := changed(_values(before), _values(check), _labels(check, OF_A_CHECK))):
        mark(_using([check.name]), f"Check “{check.title}”: {told}")


def of_level(level: Document) -> None:
    """For the controller: who is reached at a level, and how soon; a new one that the app did not bring."""
    before = level.get_doc_before_save()
    if before is None and not level.flags.by_app:
        mark(_escalating(), f"Escalation Level “{level.title}” is new")
    if before:
        before.level = abs(cint(before.level))  # below zero while an import exchanges the numbers of two
    if before and (told := changed(_values(before), _values(level), _labels(level, OF_A_LEVEL))):
        mark(_escalating(), f"Escalation Level “{level.title}”: {told}")


def of_contact(contact: Document) -> bool:
    """For the controller: whom to call; what is new of it is told without the name or the number.

    Returns whether it was changed. What the app brings to a new site is no change.
    """
    before = contact.get_doc_before_save()
    if before is None and contact.flags.by_app:
        return False
    old = _values(before) if before else {}
    told = filled(old, _values(contact), _labels(contact, OF_A_CONTACT))
    if told:
        mark(_escalating(), f"Emergency Contact “{contact.name}”: {told}")
    return bool(told)


def of_contact_gone(contact: Document) -> None:
    """For the controller: nobody is called by it any more."""
    mark(_escalating(), f"Emergency Contact “{contact.name}” was deleted")


def of_settings(settings: Document) -> None:
    """For the controller: at which level what breaks begins. The first save of a site brings them."""
    before = settings.get_doc_before_save()
    if before is None or not before.shipped:
        return
    old, new = _starts(before), _starts(settings)
    if told := changed(old, new, {area: area for area in (*old, *new)}):
        mark(_escalating(), f"Starting levels: {told}")


def of_run(run: Document) -> None:
    """For the controller: an emergency that was real and is over is gone through (Post-Incident Review)."""
    cadence = frappe.db.get_value(PROCEDURE, run.procedure, "cadence")
    if cadence == EMERGENCY and not run.is_drill:
        mark([run.procedure], f"{run.name} was an emergency, and is over")


def of_incident(incident: Document) -> None:
    """For when one is resolved: its procedure is gone through, unless it was a drill or a false alarm."""
    is_real = not cint(incident.is_drill) and not cint(incident.false_alarm)
    if is_real and incident.procedure and frappe.db.exists(PROCEDURE, incident.procedure):
        mark([incident.procedure], f"{incident.name} “{incident.title}” was an emergency"[:300])


def of_escalation(escalation: Document) -> None:
    """One that was real is closed: the emergencies that name its checks, else what else does."""
    names = [row.check_name for row in escalation.checks if row.check_name]
    using = _using(names)
    emergencies = frappe.get_all(
        PROCEDURE, {"name": ("in", using or [""]), "cadence": EMERGENCY}, pluck="name"
    )
    told = f"{escalation.name} “{escalation.title}” was real: {escalation.review}"
    mark(emergencies or using, told[:300])


def _using(checks: Iterable[str]) -> list[str]:
    """The enabled procedures that use some checks."""
    row, procedure = frappe.qb.DocType("Maintenance Task Check"), frappe.qb.DocType(PROCEDURE)
    query = frappe.qb.from_(row).join(procedure).on(procedure.name == row.parent).select(procedure.name)
    wanted = list(checks) or [""]
    return [
        name
        for (name,) in query.distinct().where(row.check_name.isin(wanted) & (procedure.enabled == 1)).run()
    ]


def _escalating() -> list[str]:
    """The enabled emergencies, and what says when to escalate."""
    group, procedure = frappe.qb.DocType("Maintenance Task Group"), frappe.qb.DocType(PROCEDURE)
    says_when = (procedure.cadence == EMERGENCY) | (group.escalation_criteria != "")
    query = frappe.qb.from_(procedure).left_join(group).on(group.parent == procedure.name)
    rows = query.select(procedure.name).distinct().where((procedure.enabled == 1) & says_when).run()
    return [name for (name,) in rows]


def _starts(settings: Document) -> dict[str, str]:
    """The levels of each area, such as "1, after hours 2"."""
    rows = settings.starting_levels
    return {row.area: f"{cint(row.in_hours)}, after hours {cint(row.after_hours)}" for row in rows}


def _labels(document: Document, fields: Iterable[str]) -> dict[str, str]:
    return {field: (document.meta.get_label(field)) for field in fields}


def _values(document: Document) -> Mapping[str, object]:
    """Numbers as numbers: a form sends text, and an empty one is nought."""
    numbers = {each.fieldname for each in document.meta.fields if each.fieldtype in ("Int", "Check")}
    return {
        each.fieldname: cint(document.get(each.fieldname))
        if each.fieldname in numbers
        else document.get(each.fieldname)
        for each in document.meta.fields
    }
