"""Escalations as history has them, written past the operations that make them."""

from datetime import timedelta

import frappe

from verenigingen_maintenance.sources import clock

ESCALATION, CHECK_ROW, EVENT = (
    "Maintenance Escalation",
    "Maintenance Escalation Check",
    "Maintenance Escalation Event",
)
CLOSED = ("Resolved", "False Positive", "Closed")


def escalation(
    status="Resolved", ago=timedelta(days=2), acknowledged=None, closed=None, checks=(), ups=0, **values
):
    """Opened so long ago; acknowledged and closed so many minutes later. Returns its name.

    A check is its name, or a pair of name and worst value.
    """
    opened = clock.now() - ago
    document = frappe.get_doc({"doctype": ESCALATION, "status": status, "level": "level-1", **values})
    document.update({"title": values.get("title", "Slow"), "subject": values.get("subject", "API response")})
    document.opened_at = clock.stored(opened)
    for field, minutes in (("acknowledged_at", acknowledged), ("closed_at", closed)):
        if minutes is not None:
            document.set(field, clock.stored(opened + timedelta(minutes=minutes)))
    document.set_new_name()
    document.open_key = None if status in CLOSED else document.name
    document.db_insert()
    for each in checks:
        _row(CHECK_ROW, document.name, "checks", _check(each))
    for _number in range(ups):
        _row(EVENT, document.name, "events", {"event": "Next Level"})
    return document.name


def history(check, noise, real, **values):
    """Escalations of one check, hours apart: false positives with these worst values, and resolved ones."""
    for hours, (worst, status) in enumerate(
        [*((worst, "False Positive") for worst in noise), *((worst, "Resolved") for worst in real)]
    ):
        escalation(status, timedelta(days=1, hours=hours), closed=5, checks=[(check, worst)], **values)
    frappe.db.commit()


def _check(each):
    name, worst = (each, 1) if isinstance(each, str) else each
    check = frappe.get_doc("Maintenance Check", name)
    rule = {"unit": check.unit, "critical": check.critical or "> 0", "threshold_version": check.version}
    return {"check_name": name, "title": check.title, "worst": worst, **rule}


def _row(doctype, parent, field, values):
    row = frappe.get_doc({"doctype": doctype, "parenttype": ESCALATION, "parent": parent, **values})
    row.update({"parentfield": field, "idx": 1})
    row.set_new_name()
    row.db_insert()
