"""A storm of breaches of fifty subjects: fifty escalations, each told once to each, together."""

import frappe
import pytest
from escalation_on_site import ESCALATION, NOTIFICATION, breach

from verenigingen_maintenance.operations import escalation_steps

pytestmark = pytest.mark.usefixtures("present")
SUBJECTS = 50


def test_a_storm_of_breaches_of_fifty_subjects_are_fifty_escalations(present):
    for number in range(250):
        breach(f"subject {number % SUBJECTS}", key=f"check {number % 100}")
    assert frappe.db.count(ESCALATION) == SUBJECTS
    rows = frappe.get_all(NOTIFICATION, fields=["escalation", "recipient", "send_after"], limit=0)
    assert len(rows) == len({(row.escalation, row.recipient) for row in rows}) == SUBJECTS
    for name in frappe.get_all(ESCALATION, pluck="name"):
        kept = frappe.get_doc(ESCALATION, name)
        assert [event.event for event in kept.events] == ["Opened", "Still Critical"], "one for each check"
        assert len(kept.checks) == 2


def test_a_breach_that_returns_for_days_keeps_its_history_short(present, monkeypatch):
    monkeypatch.setattr(escalation_steps, "MOST_EVENTS", 20)
    for _ in range(25):
        present.passes(minutes=2)
        name = breach()
    kept = frappe.get_doc(ESCALATION, name)
    assert len(kept.events) == 20
    assert kept.events[0].event == "Opened"
