"""A sample belongs to a metric, which is named by its source; members are compared with what is usual now."""

from __future__ import annotations

import json

import frappe

SAMPLES = {
    "database_response": "mariadb.response_time",
    "members_active": "verenigingen.active_members",
    "redis_keyspace_hits": "redis_cache.hits",
    "redis_keyspace_misses": "redis_cache.misses",
}
OF_ANOTHER_KIND = "api_response"
OLD, NEW = "active_members_change", "members_off_usual"
RULE = {"source": "verenigingen.members_off_usual", "unit": "usual deviations", "warning": "> 3.5"}
CHECK, PROCEDURE, SETTINGS = "Maintenance Check", "Maintenance Procedure", "Maintenance Settings"
RUN, ITEM = "Checklist Run", "Checklist Run Item"


def execute() -> None:
    for before, after in SAMPLES.items():
        frappe.db.sql("update `tabMetric Sample` set metric = %s where metric = %s", (after, before))
    frappe.db.delete("Metric Sample", {"metric": OF_ANOTHER_KIND})
    if frappe.db.exists(CHECK, OLD) and not frappe.db.exists(CHECK, NEW):
        frappe.rename_doc(CHECK, OLD, NEW, force=True, show_alert=False)
        frappe.db.set_value(CHECK, NEW, RULE, update_modified=False)
    _rename_in_what_was_seeded()
    _move_rules_of_open_runs()


def _rename_in_what_was_seeded() -> None:
    for name, shipped in frappe.get_all(PROCEDURE, fields=["name", "shipped"], as_list=True):
        frappe.db.set_value(PROCEDURE, name, "shipped", _renamed(shipped), update_modified=False)
    seeded = _renamed(frappe.db.get_single_value(SETTINGS, "seeded"))
    frappe.db.set_single_value(SETTINGS, "seeded", seeded, update_modified=False)


def _renamed(text: str | None) -> str | None:
    return text.replace(f'"{OLD}"', f'"{NEW}"') if text else text


def _move_rules_of_open_runs() -> None:
    """A run is judged by the rules it was opened with; what this one read is not there any more."""
    runs = frappe.get_all(RUN, filters={"status": "Open"}, pluck="name")
    items = {"parent": ("in", runs or [""]), "rule": ("like", f"%{OLD}%")}
    for name, text in frappe.get_all(ITEM, filters=items, fields=["name", "rule"], as_list=True):
        rule = {**json.loads(text), **RULE, "name": NEW, "target": "<= 3.5"}
        frappe.db.set_value(ITEM, name, "rule", json.dumps(rule, indent=1), update_modified=False)
