"""Another job looks whether each escalation is where its clock says, and escalates when one is not."""

import frappe
import pytest
from escalation_on_site import ESCALATION, NOTIFICATION, breach, escalation, over, tend, told

from verenigingen_maintenance.operations import clock_audit, notifications, watch
from verenigingen_maintenance.operations.clock_audit import SUBJECT, audit, findings
from verenigingen_maintenance.sources import clock

pytestmark = pytest.mark.usefixtures("present")


def hand_over():
    """As the job does that delivers: what is due is decided."""
    frappe.db.set_value(NOTIFICATION, {"status": "Waiting"}, "reason", "due")
    frappe.db.commit()


def its_own():
    frappe.db.commit()
    return frappe.get_all(ESCALATION, {"subject": SUBJECT}, ["name", "status"])


def test_where_all_is_as_it_should_be_it_says_nothing(present):
    breach()
    present.passes(minutes=30)
    tend()
    hand_over()
    audit(clock.now())
    assert (findings(clock.now()), its_own()) == ([], [])


def test_a_clock_job_that_is_dead_is_escalated_and_the_pages_say_so(present):
    name = breach()
    hand_over()
    present.passes(minutes=36)
    told_of = f"{name} should have gone to the next level at 2026-11-24 09:30 UTC"
    assert told_of in watch.describe_watch(clock.now())["problems"]
    audit(clock.now())
    (own,) = its_own()
    assert escalation(own.name).events[0].note == told_of
    assert told(own.name), "people are told of it"


def test_it_resolves_by_itself_when_the_clocks_are_right_again(present):
    breach()
    present.passes(minutes=36)
    audit(clock.now())
    tend()
    hand_over()
    audit(clock.now())
    (own,) = its_own()
    assert own.status == "Resolved"


def test_whom_nobody_wrote_down_is_found_and_told(present, monkeypatch):
    def fail(*_any):
        raise RuntimeError("no such role")

    monkeypatch.setattr(notifications, "recipients", fail)
    monkeypatch.setattr(notifications, "_managers", fail)
    name = breach()
    assert told(name) == []
    monkeypatch.undo()
    monkeypatch.setattr(clock, "now", lambda: present.moment.astimezone(clock.timezone.utc))
    later = clock.now() + clock_audit.ALLOWED * 2
    assert f"{name}: nobody was written down to be told at its level" in findings(later)
    audit(later)
    assert told(name) == [("Opened", "Desk", "operator@example.com")]


def test_a_message_that_nobody_tries_to_send_is_found(present):
    name = breach()
    present.passes(minutes=10)
    assert findings(clock.now())[0].startswith(f"{name}: a message is due and untried since 2026-11-24 09:00")


def test_a_clock_that_begins_in_the_future_is_found(present):
    name = breach()
    present.passes(hours=-1)
    assert "was this host's clock set back?" in findings(clock.now())[0]
    assert name in findings(clock.now())[0]


def test_one_without_a_clock_is_found():
    name = breach()
    frappe.db.set_value(ESCALATION, name, {"clock": None})
    assert findings(clock.now()) == [f"{name} has no clock that can be read"]


@pytest.mark.parametrize("status", ["Acknowledged", "Resolved", "Pending"])
def test_what_is_not_open_is_none_of_its(status):
    name = breach()
    frappe.db.set_value(ESCALATION, name, {"clock": None, "status": status})
    assert findings(clock.now()) == []


def test_where_whom_to_tell_cannot_be_found_the_managers_are_told(monkeypatch):
    def fail(*_any):
        raise RuntimeError("no such role")

    monkeypatch.setattr(notifications, "recipients", fail)
    assert told(breach()) == [("Opened", "Desk", "manager@example.com")]


@pytest.mark.parametrize("broken", ["{", "{}", '{"level": "level-1"}'])
def test_a_clock_that_cannot_be_read_is_found_and_keeps_no_other_from_being_looked_at(present, broken):
    name, other = breach("Broken"), breach("Other")
    frappe.db.set_value(ESCALATION, name, {"clock": broken})
    frappe.db.commit()
    hand_over()
    present.passes(minutes=36)
    found = findings(clock.now())
    assert f"{name} has no clock that can be read" in found
    assert any(each.startswith(f"{other} should have gone") for each in found)
    audit(clock.now())
    assert len(its_own()) == 1


def test_whom_nobody_told_that_it_came_back_is_found(present, monkeypatch):
    name = breach()
    hand_over()
    over()
    present.passes(minutes=10)

    def fail(*_any):
        raise RuntimeError("no such role")

    monkeypatch.setattr(notifications, "recipients", fail)
    monkeypatch.setattr(notifications, "_managers", fail)
    breach()
    present.passes(minutes=6)
    assert f"{name}: nobody was written down to be told at its level" in findings(clock.now())


def test_findings_that_last_are_one_event_and_not_one_at_each_audit(present):
    frappe.db.set_single_value("Maintenance Settings", "reopen_minutes", 1000)
    breach()
    hand_over()
    present.passes(minutes=36)
    for _ in range(4):
        audit(clock.now())
        tend()
        hand_over()
        audit(clock.now())
        present.passes(minutes=300)
    (own,) = its_own()
    before = len(escalation(own.name).events)
    for _ in range(5):
        audit(clock.now())
    assert len(escalation(own.name).events) <= before + 1


def test_in_the_hour_that_october_repeats_a_message_in_its_time_is_no_finding(present):
    present.set("2026-10-25 01:30")
    present.passes(minutes=90)  # 02:00, for the second time
    breach()
    present.passes(seconds=20)
    assert findings(clock.now()) == []


def test_one_that_is_muted_while_it_is_open_is_no_finding(present):
    breach()
    hand_over()
    present.passes(minutes=5)
    now = clock.stored(clock.now())
    times = {"begins": now, "ends": frappe.utils.add_to_date(now, hours=1), "reason": "the provider is at it"}
    frappe.get_doc({"doctype": "Maintenance Silence", "subject": "Error Log", **times}).insert()
    tend()
    present.passes(minutes=7)
    audit(clock.now())
    assert (findings(clock.now()), its_own()) == ([], [])
