"""What the dashboard shows in the browser tests: python dashboard_on_site.py SITE ACTION, as on_site.py."""

import json
import sys

import frappe
import on_site
from frappe.utils import add_to_date, now_datetime

ESCALATION, PATTERN = "Maintenance Escalation", "Error Pattern"


def make_hostile() -> dict:
    """Today's run, an emergency, an escalation, a pattern, areas and promises, with markup in every text."""
    found = on_site.make_trouble()
    on_site.put_markup(found["run"])
    for each in found["escalations"]:
        frappe.db.set_value(
            ESCALATION, each["name"], {"title": on_site.MARKUP, "muted_because": on_site.MARKUP}
        )
    pattern = frappe.get_all(PATTERN, pluck="name", limit=1)[0]
    frappe.db.set_value(PATTERN, pattern, {"title": on_site.MARKUP, "state": "New", "severity": "High"})
    _compliance()
    _promises()
    return {"run": found["run"], "pattern": pattern, "incident": _incident()}


def escalate(title: str) -> dict:
    """One escalation more, which is open."""
    now = now_datetime()
    values = {"title": title, "subject": title, "status": "Open", "level": "level-1", "opened_at": now}
    document = frappe.get_doc({"doctype": ESCALATION, "open_key": title[:140], **values})
    document.set_new_name()
    document.db_insert()
    return {"name": document.name}


def forget() -> dict:
    """As before."""
    for doctype in (
        "Maintenance Incident",
        "Compliance Assessment",
        "Compliance Area",
        "Monthly Service Level",
    ):
        frappe.db.delete(doctype)
    frappe.db.delete("Monthly Service Level Figure")
    return on_site.empty()


def _incident() -> str:
    values = {"title": on_site.MARKUP, "status": "Open", "severity": "Major", "trigger": "By Hand"}
    times = dict.fromkeys(("began_at", "opened_at"), add_to_date(now_datetime(), minutes=-7))
    document = frappe.get_doc({"doctype": "Maintenance Incident", **values, **times})
    document.update({"procedure": "Critical System Failure", "open_key": "Critical System Failure"})
    document.set_new_name()
    document.db_insert()
    return document.name


def _compliance() -> None:
    now = now_datetime()
    name = f"{now:%Y-%m-%d}"
    values = {"name": name, "day": now.date(), "score": "50", "assessed_at": now, "measured": on_site.MARKUP}
    frappe.get_doc({"doctype": "Compliance Assessment", "first_at": now, **values}).db_insert()
    row = {"parent": name, "parenttype": "Compliance Assessment", "parentfield": "areas", "idx": 1}
    texts = {"area": "sepa", "title": on_site.MARKUP, "told": on_site.MARKUP, "verdict": "WARNING"}
    area = frappe.get_doc({"doctype": "Compliance Area", **row, **texts, "score": "50", "controls": "[]"})
    area.set_new_name()
    area.db_insert()


def _promises() -> None:
    now = now_datetime()
    name = f"{now:%Y-%m}"
    month = {"name": name, "month": now.date().replace(day=1), "computed_at": now}
    frappe.get_doc({"doctype": "Monthly Service Level", **month}).db_insert()
    texts = dict.fromkeys(("title", "span", "value", "target", "detail"), on_site.MARKUP)
    row = {"parent": name, "parenttype": "Monthly Service Level", "parentfield": "figures", "idx": 1}
    figure = frappe.get_doc({"doctype": "Monthly Service Level Figure", **row, **texts, "verdict": "OK"})
    figure.set_new_name()
    figure.db_insert()


ACTIONS = {action.__name__: action for action in (make_hostile, escalate, forget)}

if __name__ == "__main__":
    frappe.init(site=sys.argv[1])
    frappe.connect()
    assert frappe.conf.allow_tests, "this is no site for tests"
    answer = ACTIONS[sys.argv[2]](*sys.argv[3:])
    frappe.db.commit()
    frappe.destroy()
    print(json.dumps(answer, default=str))
