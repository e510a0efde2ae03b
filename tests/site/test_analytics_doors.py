"""The doors of the analytics engine: documented keys, the age of the data; a read computes nothing."""

import json
from datetime import timedelta

import frappe
import pytest

from verenigingen_maintenance import api
from verenigingen_maintenance.operations import (
    analytics,
    analytics_claims,
    analytics_switches,
    measure,
)
from verenigingen_maintenance.sources import analytics_store, claims, clock

DOCUMENTED = {
    "get_analytics_summary": {"error_patterns", "hotspots", "last_updated"},
    "get_trend_forecasts": {
        *("confidence_score", "trend_alerts", "capacity_recommendations"),
        *("forecast_period", "highlights"),
    },
    "get_executive_summary": {
        *("overall_status", "business_impact", "critical_issues_count", "key_findings_count"),
        *("priority_actions_count", "top_critical_issue", "top_priority_action", "report_period"),
        "generated_at",
    },
    "generate_insights_report": {
        *("generated_at", "report_period", "executive_summary", "error_analysis", "performance_forecast"),
        *("compliance_status", "health_trends", "business_impact", "optimization_recommendations"),
        "priority_actions",
    },
}
BESIDE = {"verdict", "data_as_of", "age_seconds", "sections", "last_good", "claims"}
PATTERNS = {"total_errors", "trend_direction", "peak_hour", "most_common_category"}
each_door = pytest.mark.parametrize("door", DOCUMENTED)


@each_door
def test_a_door_has_the_documented_keys_and_the_age_of_its_data(refreshed, door):
    told = getattr(api, door)()
    assert set(told) >= DOCUMENTED[door] | BESIDE
    json.dumps(told, allow_nan=False)
    if door != "get_trend_forecasts":
        assert 0 <= told["age_seconds"] < 60
        assert told["data_as_of"].startswith("20")


@each_door
def test_a_read_computes_nothing(refreshed, door, monkeypatch):
    computed = []
    for module, name in (
        (measure, "ask_all"),
        (measure, "read"),
        (measure, "read_all"),
        (analytics, "refresh"),
    ):
        monkeypatch.setattr(module, name, lambda *_, name=name, **__: computed.append(name))
    assert getattr(api, door)()["sections"]
    assert computed == []


@each_door
def test_before_anything_was_computed_nothing_is_a_nought(door):
    told = getattr(api, door)()
    assert told["verdict"] == "UNKNOWN"
    assert told["age_seconds"] is None
    assert {each["reason"] for each in told["sections"].values()} == {"not computed yet"}
    figures = [value for key, value in told.items() if key in DOCUMENTED[door]]
    assert 0 not in flat(figures)


def test_on_a_site_without_data_what_is_not_known_is_none_with_its_reason():
    analytics.refresh(clock.now())
    told = api.get_analytics_summary()
    assert dict.fromkeys(PATTERNS) == {key: told["error_patterns"][key] for key in PATTERNS}
    assert told["sections"]["errors"]["reason"] == "no error was ever counted"
    report = api.generate_insights_report()
    assert report["error_analysis"] is None
    assert report["compliance_status"] is None
    assert report["executive_summary"]["overall_system_status"] == "unknown"
    assert report["sections"]["compliance"]["reason"] == "nothing was assessed yet; a job does it each hour"
    assert api.get_trend_forecasts()["trend_alerts"] is None


def flat(values):
    for value in values:
        if isinstance(value, dict):
            yield from flat(value.values())
        elif isinstance(value, list):
            yield from flat(value)
        else:
            yield value


def test_the_figures_are_those_that_were_counted(refreshed):
    told = api.get_analytics_summary()
    assert told["error_patterns"]["total_errors"] == 12
    assert told["error_patterns"]["most_common_category"] == "timeout_errors"
    assert told["error_patterns"]["totals"]["7 days"] == {"errors": 12, "users": 0}
    assert told["hotspots"]["total_hotspots"] > 0
    report = api.generate_insights_report()
    assert report["error_analysis"]["total_errors"] == 12
    assert report["hotspots_of_7_days"]["remediation_priority"]
    assert report["compliance_status"]["compliance_areas"]
    assert report["optimization_recommendations"]["prioritized_actions"][0]["because"]


def test_what_this_site_does_not_count_is_none_and_says_why(refreshed):
    impact = api.generate_insights_report()["business_impact"]
    assert impact["users_with_errors"] == 0
    assert impact["member_metrics"]["active_members"] is None
    assert impact["not_counted"]["active_members"] == "this site has no DocType Member"


def test_the_executive_summary_has_as_many_entries_as_it_counts(refreshed):
    told = api.get_executive_summary()
    assert told["priority_actions_count"] == len(told["priority_actions"]) > 0
    assert told["key_findings_count"] == len(told["key_findings"]) > 0
    assert all(each["readings"] for each in told["key_findings"])


# --- claims of verenigingen


