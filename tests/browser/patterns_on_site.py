"""Error patterns for the browser tests: python patterns_on_site.py SITE ACTION [ARGUMENT], as on_site.py."""

import json
import sys

import frappe
import on_site
from frappe.utils import add_to_date, now_datetime
from frappe.utils.password import update_password

SYSADMIN = "sysadmin@example.com"
TRACEBACK = """Traceback (most recent call last):
  File "apps/verenigingen/verenigingen/doctype/member/member.py", line 12, in pay
    provider.pay()
PaymentRefused: the provider refused
"""


def make_patterns(password: str) -> dict:
    """Three patterns and one that goes on in another; of one a log is deleted, of one each text is markup."""
    empty()
    _add_system_manager(password)
    _count_from(add_to_date(now_datetime(), days=-30))
    made = {
        "payment": _pattern_of("Payment failed", TRACEBACK, 4),
        "mailbox": _pattern_of("The mailbox is full", "The mailbox of the office is full today", 2),
        "marked": _pattern_of("The printer burns", "The printer of the office burns again", 1),
        "former": _pattern_of("The scanner hums", "The scanner of the office hums as always", 1),
    }
    _change(made["former"], {"continues_in": made["mailbox"]})
    _change(made["marked"], dict.fromkeys(("title", "exception", "area", "place", "sample"), on_site.MARKUP))
    logs = frappe.get_all(
        "Ingested Error", {"pattern": made["mailbox"]}, pluck="name", order_by="creation desc"
    )
    frappe.db.delete("Error Log", logs[0])
    return {**made, "gone": logs[0], "there": logs[1]}


def empty() -> dict:
    """Nothing is left of what was counted, nor any share in a log: it lets its user read Error Log."""
    on_site.empty()
    _count_from("")
    if frappe.db.exists("User", SYSADMIN):
        frappe.get_doc("User", SYSADMIN).remove_roles("Maintenance Operator")
    frappe.db.delete("Comment", {"reference_doctype": "Error Pattern"})
    frappe.db.delete("ToDo", {"reference_type": "Error Pattern"})
    frappe.db.delete("DocShare", {"share_doctype": "Error Log"})
    frappe.clear_cache()
    return {}


def _count_from(moment: object) -> None:
    """Since when errors are counted: what was before is no day without errors."""
    frappe.db.set_single_value("Maintenance Settings", "errors_counted_from", str(moment))


def _pattern_of(title: str, text: str, times: int) -> str:
    from verenigingen_maintenance.operations import ingest_errors
    from verenigingen_maintenance.sources import clock

    for _each in range(times):
        log = frappe.log_error(title, text)
    frappe.db.commit()
    ingest_errors.ingest(clock.now())
    return frappe.db.get_value("Ingested Error", log.name, "pattern")


def _change(pattern: str, values: dict) -> None:
    frappe.db.set_value("Error Pattern", pattern, values, update_modified=False)


def _add_system_manager(password: str) -> None:
    """A Maintenance Operator who may read Error Log too."""
    if not frappe.db.exists("User", SYSADMIN):
        person = {"doctype": "User", "email": SYSADMIN, "first_name": "sysadmin", "send_welcome_email": 0}
        frappe.get_doc(person).insert()
    frappe.get_doc("User", SYSADMIN).add_roles("System Manager", "Maintenance Operator")
    update_password(SYSADMIN, password)


if __name__ == "__main__":
    frappe.init(site=sys.argv[1])
    frappe.connect()
    assert frappe.conf.allow_tests, "this is no site for tests"
    answer = {"make_patterns": make_patterns, "empty": empty}[sys.argv[2]](*sys.argv[3:])
    frappe.db.commit()
    frappe.destroy()
    print(json.dumps(answer))
