"""The reports Executive Summary and Claims: what is stored, as people read it; what is not known says so."""

from datetime import timedelta

import frappe
import pytest
from conftest import stored
from frappe.desk.query_report import run

from verenigingen_maintenance.operations import analytics_claims, analytics_switches
from verenigingen_maintenance.sources import clock

SUMMARY, CLAIMS, COMPONENT = "Executive Summary", "Claims", "Analytics Component"
LATER = timedelta(minutes=10)


def shown(report, **filters):
    frappe.db.commit()
    return run(report, filters=filters)


def rows(report, **filters):
    return shown(report, **filters)["result"]


def of_kind(kind):
    return [row for row in rows(SUMMARY) if row["kind"] == kind]


def test_the_summary_says_status_age_and_impact_and_draws_errors_and_compliance(refreshed):
    told = shown(SUMMARY)["message"]
    assert told.startswith(("Status unknown. ", "Status critical. ", "Status at risk. "))
    assert "Business impact in 24 hours: low." in told or "Business impact in 24 hours: medium." in told
    assert "Errors of a day (errors)" in told
    assert "Compliance score (%)" in told


def test_each_finding_and_action_has_what_it_rests_on(refreshed):
    findings, actions = of_kind("Key finding"), of_kind("Priority action")
    assert findings
    assert actions
    assert all(row["source"] for row in (*findings, *actions))
    assert all(row["because"] for row in actions)


def test_a_component_that_is_not_known_is_a_row_with_its_reason(refreshed):
    assert [(row["text"], row["because"]) for row in of_kind("Not known")] == [
        ("Forecasts", "no metric has a whole day yet")
    ]


def test_without_any_answer_the_summary_is_unknown_and_nothing_is_drawn():
    found = shown(SUMMARY)
    assert found["message"].startswith("Status unknown. Not computed yet<br>No data yet.")
    assert "<svg" not in found["message"]
    assert {row["kind"] for row in found["result"]} == {"Not known"}


def test_what_is_too_old_is_not_drawn(refreshed):
    old = {"data_as_of": stored(hours=7), "answered_at": stored(hours=7)}
    frappe.db.set_value(COMPONENT, "errors", old)
    frappe.db.set_value(COMPONENT, "health", old)
    told = shown(SUMMARY)["message"]
    assert told.startswith("Status unknown. Its data are 7 h")
    assert "Errors of a day" not in told


def test_markup_in_a_reason_is_shown_as_text(refreshed):
    frappe.db.set_value(COMPONENT, "health", {"verdict": "UNKNOWN", "reason": "<img src=x>"})
    told = shown(SUMMARY)["message"]
    assert "&lt;img src=x&gt;" in told
    assert "<img" not in told


# --- claims of verenigingen


def ask(*names):
    frappe.db.sql("update `tabAnalytics Component` set enabled = 0 where name like 'claims.%%'")
    for name in names:
        frappe.db.set_value(COMPONENT, f"claims.{name}", {"enabled": 1, "computed_at": None})
    frappe.db.commit()
    analytics_claims.refresh(clock.now())


def parts():
    return {(row["component"].removeprefix("claims."), row["part"]): row for row in rows(CLAIMS)}


def test_a_claim_stands_beside_what_was_measured_with_the_reason_where_they_differ(app, refreshed):
    ask("analyze_error_patterns", "get_analytics_summary")
    total = parts()["analyze_error_patterns", "total_errors"]
    assert [total[field] for field in ("standing", "claimed", "measured")] == ["OK", "12", "12"]
    nought = parts()["get_analytics_summary", "error_patterns.total_errors"]
    assert [nought[field] for field in ("standing", "claimed")] == ["UNKNOWN", "0"]
    frappe.db.sql("delete from `tabError Log` limit 5")
    ask("analyze_error_patterns")
    total = parts()["analyze_error_patterns", "total_errors"]
    assert [total[field] for field in ("standing", "claimed", "measured")] == ["UNKNOWN", "7", "12"]
    assert total["reason"] == "it claims 7; errors.last_24_hours measured 12"


def test_parts_of_one_worth_are_shown_alone_and_all_are_counted_above(app, refreshed):
    ask("analyze_error_patterns")
    every, unknown = rows(CLAIMS), rows(CLAIMS, standing="UNKNOWN")
    assert 0 < len(unknown) < len(every)
    assert {row["standing"] for row in unknown} == {"UNKNOWN"}
    assert f"{len(unknown)} UNKNOWN" in shown(CLAIMS, standing="OK")["message"]


def test_after_a_failure_the_last_claim_is_not_shown_as_if_it_still_stood(app, refreshed):
    ask("analyze_error_patterns")
    frappe.db.set_value(COMPONENT, "claims.analyze_error_patterns", {"state": "Failing", "reason": "it hung"})
    (row,) = rows(CLAIMS)
    assert (row["part"], row["standing"], row["reason"]) == ("answer", "UNKNOWN", "it hung")


def test_while_it_is_restored_and_before_it_answered_there_is_nothing_but_that(app, refreshed):
    ask("analyze_error_patterns")
    analytics_switches.fall_back("a trial")
    analytics_switches.begin_restoring("claims.analyze_error_patterns")
    (row,) = rows(CLAIMS)
    assert (row["standing"], row["reason"]) == ("UNKNOWN", "being restored")
    analytics_switches.compute("claims.analyze_error_patterns")
    assert len(rows(CLAIMS)) > 1


def test_a_claim_of_days_ago_does_not_stand(app, refreshed):
    ask("analyze_error_patterns")
    frappe.db.set_value(COMPONENT, "claims.analyze_error_patterns", "computed_at", stored(days=7))
    (row,) = rows(CLAIMS)
    assert row["standing"] == "UNKNOWN"
    assert row["reason"].startswith("it was not asked since 20")


def test_without_the_app_nothing_is_claimed():
    analytics_claims.refresh(clock.now())
    found = shown(CLAIMS)
    assert found["result"] == []
    assert found["message"] == "The app verenigingen is not on this site: nothing is claimed."


# --- who may


@pytest.mark.parametrize("report", [SUMMARY, CLAIMS])
def test_each_role_may_read_the_reports_and_nobody_else(report, refreshed):
    for role in ("manager", "operator", "auditor"):
        frappe.set_user(f"{role}@example.com")
        assert "message" in shown(report), role
    for user in ("nobody@example.com", "member@example.com", "Guest"):
        frappe.set_user(user)
        with pytest.raises(frappe.PermissionError):
            shown(report)
