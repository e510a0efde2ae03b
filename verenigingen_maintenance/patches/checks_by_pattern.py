"""The errors of the last day were counted by title; they are counted by pattern now, and read elsewhere."""

from __future__ import annotations

import json

import frappe

RENAMED = {"errors_same_title": "same_error_24h", "new_error_titles": "new_error_patterns"}
MOVED = {
    "error_log.last_24_hours": "errors.last_24_hours",
    "error_log.busiest_hour": "errors.busiest_hour",
    "error_log.most_repeated": "errors.most_repeated",
    "error_log.new_titles": "errors.new_patterns",
    "error_log.new_critical_titles": "errors.new_critical_patterns",
}
CHECK, PROCEDURE, SETTINGS = "Maintenance Check", "Maintenance Procedure", "Maintenance Settings"
RUN, ITEM = "Checklist Run", "Checklist Run Item"


def execute() -> None:
    for old, new in RENAMED.items():
        if frappe.db.exists(CHECK, old) and not frappe.db.exists(CHECK, new):
            frappe.rename_doc(CHECK, old, new, force=True, show_alert=False)
    _rename_in_what_was_seeded()
    _move_checks_of_users()
    _move_rules_of_open_runs()


def _rename_in_what_was_seeded() -> None:
    for name, shipped in frappe.get_all(PROCEDURE, fields=["name", "shipped"], as_list=True):
        frappe.db.set_value(PROCEDURE, name, "shipped", _renamed(shipped), update_modified=False)
    seeded = frappe.db.get_single_value(SETTINGS, "seeded")
    frappe.db.set_single_value(SETTINGS, "seeded", _renamed(seeded), update_modified=False)


def _renamed(text: str | None) -> str | None:
    for old, new in RENAMED.items():
        text = text.replace(f'"{old}"', f'"{new}"') if text else text
    return text


def _move_checks_of_users() -> None:
    """Those of the runbook are corrected by the seed."""
    own = {"source": ("in", list(MOVED)), "shipped": ("is", "not set")}
    for name, source, unit in frappe.get_all(CHECK, own, ["name", "source", "unit"], as_list=True):
        values = {"source": MOVED[source], "unit": "patterns" if unit == "titles" else unit}
        frappe.db.set_value(CHECK, name, values, update_modified=False)


def _move_rules_of_open_runs() -> None:
    """A run is judged by the rules it was opened with; what they read has another name now."""
    runs = frappe.get_all(RUN, filters={"status": "Open"}, pluck="name")
    items = {"parent": ("in", runs or [""]), "rule": ("like", "%error_log.%")}
    for name, text in frappe.get_all(ITEM, filters=items, fields=["name", "rule"], as_list=True):
        rule = json.loads(text)
        rule["source"] = MOVED.get(rule["source"], rule["source"])
        rule["unit"] = "patterns" if rule["unit"] == "titles" else rule["unit"]
        rule["name"] = RENAMED.get(rule["name"], rule["name"])
        frappe.db.set_value(ITEM, name, "rule", json.dumps(rule, indent=1), update_modified=False)
