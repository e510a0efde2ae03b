"""Another job looks whether each escalation is where its clock says, and escalates when one is not."""

import frappe
import pytest
from escalation_on_site import ESCALATION, NOTIFICATION, breach, escalation, tend, told

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
    name = breach()
    assert told(name) == []
    monkeypatch.undo()
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
    assert findings(clock.now()) == [f"{name} has no clock"]


@pytest.mark.parametrize("status", ["Acknowledged", "Resolved", "Pending"])
def test_what_is_not_open_is_none_of_its(status):
    name = breach()
    frappe.db.set_value(ESCALATION, name, {"clock": None, "status": status})
    assert findings(clock.now()) == []
