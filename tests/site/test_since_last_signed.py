"""At the head of a daily run: what happened since the last signed one."""

from datetime import timedelta

import frappe
import pytest
from conftest import active_since, count_errors, counted_from, fresh, make_errors

from verenigingen_maintenance.operations import open_run, run_now, since, tend_runs
from verenigingen_maintenance.sources import clock

MINOR = ("Mail", "Print", "Import", "Export", "Search", "Login", "Upload", "Backup", "Report", "Payment")


@pytest.fixture
def friday(procedure, at_nine):
    """Last Friday's run, signed at half past nine."""
    active_since(procedure, at_nine - timedelta(days=30))
    signed_at = (at_nine - timedelta(days=4)).replace(tzinfo=None) + timedelta(minutes=30)
    name = "DAILY-2026-11-20"
    frappe.get_doc(
        {
            "doctype": "Checklist Run",
            "name": name,
            "slot": name,
            "procedure": procedure.name,
            "status": "Signed",
            "docstatus": 1,
            "closed_at": signed_at,
        }
    ).db_insert()
    frappe.db.commit()
    return name


def head(run):
    return fresh("Checklist Run", run).since_last_signed


def age_errors(title, hours):
    moment = clock.stored(clock.now() - timedelta(hours=hours))
    frappe.db.sql(
        "update `tabError Log` set modified = %s, creation = %s where method = %s", (moment, moment, title)
    )
    frappe.db.commit()


def test_without_a_signed_run_it_says_so():
    assert head(run_now.run_now("daily", clock.now())).startswith(
        "No run of this procedure was signed yet; since "
    )


def test_it_names_the_last_signed_run_and_when(friday):
    assert head(run_now.run_now("daily", clock.now())).startswith(
        f"Since {friday}, the last signed run, was measured on 2026-11-20 09:30:"
    )


def test_new_breaches_are_named_with_their_state(friday):
    make_errors(60)
    text = head(run_now.run_now("daily", clock.now()))
    escalation = frappe.db.get_value("Maintenance Escalation", {"subject": "Error Log"})
    assert f"{escalation} Errors in 24 hours and 2 more (Open)" in text


def test_only_patterns_that_are_new_since_then_are_new(friday):
    make_errors(1, "Known for long")
    age_errors("Known for long", 24 * 12)
    make_errors(1, "Known for long")
    make_errors(2, "Came at the weekend")
    age_errors("Came at the weekend", 1)
    text = head(run_now.run_now("daily", clock.now()))
    assert "New error patterns since 2026-11-20 09:30: 1: “Came at the weekend”" in text


def test_with_nothing_older_to_compare_with_that_is_said(friday):
    told = "New error patterns: not known, nothing from before 2026-11-20T09:30:00+01:00 was counted"
    assert told in head(run_now.run_now("daily", clock.now()))


def test_missed_runs_are_named(friday, procedure):
    tend_runs.tend(clock.now())
    text = head(run_now.run_now("daily", clock.now()))
    assert "Missed runs: " in text
    assert "DAILY-2026-11-23" in text


def test_a_run_that_nobody_signed_is_named(friday, procedure, at_nine):
    monday = at_nine - timedelta(days=1)
    name = run_now.find_or_open("daily", monday)
    frappe.db.set_value("Checklist Run", name, "measured_at", monday.replace(tzinfo=None))
    frappe.db.commit()
    assert f"Runs that nobody signed: 1: {name}" in head(run_now.run_now("daily", clock.now()))


def test_twelve_breaches_are_counted_without_the_drill_and_ten_are_named(friday):
    run = frappe.get_doc(
        "Checklist Run",
        open_run.open_ad_hoc(frappe.get_doc("Maintenance Procedure", "Daily Maintenance"), clock.now()),
    )
    for number in range(13):
        frappe.get_doc(
            {
                "doctype": "Maintenance Escalation",
                "title": f"Breach {number}",
                "status": "Open",
                "subject": str(number),
                "opened_at": clock.stored(clock.now()),
                "is_drill": int(number == 12),
            }
        ).db_insert()
    assert "New breaches: 12: " in since.happened(run, "")
    assert " and 2 more" in since.happened(run, "")


def test_a_run_that_was_signed_a_month_ago_is_told_with_its_date_and_errors_for_fourteen_days(friday):
    long_ago = clock.now() - timedelta(days=40)
    frappe.db.set_value("Checklist Run", friday, "closed_at", clock.stored(long_ago))
    make_errors(1, "Known")
    age_errors("Known", 24 * 20)
    text = head(run_now.run_now("daily", clock.now()))
    begin = f"{clock.stored(long_ago):%Y-%m-%d %H:%M}"
    assert text.startswith(f"Since {friday}, the last signed run, was measured on {begin}:")
    begin = clock.stored(clock.now() - since.FURTHEST_BACK)
    assert f"New error patterns since {begin:%Y-%m-%d}" in text


def test_a_run_of_the_quarter_tells_what_is_new_since_the_last_one_the_critical_first(friday):
    quarterly = frappe.get_doc("Maintenance Procedure", {"cadence": "Quarterly"})
    long_ago = clock.now() - timedelta(days=90)
    signed = {"procedure": quarterly.name, "closed_at": clock.stored(long_ago)}
    frappe.db.set_value("Checklist Run", friday, signed)
    counted_from(days=120)
    for word in MINOR:
        make_errors(1, f"{word} failed")
        age_errors(f"{word} failed", 1)
    make_errors(1, "Batch refused")
    age_errors("Batch refused", 24 * 45)
    count_errors()
    critical = {"severity": "Critical", "state": "Resolved"}
    frappe.db.set_value("Error Pattern", {"title": "Batch refused"}, critical)
    frappe.db.commit()
    run = frappe.get_doc("Checklist Run", open_run.open_ad_hoc(quarterly, clock.now()))
    told = since.new_errors(run, clock.now())
    begin = f"{clock.stored(long_ago):%Y-%m-%d %H:%M}"
    new = f"New error patterns since {begin}: 11: “Batch refused” (Critical, Resolved), "
    assert told.startswith(new)
    assert told.endswith(" and 1 more")
