"""What each provider finds in what happened: planted facts become findings, quiet ones do not."""

from datetime import timedelta

import frappe
import pytest
from alerts_on_site import escalation
from conftest import count_errors, counted_from, insert_errors, keep_sample, make_errors, stored
from forecast_days import FORECAST

from verenigingen_maintenance.core.findings import Review
from verenigingen_maintenance.core.verdicts import Verdict
from verenigingen_maintenance.operations import (
    changed,
    findings_alerts,
    findings_errors,
    findings_forecasts,
    findings_growth,
)
from verenigingen_maintenance.sources import clock

DAY = timedelta(days=1)


def found(provider, known=()):
    now = clock.now()
    review = Review("WEEKLY-X", "Weekly", 7, now - 7 * DAY, frozenset(known))
    return {each.key: each for each in provider.found(review, now).findings}


def test_alerts_that_came_again_flapped_were_none_or_took_long():
    escalation(ago=2 * DAY, closed=60, subject="Disk", checks=["disk_used"], flaps=3)
    escalation("False Positive", ago=DAY, closed=5, subject="Disk", checks=["disk_used"])
    escalation(ago=4 * DAY, closed=2 * 24 * 60, subject="API", checks=["api_response"])
    old = escalation("Open", ago=20 * DAY, subject="Backups", title="Backups are old")
    frappe.db.commit()
    told = found(findings_alerts)
    assert told["alerts Disk"].figure == 2
    assert told["flapping Disk"].figure == 3
    assert told["false positives disk_used"].text == "1 of 2 alerts of disk_used were none"
    assert (told["false positives disk_used"].doctype, told["false positives disk_used"].name) == (
        "Maintenance Check",
        "disk_used",
    )
    assert "alerts API" not in told, "one is no pattern"
    assert told[f"slow {old}"].severity is Verdict.CRITICAL, "open for longer than the period"
    assert {key for key in told if key.startswith("slow ")} > {f"slow {old}"}


def test_a_new_pattern_is_a_finding_and_stays_one_while_it_goes_on():
    counted_from(days=30)
    make_errors(12)
    count_errors()
    (pattern,) = frappe.get_all("Error Pattern", pluck="name")
    told = found(findings_errors)[f"pattern {pattern}"]
    assert (told.figure, told.name) == (12, pattern)
    assert told.text.startswith("new, 12 errors in 7 days")
    frappe.db.set_value("Error Pattern", pattern, "first_at", clock.stored(clock.now() - 20 * DAY))
    frappe.db.set_value("Error Pattern", pattern, "state", "Ongoing")
    frappe.db.commit()
    assert f"pattern {pattern}" not in found(findings_errors)
    assert f"pattern {pattern}" in found(findings_errors, [f"pattern {pattern}"])
    frappe.db.set_value("Error Pattern", pattern, "state", "Resolved")
    frappe.db.commit()
    assert f"pattern {pattern}" not in found(findings_errors, [f"pattern {pattern}"])


def test_while_errors_are_not_counted_yet_no_pattern_is_over():
    counted_from(days=30)
    review = Review("X", "Weekly", 7, clock.now(), frozenset({"pattern EP-1"}))
    assert findings_errors.found(review, clock.now()).is_over("pattern EP-1")
    insert_errors(12, creation=stored(days=2))
    answer = findings_errors.found(review, clock.now())
    assert not answer.is_over("pattern EP-1")
    assert "1 days of Error Log are not counted yet" in answer.missing
    frappe.db.delete("Error Log")
    insert_errors(12, creation=stored(minutes=2))
    assert findings_errors.found(review, clock.now()).is_over("pattern EP-1"), "a job counts each minute"


def test_a_limit_that_will_be_met_counts_the_days_that_are_left():
    today = clock.stored(clock.now()).date()
    values = {
        **{"doctype": FORECAST, "metric": "host.disk_used", "begins": today, "unit": "%", "expected": "[]"},
        **{"crosses_on": today + 5 * DAY, "limit": "> 90", "recommendation": "Disk is full soon."},
        **{"until": today + 7 * DAY, "model": "x"},
    }
    forecast = frappe.get_doc(values)
    forecast.flags.by_operation = True
    forecast.insert(ignore_permissions=True)
    told = found(findings_forecasts)["capacity host.disk_used"]
    known = frozenset({"capacity host.disk_used", "trend host.load"})
    answer = findings_forecasts.found(Review("X", "Weekly", 7, clock.now(), known), clock.now())
    frappe.db.delete(FORECAST)
    assert not answer.is_over("trend host.load"), "it has no forecast now: nobody knows"
    assert "host.load has no forecast" in answer.missing
    assert (told.figure, told.unit, told.more_is_worse) == (5, "days left", False)
    assert (told.severity, told.text) == (Verdict.CRITICAL, "Disk is full soon.")


def test_growth_is_that_of_a_tenth_and_more_and_what_cannot_be_compared_is_said():
    keep_sample("storage.database", 100, days=10)
    keep_sample("storage.database", 130, days=1)
    keep_sample("host.disk_used", 50, days=10)
    keep_sample("host.disk_used", 51, days=1)
    keep_sample("backups.size", 0, days=10)
    keep_sample("backups.size", 20, days=1)
    keep_sample("workers.waiting_jobs", 0, days=10)
    keep_sample("workers.waiting_jobs", 0, days=1)
    told = found(findings_growth)
    review = Review("X", "Weekly", 7, clock.now())
    answer = findings_growth.found(review, clock.now())
    grown = {"growth storage.database": 30.0, "growth backups.size": None}
    assert {key: each.figure for key, each in told.items()} == grown
    assert answer.is_over("growth host.disk_used")
    assert answer.is_over("growth workers.waiting_jobs"), "nought was measured"
    assert not answer.is_over("growth storage.files")
    assert "Files" in answer.missing or "files" in answer.missing


@pytest.fixture
def since():
    return clock.now() - timedelta(minutes=1)


def test_what_changed_names_the_old_value_and_the_new_one(since):
    frappe.set_user("manager@example.com")
    check = frappe.get_doc("Maintenance Check", "disk_used")
    check.update({"critical": "> 95"}).save()
    procedure = frappe.get_doc("Maintenance Procedure", "Daily Maintenance")
    procedure.update({"review_after": "Each incident"}).save()
    told = changed.documents(since)
    assert any(line.startswith("Maintenance Check disk_used: ") and "> 90 → > 95" in line for line in told)
    assert any(line.startswith("Maintenance Procedure Daily Maintenance: Review After") for line in told)
    assert changed.documents(clock.now() + timedelta(minutes=1)) == []


def test_an_app_with_another_version_or_that_came_is_told():
    now = changed.versions()
    assert changed.apps(now) == []
    before = {**now, "frappe": "14.0.0", "old_app": "1.0"}
    told = changed.apps(before)
    assert told == [f"frappe: version {now['frappe']}, before 14.0.0", "old_app: version gone, before 1.0"]
    assert "no signed run" in changed.apps(None)[0]
