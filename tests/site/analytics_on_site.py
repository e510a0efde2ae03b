"""What the tests of the analytics engine share: errors, a component that can be broken, and its outcomes."""

from datetime import timedelta

import conftest
import frappe
import pytest

from verenigingen_maintenance.operations import analytics, compliance, forecasts, measure
from verenigingen_maintenance.sources import analytics_store, clock

COMPONENT, ESCALATION = "Analytics Component", "Maintenance Escalation"
TEN_MINUTES = timedelta(minutes=10)


def component(name):
    frappe.db.commit()
    return analytics_store.components([name])[name]


def refresh(times=1):
    """As often as the scheduler would, ten minutes apart: what was computed is due again."""
    for _ in range(times):
        frappe.db.sql("update `tabAnalytics Component` set computed_at = %s", conftest.stored(minutes=10))
        frappe.db.sql("update `tabAnalytics Component` set started_at = %s", conftest.stored(minutes=11))
        frappe.db.commit()
        analytics.refresh(clock.now())
    frappe.db.commit()


def events(name):
    rows = frappe.get_all("Analytics Component Event", {"parent": name}, ["event", "note"], order_by="idx")
    return [row.event for row in rows]


@pytest.fixture
def errors():
    """Twelve errors, four of each pattern, counted; and an assessment of compliance."""
    conftest.insert_errors(
        12, method=lambda number: ("Printing took long", "Import is empty", "Label is missing")[number % 3]
    )
    conftest.count_errors()
    compliance.assess(clock.now())


@pytest.fixture
def broken(monkeypatch):
    """Makes a component raise, hang or answer something, and mends it again."""
    monkeypatch.setattr(forecasts, "refresh", good)

    def breaks(answers=None):
        def refresh(now):
            if answers is None:
                raise RuntimeError("no table for jan@example.com")
            return answers(now) if callable(answers) else answers

        monkeypatch.setattr(forecasts, "refresh", refresh)

    return breaks


@pytest.fixture
def refreshed():
    """Twelve errors and an assessment, and all components computed from them."""
    conftest.insert_errors(12)
    conftest.count_errors()
    compliance.assess(clock.now())
    analytics.refresh(clock.now())
    frappe.db.commit()


def good(now):
    return {
        **{"confidence_score": 82.0, "confidence_reason": "", "mase": 0.9, "forecast_period": "7 days"},
        "trend_alerts": [{"metric": "host.disk_used", "title": "Disk used", "text": "Disk grows"}],
        "capacity_recommendations": [],
        **{"highlights": ["Disk grows"], "forecasts": [{"metric": "host.disk_used"}], "as_of": now},
    }


def escalations():
    frappe.db.commit()
    names = frappe.get_all(ESCALATION, {"subject": "Analytics engine"}, pluck="name")
    return [frappe.get_doc(ESCALATION, name) for name in names]


def read(source):
    frappe.db.commit()
    return measure.read(f"analytics.{source}", 10)
