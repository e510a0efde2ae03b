"""The runbook arrives, an upgrade corrects it, and what a user changed stays."""

import copy
import json
from datetime import date, time

import frappe
import pytest
from frappe.installer import init_singles

from verenigingen_maintenance import install
from verenigingen_maintenance.operations import seed, settings
from verenigingen_maintenance.operations.seed import read_runbook


@pytest.fixture
def upgrade(monkeypatch):
    """Seeds a runbook whose entries the test changed."""

    def to(file, change):
        entries = {name: copy.deepcopy(read_runbook(name)) for name, _doctype in seed.SEEDED}
        change(entries[file])
        monkeypatch.setattr(seed, "read_runbook", lambda name: entries[name])
        seed.seed()

    return to


def check(name="errors_24h"):
    return frappe.get_doc("Maintenance Check", name)


def test_seeding_again_changes_nothing():
    before = [check().as_json(), frappe.get_doc("Maintenance Procedure", "Daily Maintenance").as_json()]
    install.after_migrate()
    after = [check().as_json(), frappe.get_doc("Maintenance Procedure", "Daily Maintenance").as_json()]
    assert after == before


def test_an_upgrade_corrects_what_nobody_touched(upgrade):
    upgrade(
        "checks/*.yaml", lambda entries: entries["errors_24h"].update(critical="> 40", description="Better")
    )
    assert (check().critical, check().description, check().version) == ("> 40", "Better", 2)


def test_an_upgrade_keeps_what_a_user_changed_and_corrects_the_field_beside_it(upgrade):
    check().update({"critical": "> 80"}).save()
    upgrade(
        "checks/*.yaml", lambda entries: entries["errors_24h"].update(critical="> 40", description="Better")
    )
    assert (check().critical, check().description) == ("> 80", "Better")


def test_the_end_of_a_breach_is_not_brought_beside_a_threshold_of_the_users(upgrade):
    frappe.db.set_value("Maintenance Check", "errors_24h", "clear", "")
    shipped = json.loads(check().shipped)
    shipped["state"].pop("clear")
    frappe.db.set_value("Maintenance Check", "errors_24h", "shipped", json.dumps(shipped))
    check().update({"critical": "> 30", "clear": ""}).save()
    upgrade("checks/*.yaml", lambda entries: entries["errors_24h"].update(description="Better"))
    assert (check().critical, check().clear or "", check().description) == ("> 30", "", "Better")


def test_a_later_upgrade_still_keeps_it(upgrade):
    check().update({"critical": "> 80"}).save()
    upgrade("checks/*.yaml", lambda entries: entries["errors_24h"].update(critical="> 40"))
    upgrade("checks/*.yaml", lambda entries: entries["errors_24h"].update(critical="> 45"))
    assert check().critical == "> 80"


def test_an_upgrade_adds_a_check(upgrade):
    def add(entries):
        entries["errors_again"] = {**entries["errors_24h"], "title": "Again"}

    upgrade("checks/*.yaml", add)
    assert check("errors_again").title == "Again"


def test_an_upgrade_corrects_the_tasks_of_a_procedure_and_its_version_goes_up(upgrade):
    def reword(entries):
        entries["Daily Maintenance"]["tasks"][0]["instructions"] = "Read it well."

    before = frappe.get_doc("Maintenance Procedure", "Daily Maintenance").version
    upgrade("*ly.yaml", reword)
    procedure = frappe.get_doc("Maintenance Procedure", "Daily Maintenance")
    assert procedure.tasks[0].instructions == "Read it well."
    assert procedure.version == before + 1


def test_an_upgrade_keeps_tasks_that_a_user_changed(upgrade):
    procedure = frappe.get_doc("Maintenance Procedure", "Daily Maintenance")
    procedure.tasks[0].instructions = "As we do it."
    procedure.window_starts = "08:30:00"
    procedure.save()

    def reword(entries):
        entries["Daily Maintenance"]["tasks"][0]["instructions"] = "Read it well."
        entries["Daily Maintenance"]["window_ends"] = "09:20"

    upgrade("*ly.yaml", reword)
    procedure.reload()
    assert procedure.tasks[0].instructions == "As we do it."
    assert (str(procedure.window_starts), str(procedure.window_ends)) == ("8:30:00", "9:20:00")


def test_a_contact_that_a_user_entered_stays():
    frappe.get_doc("Escalation Level", "level-1").update({"contact": "ops@example.com"}).save()
    install.after_migrate()
    assert frappe.db.get_value("Escalation Level", "level-1", "contact") == "ops@example.com"


def test_a_check_of_the_runbook_is_switched_off_not_deleted():
    with pytest.raises(frappe.ValidationError, match="Switch it off instead of deleting it"):
        frappe.delete_doc("Maintenance Check", "errors_24h", force=True)


def test_the_holidays_of_this_year_and_the_next_are_filled_in_and_a_removed_one_stays_removed():
    document = frappe.get_doc(settings.SETTINGS)
    days = {frappe.utils.getdate(row.day) for row in document.holidays}
    year = date.today().year
    assert {date(year, 12, 25), date(year + 1, 1, 1)} <= days
    document.holidays = [
        row for row in document.holidays if frappe.utils.getdate(row.day) != date(year, 12, 25)
    ]
    document.save()
    install.after_migrate()
    assert date(year, 12, 25) not in {
        frappe.utils.getdate(row.day) for row in frappe.get_doc(settings.SETTINGS).holidays
    }
    assert settings.calendar().is_business_day(date(year, 12, 25)) == (date(year, 12, 25).weekday() < 5)


