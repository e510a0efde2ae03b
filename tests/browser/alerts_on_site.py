"""Escalations and a proposal for the browser tests: python alerts_on_site.py SITE ACTION, as on_site.py."""

import json
import sys
from datetime import timedelta

import frappe
import on_site

CHECK = "api_response_now"


def make_history() -> dict:
    """41 alerts of the API's response, of which two were real; and the proposal they speak for."""
    from verenigingen_maintenance.operations import threshold_proposals
    from verenigingen_maintenance.sources import clock

    empty()
    frappe.get_doc("Maintenance Check", CHECK).update({"warning": "", "critical": "> 200"}).save()
    for number, worst in enumerate([245, 380, 250, *range(201, 239)]):
        _escalation(worst, clock.now() - timedelta(hours=4 * number + 1), is_real=number < 2)
    frappe.db.commit()
    (proposal,) = threshold_proposals.propose(clock.now())
    return {"proposal": proposal, "title": on_site.MARKUP}


def _escalation(worst: float, opened, is_real: bool) -> None:
    from verenigingen_maintenance.sources import clock

    moments = {"opened_at": opened, "closed_at": opened + timedelta(minutes=30)}
    document = frappe.get_doc(
        {
            "doctype": "Maintenance Escalation",
            **{"title": on_site.MARKUP, "subject": on_site.MARKUP, "level": "level-2"},
            "status": "Resolved" if is_real else "False Positive",
            **{field: clock.stored(moment) for field, moment in moments.items()},
        }
    )
    document.set_new_name()
    document.db_insert()
    of_parent = {"parent": document.name, "parenttype": document.doctype, "parentfield": "checks", "idx": 1}
    measured = {"check_name": CHECK, "worst": worst, "unit": "ms", "critical": "> 200"}
    row = frappe.get_doc({"doctype": "Maintenance Escalation Check", **of_parent, **measured})
    row.set_new_name()
    row.db_insert()


def empty() -> dict:
    """No proposal and no escalation is left; the check is as the runbook has it."""
    on_site.empty()
    frappe.db.delete("Threshold Proposal")
    frappe.get_doc("Maintenance Check", CHECK).update({"warning": ">= 200", "critical": "> 500"}).save()
    return {}


if __name__ == "__main__":
    frappe.init(site=sys.argv[1])
    frappe.connect()
    assert frappe.conf.allow_tests, "this is no site for tests"
    answer = {"make_history": make_history, "empty": empty}[sys.argv[2]]()
    frappe.db.commit()
    frappe.destroy()
    print(json.dumps(answer))
