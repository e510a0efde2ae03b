"""Changes for the browser tests: python changes_on_site.py SITE ACTION, as on_site.py."""

import json
import sys

import frappe
import on_site

SLOW = "Contact"


def propose() -> dict:
    """An index on a field of Contact that somebody proposes by hand, with markup in all that is free text."""
    from verenigingen_maintenance.operations import changes
    from verenigingen_maintenance.sources import clock

    empty()
    parameters = json.dumps({"doctype": SLOW, "columns": ["designation"]})
    told = {"title": "Index on the end", "kind": "Add Index", "finding": f"Slow {on_site.MARKUP}"}
    told |= {"gain": "Fast", "parameters": parameters}
    name = changes.propose(told, "operator@example.com", clock.now())
    frappe.db.set_value("Maintenance Change", name, "steps", on_site.MARKUP)  # the app writes its own
    return {"change": name}


def empty() -> dict:
    """No change is left, and no index of one."""
    for doctype in ("Maintenance Change", "Maintenance Change Measurement", "Request Recording"):
        frappe.db.delete(doctype)
    frappe.db.delete("Property Setter", {"doc_type": SLOW})
    frappe.db.sql_ddl(f"alter table `tab{SLOW}` drop index if exists designation_index")
    frappe.cache.delete_value(["recorder-intercept", "recorder-config"])
    return {}


def indexed() -> dict:
    """Whether the index is there."""
    rows = frappe.db.sql(f"show index from `tab{SLOW}` where Key_name = 'designation_index'")
    return {"indexed": bool(rows)}


if __name__ == "__main__":
    frappe.init(site=sys.argv[1])
    frappe.connect()
    assert frappe.conf.allow_tests, "this is no site for tests"
    answer = {"propose": propose, "empty": empty, "indexed": indexed}[sys.argv[2]]()
    frappe.db.commit()
    print(json.dumps(answer))
