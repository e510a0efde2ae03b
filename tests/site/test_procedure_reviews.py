"""A review is due by the calendar or because something changed; who reviewed what, and why, is kept."""

import frappe
import pytest
from frappe.utils import add_days, add_months, getdate, today

from verenigingen_maintenance import api
from verenigingen_maintenance.operations import escalations, seed
from verenigingen_maintenance.operations.escalations import Breach, Part
from verenigingen_maintenance.sources import clock, documentation

PROCEDURE, CHECK, CONTACT = "Maintenance Procedure", "Maintenance Check", "Emergency Contact"
MANAGER = "manager@example.com"
DAILY, FAILURE = "Daily Maintenance", "Critical System Failure"
EMERGENCIES = {FAILURE, "Performance Degradation", "Analytics Engine Failure"}


pytestmark = pytest.mark.usefixtures("over_http")


@pytest.fixture(autouse=True)
def manager():
    frappe.set_user(MANAGER)


def marks():
    rows = frappe.get_all(PROCEDURE, {"review_because": ("is", "set")}, ["name", "review_because"])
    return {row.name: row.review_because for row in rows}


def save(doctype, name, **values):
    frappe.get_doc(doctype, name).update(values).save()


def end_a_real_one(check="dashboard_accessible", outcome="Real"):
    """An escalation of a check, closed with a review."""
    part = Part(check, "Dashboard", clock.now())
    name = escalations.record(Breach("Dashboard", "Dashboard is gone", "", clock.now(), parts=(part,)))
    api.resolve(name, "Restarted the web server")
    api.close_escalation(name, outcome, "The restart was not in the steps")
    return name


def test_an_installation_marks_nothing():
    assert marks() == {}
    assert documentation.procedures_due(clock.now()).value == 0


def test_a_changed_threshold_makes_the_procedures_that_use_the_check_due_today():
    save(CHECK, "errors_24h", critical="> 60", title="Errors <b>now</b>")
    line = f"{today()} Check “Errors <b>now</b>”: CRITICAL when: > 50 → > 60 ({MANAGER})"
    assert marks() == {DAILY: line}
    assert str(frappe.db.get_value(PROCEDURE, DAILY, "next_review")) == today()
    found = documentation.procedures_due(clock.now())
    assert (found.value, found.evidence[DAILY]["because"]) == (1, [line])
    save(CHECK, "errors_24h", description="Only other words")
    assert marks() == {DAILY: line}


def test_whoever_has_the_form_open_neither_loses_the_mark_nor_puts_the_review_off():
    opened = frappe.get_doc(PROCEDURE, DAILY)
    save(CHECK, "errors_24h", critical="> 60")
    opened.update(
        {"owner_title": "Somebody", "review_because": "", "next_review": add_days(today(), 9)}
    ).save()
    assert marks().keys() == {DAILY}
    assert str(frappe.db.get_value(PROCEDURE, DAILY, "next_review")) == today()


def test_a_level_a_contact_and_where_it_starts_mark_the_emergencies_and_what_says_when_to_escalate():
    escalating = EMERGENCIES | {DAILY, "Weekly Maintenance"}
    save("Escalation Level", "level-2", response_in_hours=90)
    assert marks().keys() == escalating
    assert "Response in Business Hours (min): 120 → 90" in marks()[FAILURE]
    save(CONTACT, "Technical Lead", full_name="Jan Jansen", phone="+31 20 1234567")
    last = marks()[FAILURE].splitlines()[-1]
    assert last.startswith(f"{today()} Emergency Contact “Technical Lead”: Name ")
    assert "Telephone " in last
    assert not [secret for secret in ("Jansen", "1234567") if secret in last], "it is told without its value"
    settings = frappe.get_doc("Maintenance Settings")
    settings.starting_levels[0].in_hours = 2
    settings.save()
    assert "Starting levels: Health: 1, after hours 2 → 2, after hours 2" in marks()[FAILURE].splitlines()[-1]
    assert marks().keys() == escalating


def test_a_new_level_marks_what_says_when_to_escalate():
    level = {"doctype": "Escalation Level", "name": "level-9", "level": 9, "title": "Board"}
    frappe.get_doc(level).insert()
    assert marks()[FAILURE] == f"{today()} Escalation Level “Board” is new ({MANAGER})"
    assert marks().keys() == EMERGENCIES | {DAILY, "Weekly Maintenance"}


