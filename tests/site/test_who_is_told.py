"""Whom an escalation tells: who is on duty, by which channels, and what happens where there is nobody."""

import frappe
import pytest
from escalation_on_site import breach, escalation, events, tend, told

from verenigingen_maintenance.operations import escalation_actions

pytestmark = pytest.mark.usefixtures("present")
LEVEL = "Escalation Level"


def target(title, from_level=1, hours="Always", enabled=1):
    values = {"title": title, "url": "json://127.0.0.1:9", "from_level": from_level, "hours": hours}
    frappe.get_doc({"doctype": "Notification Target", "enabled": enabled, **values}).insert()
    frappe.db.commit()


def test_with_a_rotation_only_who_is_on_duty_is_told():
    level = frappe.get_doc(LEVEL, "level-1")
    level.update({"rotation_from": "2026-11-23", "handover_at": "09:00:00"})
    level.append("rotation", {"user": "manager@example.com"})
    level.append("rotation", {"user": "operator@example.com"})
    level.save()
    frappe.db.commit()
    assert told(breach()) == [("Opened", "Desk", "manager@example.com")]


def test_somebody_with_an_address_is_told_by_e_mail_too_and_the_contact_with_them_once():
    frappe.db.set_value("User", "operator@example.com", "email", "Op@verenigingen.nl")
    frappe.get_doc(LEVEL, "level-1").update({"contact": "op@verenigingen.nl, team@verenigingen.nl"}).save()
    frappe.db.commit()
    try:
        assert told(breach(), channel="E-mail") == [
            ("Opened", "E-mail", "op@verenigingen.nl"),
            ("Opened", "E-mail", "team@verenigingen.nl"),
        ]
    finally:
        frappe.db.set_value("User", "operator@example.com", "email", "operator@example.com")
        frappe.db.commit()


def test_targets_are_told_from_their_level_on_at_their_hours_while_they_are_enabled(present):
    target("chat")
    target("pager", from_level=2)
    target("night", hours="Outside business hours")
    target("off", enabled=0)
    name = breach()
    assert told(name, channel="Target") == [("Opened", "Target", "chat")]
    present.set("2026-11-24 20:00")
    later = breach("By night")
    assert [row[2] for row in told(later, channel="Target")] == ["chat", "night", "pager"]


def test_where_nobody_is_the_managers_are_told_and_the_next_level_does_not_wait(present):
    frappe.get_doc(LEVEL, "level-1").update({"role": "Newsletter Manager"}).save()
    frappe.db.commit()
    name = breach()
    assert "Nobody There" in events(name)
    assert ("Opened", "Desk", "manager@example.com") in told(name)
    present.passes(minutes=1)
    tend()
    assert escalation(name).level == "level-2"


def test_a_message_says_what_broke():
    name = breach()
    (row,) = frappe.get_all("Maintenance Notification", {"escalation": name}, ["subject", "message"])
    assert row.subject == f"{name} for Operations Team: Error Log is broken"
    assert row.message == "60 of 50"


@pytest.mark.parametrize("end", ["resolve", "false_positive"])
def test_who_was_told_is_told_when_a_person_ends_it_except_that_person(end):
    name = breach()
    frappe.db.set_value("Maintenance Notification", {"escalation": name}, "status", "Delivered")
    frappe.set_user("manager@example.com")
    getattr(escalation_actions, end)(name, "The provider was down")
    assert told(name, kind="Cleared") == [("Cleared", "Desk", "operator@example.com")]


def test_who_ends_it_is_not_told_so():
    name = breach()
    frappe.db.set_value("Maintenance Notification", {"escalation": name}, "status", "Delivered")
    frappe.set_user("operator@example.com")
    escalation_actions.resolve(name, "The provider was down")
    assert told(name, kind="Cleared") == []
