"""What people did in the simulated quarter beside runs: a training with a drill, a version approved,
a review, and actions of runs, of which one was done and one is overdue."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import frappe
from quarter_plan import FRIDAY, MANAGER, MONDAY, OPERATOR, THURSDAY, TUESDAY, WEEKS, Plan, fact

from verenigingen_maintenance.operations import procedure_versions

RUN, SESSION, PROCEDURE = "Checklist Run", "Training Session", "Maintenance Procedure"
DAILY, WEEKLY = "Daily Maintenance", "Weekly Maintenance"
DONE = "Tell the bank what its new format breaks"


def write(plan: Plan) -> None:
    trained = fact("training")
    _train(plan.at(trained.week, TUESDAY, 14), plan)
    _approve(plan.at(6, FRIDAY, 11))
    _review(plan.at(WEEKS, MONDAY, 10))
    _action(DONE, plan.at(8, MONDAY, 9), plan.at(8, THURSDAY, 15))
    _action(fact("overdue action").text, plan.at(WEEKS, MONDAY, 9), None)
    frappe.db.commit()


def _train(moment: datetime, plan: Plan) -> None:
    values = {"name": f"TRAIN-{moment.date()}", "date": moment.date(), "led_by": MANAGER, "status": "Closed"}
    drill = frappe.db.get_value("Maintenance Escalation", {"is_drill": 1})
    session = frappe.get_doc({"doctype": SESSION, **values, "practised_escalation": drill})
    session.update(
        {"topics": "What week 7 was", "closed_by": MANAGER, "closed_at": moment, "creation": moment}
    )
    session.db_insert()
    for number, user in enumerate((OPERATOR, MANAGER), 1):
        there = {"user": user, "present": 1, "confirmed": 1, "confirmed_at": moment, "access": "OK"}
        _row(session, "Training Participant", "participants", number, there)


def _approve(moment: datetime) -> None:
    name = frappe.get_all(procedure_versions.VERSION, {"procedure": DAILY}, pluck="name", limit=1)[0]
    values = {"status": procedure_versions.APPROVED, "approved_by": MANAGER, "approved_at": moment}
    frappe.db.set_value(procedure_versions.VERSION, name, values, update_modified=False)


def _review(moment: datetime) -> None:
    values = {"at": moment, "by_user": MANAGER, "version": 1, "outcome": "Unchanged", "note": "It holds."}
    _row(frappe.get_doc(PROCEDURE, WEEKLY), "Procedure Review", "reviews", 1, values)


def _action(what: str, made: datetime, done: datetime | None) -> None:
    """A ToDo of the weekly run of that Monday, or of the latest before it."""
    filters = {"procedure": WEEKLY, "due_from": ("<=", made + timedelta(hours=9)), "status": "Signed"}
    run = frappe.get_all(RUN, filters, pluck="name", order_by="due_from desc", limit=1)[0]
    due = (made + timedelta(days=4)).date()
    about = {"reference_type": RUN, "reference_name": run, "date": due, "allocated_to": OPERATOR}
    values = {"description": what, "status": "Closed" if done else "Open", "creation": made}
    todo = frappe.get_doc({"doctype": "ToDo", **about, **values, "modified": done or made})
    todo.set_new_name()
    todo.db_insert()
    action = {"todo": todo.name, "title": what, "from_run": run, "allocated_to": OPERATOR, "due": due}
    _row(frappe.get_doc(RUN, run), "Checklist Run Action", "run_actions", 1, action)


def _row(parent: Any, doctype: str, field: str, number: int, values: dict[str, Any]) -> None:
    row = frappe.get_doc({"doctype": doctype, "parent": parent.name, "parenttype": parent.doctype, **values})
    row.update({"parentfield": field, "idx": number})
    row.set_new_name()
    row.db_insert()