def test_a_new_installation_has_the_business_hours_of_the_runbook():
    settings.forget()
    init_singles()
    seed.seed()
    document = frappe.get_doc(settings.SETTINGS)
    hours = settings.business_hours(document)
    assert hours == (time(9), time(17))
    assert (document.open_minutes_before, document.cache_minimum_lookups) == (10, 500)


def test_after_uninstalling_nothing_is_left_that_a_new_installation_would_take_for_the_users():
    install.before_uninstall()
    assert not frappe.db.get_singles_dict(settings.SETTINGS)


def test_an_upgrade_that_contradicts_a_user_leaves_the_check_and_says_so(upgrade, capsys):
    check("errors_60min").update({"warning": "> 15"}).save()
    upgrade("checks/*.yaml", lambda entries: entries["errors_60min"].update(critical="> 10"))
    assert (check("errors_60min").warning, check("errors_60min").critical) == ("> 15", "> 20")
    assert "Maintenance Check errors_60min stays as it is: WARNING “> 15” and CRITICAL “> 10” cross" in (
        capsys.readouterr().out
    )


def test_a_holiday_that_a_user_entered_ahead_is_not_entered_twice():
    document = frappe.get_doc(settings.SETTINGS)
    document.holidays = []
    document.append("holidays", {"day": f"{date.today().year}-12-25", "title": "Ours"})
    document.flags.by_operation = True
    document.holidays_until = 0
    document.save()
    settings.fill_in_holidays()
    titles = [
        row.title for row in frappe.get_doc(settings.SETTINGS).holidays if str(row.day).endswith("12-25")
    ]
    assert titles[0] == "Ours"
    assert len(titles) == 2, "this year's own one, and the next year's"


def procedure():
    return frappe.get_doc("Maintenance Procedure", "Daily Maintenance")


def task(title):
    return next((row for row in procedure().tasks if row.title == title), None)


def test_a_new_task_arrives_beside_those_that_a_user_changed_added_and_deleted(upgrade):
    changed = procedure()
    changed.tasks[0].instructions = "As we do it."
    changed.tasks = [row for row in changed.tasks if row.title != "Check Error Patterns"]
    changed.checks = [row for row in changed.checks if row.task != "Check Error Patterns"]
    group = changed.tasks[0].task_group
    changed.append(
        "tasks", {"task_group": group, "title": "Ours", "by_hand": 1, "box": "Compliance score > 90%"}
    )
    changed.save()

    def add(entries):
        tasks = entries["Daily Maintenance"]["tasks"]
        tasks[0]["command"] = "bench --site {site} maintenance list"
        tasks.insert(1, {**tasks[1], "title": "Brand new"})

    upgrade("*ly.yaml", add)
    titles = [row.title for row in procedure().tasks]
    assert titles[:2] == ["Access Monitoring Dashboard", "Brand new"]
    assert "Ours" in titles
    assert "Check Error Patterns" not in titles
    first = task("Access Monitoring Dashboard")
    assert (first.instructions, first.command) == ("As we do it.", "bench --site {site} maintenance list")


def test_a_box_that_a_user_added_stays_and_a_new_one_of_the_runbook_arrives(upgrade):
    changed = procedure()
    changed.boxes += "\nOur own box"
    changed.save()
    upgrade("*ly.yaml", lambda entries: entries["Daily Maintenance"]["boxes"].insert(0, "A new box"))
    boxes = procedure().boxes.splitlines()
    assert (boxes[0], boxes[-1], len(boxes)) == ("A new box", "Our own box", 10)


def test_a_severity_rule_that_a_user_changed_stays_and_a_new_kind_arrives(upgrade):
    document = frappe.get_doc(settings.SETTINGS)
    document.severity_rules[0].words = "only this"
    document.save()

    def add(entries):
        rules = entries[settings.SETTINGS]["severity_rules"]
        rules[0]["words"] = "something else"
        rules.append({"title": "Mail", "words": "smtp"})

    upgrade("settings.yaml", add)
    rules = {row.title: row.words for row in frappe.get_doc(settings.SETTINGS).severity_rules}
    assert (rules["Payments and SEPA"], rules["Mail"]) == ("only this", "smtp")


def test_upgrading_twice_is_upgrading_once(upgrade):
    changed = procedure()
    changed.tasks[0].instructions = "As we do it."
    changed.save()
    upgrade("*ly.yaml", lambda entries: entries["Daily Maintenance"].update(window_ends="09:20"))
    before = procedure().as_json()
    upgrade("*ly.yaml", lambda entries: entries["Daily Maintenance"].update(window_ends="09:20"))
    assert procedure().as_json() == before


def test_a_contact_that_a_user_deleted_stays_away():
    frappe.delete_doc("Emergency Contact", "DevOps Engineer")
    install.after_migrate()
    assert not frappe.db.exists("Emergency Contact", "DevOps Engineer")
    assert frappe.db.exists("Emergency Contact", "Technical Lead")
