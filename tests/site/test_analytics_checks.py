"""What is judged of the analytics engine, and what its health component judges."""

from datetime import timedelta

import frappe
import pytest
from analytics_on_site import COMPONENT, component, escalations, good, read, refresh
from conftest import count_errors, insert_errors, stored

from verenigingen_maintenance import api
from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.operations import analytics, analytics_answers, sample_metrics
from verenigingen_maintenance.sources import clock


def test_before_the_first_refresh_nothing_is_known_and_that_is_learning():
    for source in ("response_seconds", "forecasts_age", "data_age"):
        found = read(source)
        assert isinstance(found, Unknown), source
        assert found.learning, source
    assert read("errors").value == 0


def test_the_time_and_the_ages_are_measured(errors, broken):
    refresh()
    assert 0 < read("response_seconds").value < 0.05
    assert read("errors").value == 0
    assert read("forecasts_age").value < 0.1
    assert read("data_age").value < 0.1


def test_the_age_is_that_of_the_oldest_data_and_not_of_the_answer(errors, broken):
    broken(lambda now: {**good(now), "as_of": now - timedelta(hours=7)})
    refresh()
    assert read("data_age").value == pytest.approx(7, abs=0.1)
    assert read("data_age").detail == "Forecasts"
    assert read("forecasts_age").value < 0.1
    told = analytics_answers.trend_forecasts(clock.now())
    assert told["confidence_score"] is None
    assert told["sections"]["forecasts"]["reason"] == "its data are 7 h 0 min old"
    assert told["last_good"]["forecasts"]["answer"]["confidence_score"] == 82.0
    assert told["last_good"]["forecasts"]["is_old"]


def test_what_fails_is_counted_and_what_a_person_switched_off_is_only_told(errors, broken):
    broken()
    refresh()
    assert read("errors").value == 1
    assert read("errors").detail == "Forecasts: RuntimeError: no table for <e-mail>"
    api.fall_back("Test")
    found = read("errors")
    assert found.value == 0
    assert "Forecasts" in found.evidence["switched off by a person"]


def test_a_component_that_never_answered_and_fails_leaves_the_time_unknown(errors, broken):
    broken()
    refresh()
    found = read("response_seconds")
    assert isinstance(found, Unknown)
    assert not found.learning
    assert found.reason == "no answer yet: Forecasts (RuntimeError: no table for <e-mail>)"


def test_the_checks_of_the_daily_run_read_them(errors, broken):
    refresh()
    for check in ("analytics_response", "analytics_errors", "forecasts_age", "analytics_age"):
        assert api.run_check(check)["verdict"] == "OK", check


def test_the_health_leaves_the_engine_itself_out(errors, broken):
    broken()
    refresh(3)
    health = component("health").answer
    assert not [each for each in health["status_causes"] if each["check"].startswith("analytics")]


def test_a_live_check_that_no_round_judged_is_unknown_in_the_health(errors):
    refresh()
    health = component("health").answer
    assert health["overall_status"] == "unknown"
    assert [each for each in health["not_known"] if each.startswith("Disk used")]


def test_a_critical_check_makes_the_status_critical_with_its_escalation(errors):
    check = {"live_verdict": "CRITICAL", "live_value": "95", "live_at": clock.stored(clock.now())}
    frappe.db.set_value("Maintenance Check", "disk_used", check)
    frappe.db.commit()
    refresh()
    told = analytics_answers.executive_summary(clock.now())
    assert told["overall_status"] == "critical"
    assert told["critical_issues_count"] == 1
    assert told["top_critical_issue"].startswith("Disk used: 95 %, target")
    assert told["critical_issues"][0]["readings"][0]["source"] == "host.disk_used"
    assert told["top_priority_action"] == "Look into disk_used now."


@pytest.mark.parametrize(("minutes", "status"), [(14, "critical"), (16, "unknown")])
def test_what_no_round_judged_for_a_quarter_of_an_hour_is_not_known(errors, minutes, status):
    check = {"live_verdict": "CRITICAL", "live_value": "95", "live_at": stored(minutes=minutes)}
    frappe.db.set_value("Maintenance Check", "disk_used", check)
    refresh()
    assert component("health").answer["overall_status"] == status


def test_the_first_round_after_an_outage_escalates_nothing(errors, broken):
    refresh()
    times = "data_as_of = %(old)s, computed_at = %(old)s, answered_at = %(old)s"
    frappe.db.sql(f"update `tabAnalytics Component` set {times}", {"old": stored(hours=9)})
    frappe.db.commit()
    sample_metrics.sample_now(clock.now())
    assert read("data_age").value > 6
    (pending,) = escalations()
    assert pending.status == "Pending"
    assert not frappe.db.exists("Maintenance Notification", {"escalation": pending.name})


def test_one_that_is_not_enabled_feeds_no_other(errors, broken):
    refresh()
    frappe.db.set_value(COMPONENT, "hotspots", {"enabled": 0, "data_as_of": stored(hours=9)})
    refresh()
    found = component("recommendations")
    assert found.answer["not_known"] == {"hotspots": "it is not enabled"}
    assert "Errors" not in found.answer["by_category"]
    assert read("data_age").value < 6


def test_recommendations_are_as_old_as_the_oldest_they_rest_on_and_use_nothing_unknown(errors, broken):
    broken(lambda now: {**good(now), "as_of": now - timedelta(hours=2)})
    refresh()
    assert component("recommendations").data_as_of == component("forecasts").data_as_of
    broken()
    refresh()
    answer = component("recommendations").answer
    assert answer["not_known"] == {"forecasts": "RuntimeError: no table for <e-mail>"}
    assert "Trends" not in answer["by_category"]


def test_an_answer_of_several_is_as_old_as_the_oldest(errors, broken):
    broken(lambda now: {**good(now), "as_of": now - timedelta(hours=2)})
    refresh()
    told = analytics_answers.insights_report(clock.now())
    assert told["age_seconds"] == pytest.approx(7200, abs=60)
    assert told["data_as_of"] == told["sections"]["forecasts"]["data_as_of"]


def test_data_that_are_ahead_of_a_clock_that_was_set_back_are_new(errors, broken):
    refresh()
    told = analytics_answers.insights_report(clock.now() - timedelta(hours=1))
    assert told["age_seconds"] == 0
    assert read("data_age").value < 0.1


def test_after_the_clock_was_set_back_everything_is_computed_at_once(errors, broken):
    refresh()
    assert analytics.refresh(clock.now() - timedelta(hours=1)) == list(analytics.COMPONENTS)


def test_what_is_settled_hits_no_process_and_those_with_many_errors_are_not_named(errors, broken):
    insert_errors(60, owner="member@example.com", method="SEPA mandate is missing")
    count_errors()
    refresh()
    hit = component("business_impact").answer["processes"]["SEPA"]
    assert hit["errors"] == 60
    impact = component("errors").answer["patterns"]["user_impact"]
    assert impact["users_with_high_errors"] == ["user 1"]
    api.ignore_error_pattern(hit["by"][0].split()[0], note="Known")
    refresh()
    assert "SEPA" not in component("business_impact").answer["processes"]
