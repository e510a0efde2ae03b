"""Downtimes of the simulated quarter, and what became of its months' promises: the app computes that."""

from __future__ import annotations

from datetime import timedelta

import frappe
from frappe.utils import add_months, get_first_day
from quarter_plan import WEDNESDAY, Fact, Plan, fact

from verenigingen_maintenance.operations import downtimes, records, service_levels
from verenigingen_maintenance.operations.transactions import commit
from verenigingen_maintenance.sources import clock


def write(plan: Plan) -> None:
    _down(plan, fact("downtime"), downtimes.DOWN, 14)
    _down(plan, fact("planned downtime"), downtimes.PLANNED, 6)
    month = get_first_day(plan.first)
    while month <= plan.today:
        service_levels.compute_month(month, clock.now())
        month = add_months(month, 1)
    commit()


def _down(plan: Plan, planted: Fact, kind: str, hour: int) -> None:
    begins = plan.at(planted.week, WEDNESDAY, hour)
    values = {"doctype": downtimes.DOWNTIME, "kind": kind, "reason": planted.text, "begins": begins}
    values |= {
        "ends": begins + timedelta(seconds=planted.number),
        "key": f"{kind}:{begins:%Y-%m-%d %H:%M:%S}",
    }
    records.insert(frappe.get_doc(values))
