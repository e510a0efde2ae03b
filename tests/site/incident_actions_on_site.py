"""What the tests of actions and restarts in an incident share."""

import json

import frappe
import pytest
from conftest import fresh

from verenigingen_maintenance.api import incident_actions as doors
from verenigingen_maintenance.operations import incidents
from verenigingen_maintenance.sources import clock

INCIDENT = "Maintenance Incident"
MANAGER, OPERATOR = "manager@example.com", "operator@example.com"


@pytest.fixture
def in_desk(over_http, monkeypatch):
    """A browser asks: what takes long is left to a worker, where one lives."""
    monkeypatch.setattr(doors, "from_shell", lambda: False)


@pytest.fixture
def incident(in_desk):
    return opened()


def opened(**values):
    made = incidents.make(
        {"procedure": "Critical System Failure", "title": "It is down", **values}, "Seen", clock.now()
    )
    frappe.db.commit()
    return made.name


def resolve(incident):
    document = incidents.get(incident)
    incidents.move(document, "Resolved", "It runs")
    incidents.write(document)
    frappe.db.commit()


def last(incident):
    row = fresh(INCIDENT, incident).actions[-1]
    row.was, row.then = (json.loads(row.get(side) or "null") for side in ("before", "after"))
    return row
