"""What test_security_in_desk.py does to its site from within: python security_on_site.py SITE ACTION."""

import json
import sys
from datetime import timedelta

import frappe

ASSESSMENT, SCRIPT = "Security Assessment", '<img src=x onerror="window.pwned=1">'


def assess_a_week_ago() -> dict:
    """An assessment of a week ago; since then a Server Script whose name is markup, that guests may call."""
    from verenigingen_maintenance.operations import security_assessment
    from verenigingen_maintenance.sources import clock

    empty()
    name = security_assessment.keep(clock.now() - timedelta(days=7))
    script = {"doctype": "Server Script", "name": SCRIPT, "script_type": "API", "allow_guest": 1}
    frappe.get_doc({**script, "script": "pass", "api_method": "x"}).db_insert()
    return {"name": name, "today": f"SEC-{clock.stored(clock.now()):%Y-%m-%d}"}


def empty() -> dict:
    for name in frappe.get_all("File", {"attached_to_doctype": ASSESSMENT}, pluck="name"):
        frappe.delete_doc("File", name)
    frappe.db.delete(ASSESSMENT)
    frappe.db.delete("Server Script", {"name": SCRIPT})
    return {}


if __name__ == "__main__":
    frappe.init(site=sys.argv[1])
    frappe.connect()
    assert frappe.conf.allow_tests, "this is no site for tests"
    answer = {"assess_a_week_ago": assess_a_week_ago, "empty": empty}[sys.argv[2]]()
    frappe.db.commit()
    frappe.destroy()
    print(json.dumps(answer))
