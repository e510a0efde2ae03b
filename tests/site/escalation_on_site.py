"""Escalations on a site at a moment of one's own: opened, and brought to where their clocks say."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import frappe
import pytest
from conftest import fresh

from verenigingen_maintenance.operations import escalations, tend_escalations
from verenigingen_maintenance.operations.breaches import Part
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.sources import clock

ESCALATION, NOTIFICATION = "Maintenance Escalation", "Maintenance Notification"
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
TUESDAY_TEN = datetime(2026, 11, 24, 10, 0, tzinfo=AMSTERDAM)
ESCALATED = ("Opened", "Next Level")


class Present:
    """The site's present, which stands still until it is moved."""

    def __init__(self, monkeypatch):
        self.moment = TUESDAY_TEN
        monkeypatch.setattr(clock, "now", lambda: self.moment.astimezone(clock.timezone.utc))

    def set(self, text):
        self.moment = datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)

    def passes(self, **times):
        """On the clock of the world: an hour is an hour, also in the night in which clocks change."""
        self.moment = self.moment.astimezone(clock.timezone.utc) + timedelta(**times)


@pytest.fixture
def present(monkeypatch):
    """Tuesday, ten in the morning; escalation is active."""
    frappe.db.set_single_value(SETTINGS, "escalation_active", 1)
    frappe.db.commit()
    return Present(monkeypatch)


def breach(subject="Error Log", area="Errors", key=None):
    """Opens an escalation, or adds to it; returns its name."""
    now, key = clock.now(), key or subject
    part = Part(key, f"{key} is broken", now, area)
    found = escalations.Breach(
        subject, f"{subject} is broken", "60 of 50", now, now, frozenset({area}), (part,)
    )
    name = escalations.record(found)
    frappe.db.commit()
    return name


def over(subject="Error Log", key=None):
    escalations.clear(subject, key or subject, "OK again")
    frappe.db.commit()


def tend():
    tend_escalations.tend(clock.now())


def escalation(name):
    return fresh(ESCALATION, name)


def events(name, *only):
    """The events of an escalation; of `only` these kinds, where they are named."""
    return [each.event for each in escalation(name).events if not only or each.event in only]


def told(name, **filters):
    """Kind, channel and recipient of what was written down, in order."""
    frappe.db.commit()
    fields = ["kind", "channel", "recipient"]
    rows = frappe.get_all(
        NOTIFICATION, {"escalation": name, **filters}, fields, order_by="name", as_list=True
    )
    return [tuple(row) for row in rows]
