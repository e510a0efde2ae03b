"""An upgrade from the version that counted errors by title."""

import json
from datetime import timedelta

import frappe
from conftest import fresh
from escalation_on_site import breach, tend

from verenigingen_maintenance.operations import clock_audit, open_run, seed
from verenigingen_maintenance.patches import checks_by_pattern, notifications_have_kinds
from verenigingen_maintenance.sources import clock

CHECK = "Maintenance Check"


def go_back():
    """The site as the former version left it: two checks by their old names, and what they read."""
    for old, new in checks_by_pattern.RENAMED.items():
        frappe.rename_doc(CHECK, new, old, force=True, show_alert=False)
    frappe.db.set_value(CHECK, "new_error_titles", {"source": "error_log.new_titles", "unit": "titles"})
    frappe.db.set_value(CHECK, "errors_24h", "source", "error_log.last_24_hours")
    shipped = frappe.db.get_value("Maintenance Procedure", "Daily Maintenance", "shipped")
    for old, new in checks_by_pattern.RENAMED.items():
        shipped = shipped.replace(f'"{new}"', f'"{old}"')
    frappe.db.set_value("Maintenance Procedure", "Daily Maintenance", "shipped", shipped)


def rules_of(run):
    items = fresh("Checklist Run", run).items
    return {item.check_name: json.loads(item.rule) for item in items if item.rule}


def test_an_open_run_reads_what_its_checks_read_now_and_the_checks_have_their_new_names():
    go_back()
    procedure = frappe.get_doc("Maintenance Procedure", "Daily Maintenance")
    run = open_run.open_ad_hoc(procedure, clock.now())
    assert rules_of(run)["new_error_titles"]["source"] == "error_log.new_titles"
    checks_by_pattern.execute()
    rules = rules_of(run)
    assert rules["errors_24h"]["source"] == "errors.last_24_hours"
    assert rules["new_error_patterns"]["source"] == "errors.new_patterns"
    assert rules["new_error_patterns"]["unit"] == "patterns"
    assert "new_error_titles" not in rules


def test_a_check_that_a_user_made_follows_its_source():
    frappe.get_doc(
        {
            "doctype": CHECK,
            "name": "my_errors",
            "title": "Mine",
            "area": "Errors",
            "source": "errors.last_24_hours",
            "unit": "errors",
            "critical": "> 500",
        }
    ).insert()
    frappe.db.set_value(CHECK, "my_errors", "source", "error_log.last_24_hours")
    checks_by_pattern.execute()
    assert frappe.db.get_value(CHECK, "my_errors", "source") == "errors.last_24_hours"


def test_a_threshold_that_a_user_changed_survives_the_new_name():
    go_back()
    frappe.get_doc(CHECK, "errors_same_title").update({"critical": "> 99"}).save()
    checks_by_pattern.execute()
    seed.seed()
    check = frappe.get_doc(CHECK, "same_error_24h")
    assert (check.critical, check.source) == ("> 99", "errors.most_repeated")
    assert not frappe.db.exists(CHECK, "errors_same_title")
    daily = frappe.get_doc("Maintenance Procedure", "Daily Maintenance")
    assert [row.check_name for row in daily.checks].count("same_error_24h") == 1


def test_a_notification_of_an_earlier_version_says_its_kind_and_its_level_and_is_told_once():
    name = breach()
    told = frappe.db.get_value("Maintenance Notification", {"escalation": name})
    frappe.db.set_value(
        "Maintenance Notification", told, {"kind": None, "level": None, "send_after": None, "due": None}
    )
    frappe.db.set_value("Maintenance Escalation", name, {"clock": None, "policy": None})
    frappe.db.commit()
    notifications_have_kinds.execute()
    kept = frappe.get_doc("Maintenance Notification", told)
    level = frappe.db.get_value("Maintenance Escalation", name, "level")
    assert (kept.kind, kept.level, kept.send_after) == ("Opened", level, kept.creation.replace(microsecond=0))
    frappe.db.set_value("Maintenance Notification", told, "status", "Delivered")
    frappe.db.commit()
    tend()
    assert clock_audit.findings(clock.now() + timedelta(minutes=10)) == []
    assert frappe.db.count("Maintenance Notification", {"escalation": name}) == 1