def stored(name):
    frappe.db.commit()
    return analytics_store.components([f"claims.{name}"])[f"claims.{name}"]


def only_enable(*names):
    frappe.db.sql("update `tabAnalytics Component` set enabled = 0 where name like 'claims.%%'")
    for name in names:
        frappe.db.set_value("Analytics Component", f"claims.{name}", "enabled", 1)
    frappe.db.commit()


def ask_hourly(name, times):
    for _ in range(times):
        frappe.db.set_value("Analytics Component", f"claims.{name}", "computed_at", None)
        frappe.db.commit()
        analytics_claims.refresh(clock.now())


def test_there_is_one_component_for_each_function():
    names = {name for name, each in analytics_store.components().items() if each.is_claim}
    assert names == {f"claims.{name}" for name in claims.FUNCTIONS}


def test_without_the_app_its_claims_are_not_applicable():
    assert analytics_claims.refresh(clock.now()) == []
    assert stored("get_analytics_summary").standing.state == "Not Applicable"
    assert api.get_analytics_summary()["claims"] is None


def test_a_claim_is_stored_beside_what_was_measured_here(app, refreshed):
    only_enable("get_analytics_summary", "analyze_error_patterns")
    asked = analytics_claims.refresh(clock.now())
    assert sorted(asked) == ["claims.analyze_error_patterns", "claims.get_analytics_summary"]
    told = api.get_analytics_summary()
    sections = {each["name"]: each for each in told["claims"]["sections"]}
    assert sections["error_patterns.total_errors"]["standing"] == "UNKNOWN"
    assert sections["error_patterns.total_errors"]["claimed"] == "0"
    assert told["error_patterns"]["total_errors"] == 12, "the own figure stays"
    assert stored("get_analytics_summary").verdict == "UNKNOWN"
    assert stored("get_analytics_summary").standing.state == "Working", "it answered"
    assert stored("analyze_error_patterns").verdict == "OK"


def test_what_was_asked_within_the_hour_is_not_asked_again(app):
    only_enable("get_compliance_metrics")
    assert analytics_claims.refresh(clock.now()) == ["claims.get_compliance_metrics"]
    assert analytics_claims.refresh(clock.now()) == []


def test_a_function_that_raises_three_times_is_asked_no_more_and_escalates_nothing(app):
    only_enable("forecast_performance_trends")
    ask_hourly("forecast_performance_trends", 3)
    found = stored("forecast_performance_trends")
    assert (found.standing.state, found.standing.off_by) == ("Switched Off", "Failure")
    assert found.reason == "RuntimeError: no DocType Member for <e-mail>"
    assert not frappe.db.count("Maintenance Escalation")
    assert analytics_claims.refresh(clock.now()) == []
    analytics_switches.begin_restoring("claims.forecast_performance_trends")
    analytics_switches.compute("claims.forecast_performance_trends")
    assert stored("forecast_performance_trends").standing.state == "Switched Off"


def test_five_answers_alike_are_remembered_for_the_judgement(app):
    only_enable("get_compliance_metrics")
    ask_hourly("get_compliance_metrics", 6)
    found = stored("get_compliance_metrics")
    assert found.answer["earlier"]["sepa_compliance_rate"] == ["90"] * 5
    rate = next(each for each in found.answer["sections"] if each["name"] == "sepa_compliance_rate")
    assert rate["reason"] == "it was the same in the 5 answers before"


def test_the_time_limit_of_a_component_is_that_of_its_call(app):
    only_enable("generate_insights_report")
    frappe.db.set_value("Analytics Component", "claims.generate_insights_report", "time_limit", 1)
    frappe.db.commit()
    analytics_claims.refresh(clock.now())
    assert stored("generate_insights_report").reason == "no answer within 1 s"


def test_a_claim_of_days_ago_is_unknown(app, refreshed):
    only_enable("get_analytics_summary")
    analytics_claims.refresh(clock.now())
    old = {"verdict": "OK", "data_as_of": clock.stored(clock.now() - timedelta(days=1))}
    frappe.db.set_value("Analytics Component", "claims.get_analytics_summary", old)
    frappe.db.commit()
    told = api.get_analytics_summary()["claims"]
    assert (told["verdict"], told["reason"]) == ("UNKNOWN", "its data are 24 h 0 min old")
    assert told["age_seconds"] == pytest.approx(86_400, abs=60)


def test_one_good_answer_restores_a_claim_and_the_next_can_be(app, refreshed):
    only_enable("analyze_error_patterns", "get_compliance_metrics")
    analytics_claims.note_presence()
    frappe.db.sql("update `tabAnalytics Component` set enabled = 0 where provider = 'This app'")
    analytics_switches.fall_back("Test")
    frappe.db.commit()
    assert api.restore_next() == {"component": "claims.analyze_error_patterns", "state": "Working"}
    assert api.restore_next() == {"component": "claims.get_compliance_metrics", "state": "Working"}
