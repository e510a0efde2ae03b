"""What the browser tests do to their site from within: python on_site.py SITE ACTION [ARGUMENT].

Run by the bench's Python in its sites directory. Prints its answer as JSON on the last line.
"""

import inspect
import json
import sys

import frappe
from frappe.utils.password import update_password

ROLES = {
    "manager": ["Maintenance Manager"],
    "operator": ["Maintenance Operator"],
    "auditor": ["Maintenance Auditor"],
    "deskuser": ["Inbox User"],  # gets into Desk, and has nothing to do with maintenance
    "member": [],
}
MARKUP = '<img src=x onerror="window.pwned=1">'
MADE = ("Checklist Run", "Maintenance Escalation")


def add_users(password: str) -> dict:
    for name, roles in ROLES.items():
        email = f"{name}@example.com"
        if not frappe.db.exists("User", email):
            person = {"doctype": "User", "email": email, "first_name": name, "send_welcome_email": 0}
            frappe.get_doc({**person, "user_type": "Website User"}).insert().add_roles(*roles)
        update_password(email, password)
    types = dict(frappe.get_all("User", fields=["name", "user_type"], as_list=True))
    assert types["deskuser@example.com"] == "System User"
    assert types["member@example.com"] == "Website User"
    return {}


def empty() -> dict:
    """No run, escalation or error is left, those that wait in Redis included."""
    for doctype in MADE:
        for table in [doctype, *(field.options for field in frappe.get_meta(doctype).get_table_fields())]:
            frappe.db.delete(table)
    frappe.db.delete("Error Log")
    frappe.cache.delete_key("insert_queue_for_Error Log")
    return {}


def make_trouble() -> dict:
    """Today's run over 60 errors and nothing else: 40 in Error Log, and 20 that wait in Redis as those of web
    requests do. Their title is markup, which nothing has sanitised yet (a saved document's is)."""
    from verenigingen_maintenance.operations import reports, run_now
    from verenigingen_maintenance.sources import clock

    empty()
    for _each in range(40):
        frappe.log_error(title="Connection lost", message="made by tests/browser")
    for _each in range(20):
        frappe.log_error(title=MARKUP, message="made by tests/browser", defer_insert=True)
    return reports.describe_run(run_now.run_now("daily", clock.now()))


def list_doors() -> dict:
    """The whitelisted methods of api.py with their verbs and parameters, and the module's DocTypes."""
    from verenigingen_maintenance import api

    verbs = frappe.allowed_http_methods_for_whitelisted_func
    methods = [
        {"name": name, "verbs": verbs[function], "parameters": list(inspect.signature(function).parameters)}
        for name, function in inspect.getmembers(api, inspect.isfunction)
        if function in frappe.whitelisted and function.__module__ == api.__name__
    ]
    module = {"module": "Verenigingen Maintenance"}
    return {"methods": methods, "doctypes": frappe.get_all("DocType", filters=module, pluck="name")}


ACTIONS = {action.__name__: action for action in (add_users, empty, make_trouble, list_doors)}

if __name__ == "__main__":
    frappe.init(site=sys.argv[1])
    frappe.connect()
    assert frappe.conf.allow_tests, "this is no site for tests"
    answer = ACTIONS[sys.argv[2]](*sys.argv[3:])
    frappe.db.commit()
    frappe.destroy()
    print(json.dumps(answer, default=str))