def test_an_upgrade_that_corrects_a_threshold_marks_and_says_that_the_app_did(monkeypatch):
    entries = seed.read_runbook("checks/*.yaml")
    entries["errors_24h"]["critical"] = "> 70"
    monkeypatch.setattr(seed, "read_runbook", lambda files: entries if files == "checks/*.yaml" else {})
    monkeypatch.setattr(frappe.flags, "in_migrate", True)
    seed.seed()
    assert marks() == {DAILY: f"{today()} Check “Errors in 24 hours”: CRITICAL when: > 50 → > 70 (the app)"}


def test_a_real_escalation_that_is_closed_marks_the_emergency_that_names_its_check():
    name = end_a_real_one()
    assert marks().keys() == {FAILURE}
    assert f"{name} “Dashboard is gone” was real: The restart was not in the steps" in marks()[FAILURE]


def test_one_that_was_none_marks_nothing():
    end_a_real_one(outcome="False Positive")
    assert marks() == {}


def test_a_review_says_who_when_why_and_what_came_of_it_and_counts_from_today():
    save(CHECK, "errors_24h", critical="> 60")
    because = marks()[DAILY]
    with pytest.raises(frappe.ValidationError, match="Say what you looked at"):
        api.review_procedure(DAILY, " ")
    with pytest.raises(frappe.ValidationError, match="The outcome is one of: Unchanged, Changed"):
        api.review_procedure(DAILY, "Read it", "Fine")
    save(CHECK, "errors_24h", critical="> 65")
    api.review_procedure(DAILY, "Read it <b>aloud</b>", "To Be Changed", seen=because)
    found = frappe.get_doc(PROCEDURE, DAILY)
    assert "> 60 → > 65" in found.review_because, "what came after the form was shown was not looked at"
    assert str(found.next_review) == today()
    api.review_procedure(DAILY, "And the rest", seen=found.review_because)
    found = frappe.get_doc(PROCEDURE, DAILY)
    assert (found.review_because, str(found.last_review)) == ("", today())
    assert getdate(found.next_review) == getdate(add_months(today(), 1))
    kept = [(row.by_user, row.outcome, row.note, row.because) for row in found.reviews]
    assert kept[0] == (MANAGER, "To Be Changed", "Read it <b>aloud</b>", because)
    assert kept[1][1:3] == ("Unchanged", "And the rest")
    found.reviews = []
    found.save()
    assert len(frappe.get_doc(PROCEDURE, DAILY).reviews) == 2, "nobody takes a review back"


def test_contacts_are_confirmed_once_they_are_filled_in_and_a_change_confirms():
    unknown = documentation.contacts_unconfirmed_days(clock.now())
    assert "nobody confirmed yet: Technical Lead, DevOps Engineer" in unknown.reason
    with pytest.raises(frappe.ValidationError, match="Emergency Contact 24/7 Support: telephone to fill in"):
        api.confirm_contacts()
    save(CONTACT, "Technical Lead", phone="+31 20 7654321")
    assert not frappe.db.get_value(CONTACT, "Technical Lead", "confirmed_at"), "its name is a placeholder yet"
    people = {"full_name": "Jan", "phone": "+31 20 1234567", "email": "jan@vereniging.org"}
    for name in frappe.get_all(CONTACT, pluck="name"):
        save(CONTACT, name, **people)
        assert frappe.db.get_value(CONTACT, name, "confirmed_by") == MANAGER
    frappe.db.set_value(CONTACT, "Technical Lead", "confirmed_at", add_days(clock.stored(clock.now()), -40))
    found = documentation.contacts_unconfirmed_days(clock.now())
    assert (round(found.value), found.detail) == (40, "Technical Lead")
    api.confirm_contacts("Technical Lead")
    assert documentation.contacts_unconfirmed_days(clock.now()).value == 0
    save(CONTACT, "Technical Lead", confirmed_at="2026-01-01 09:00:00")
    assert documentation.contacts_unconfirmed_days(clock.now()).value == 0, "nobody writes it by hand"
