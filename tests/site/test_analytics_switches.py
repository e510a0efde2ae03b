"""Components of the analytics engine are switched off by failure or by a person, and restored one by one."""

import frappe
import pytest
from analytics_on_site import COMPONENT, TEN_MINUTES, component, escalations, events, good, read, refresh

from verenigingen_maintenance import api, scheduled
from verenigingen_maintenance.operations import (
    analytics,
    analytics_answers,
    analytics_state,
    analytics_switches,
)
from verenigingen_maintenance.sources import clock


def test_three_failures_in_a_row_switch_it_off_with_one_escalation(errors, broken):
    broken()
    refresh(2)
    assert escalations() == []
    refresh(3)
    found = component("forecasts")
    assert (found.standing.state, found.standing.off_by) == ("Switched Off", "Failure")
    (escalation,) = escalations()
    assert escalation.title == "Analytics switched off: Forecasts"
    assert escalation.level == "level-2"
    assert escalation.events[0].note == "Forecasts: Switched Off. RuntimeError: no table for <e-mail>"
    assert events("forecasts") == ["Failed", "Switched Off"]


def test_a_second_component_that_is_switched_off_joins_the_escalation(errors, broken, monkeypatch):
    broken()
    monkeypatch.setitem(analytics.COMPONENTS, "hotspots", "nowhere.hotspots")
    refresh(3)
    (escalation,) = escalations()
    assert [each.event for each in escalation.events] == ["Opened", "Still Critical"]
    assert component("hotspots").reason.startswith("ModuleNotFoundError: No module named")


def test_how_many_failures_switch_off_is_a_setting(errors, broken):
    broken()
    frappe.db.set_single_value("Maintenance Settings", "analytics_failures", 1)
    refresh()
    assert component("forecasts").standing.state == "Switched Off"


def test_a_component_without_data_yet_is_never_switched_off():
    refresh(4)
    found = component("errors")
    assert (found.verdict, found.standing.state) == ("UNKNOWN", "Working")
    assert escalations() == []


def test_the_engine_does_not_stop_core_monitoring(errors, monkeypatch):
    monkeypatch.setattr(analytics, "COMPONENTS", dict.fromkeys(analytics.COMPONENTS, "nowhere.at_all"))
    refresh(3)
    scheduled.sample_maintenance_metrics()
    frappe.db.commit()
    assert frappe.db.count("Metric Sample")


def switched_off(broken):
    broken()
    refresh(3)
    broken(good)


def test_what_is_restored_is_computed_at_once_and_works_after_three_good_refreshes(errors, broken):
    switched_off(broken)
    assert api.restore_component("forecasts") == {"component": "forecasts", "state": "Restoring"}
    found = component("forecasts")
    assert (found.verdict, found.standing.good) == ("OK", 1)
    refresh(2)
    assert component("forecasts").standing.state == "Working"
    assert events("forecasts") == ["Failed", "Switched Off", "Restoring", "Restored"]
    assert [each.event for each in escalations()[0].events][-1] == "Cleared"


def test_one_that_fails_again_while_it_is_restored_is_switched_off_at_once_and_told(errors, broken):
    switched_off(broken)
    api.restore_component("forecasts")
    broken()
    refresh()
    assert component("forecasts").standing.state == "Switched Off"
    assert events("forecasts")[-1] == "Recurred"
    (escalation,) = escalations()
    assert escalation.events[-1].note == "Forecasts: Recurred. RuntimeError: no table for <e-mail>"


def test_a_fallback_switches_advanced_analytics_off_and_basic_monitoring_goes_on(errors, broken):
    refresh()
    done = api.fall_back("The engine slows the site down")
    assert "health" not in done["switched_off"]
    assert {"errors", "forecasts", "recommendations"} <= set(done["switched_off"])
    frappe.db.commit()
    assert analytics.refresh(clock.now() + TEN_MINUTES) == ["health"]
    found = component("errors")
    assert found.reason == "switched off: The engine slows the site down"
    assert events("errors") == ["Fallback"]
    assert escalations() == []


def test_a_fallback_says_why():
    with pytest.raises(frappe.ValidationError, match="Say why analytics are switched off"):
        analytics_switches.fall_back(" ")


def test_restoring_goes_one_at_a_time_in_the_order_of_the_engine(errors, broken):
    api.fall_back("Test")
    frappe.db.commit()
    assert api.restore_next()["component"] == "errors"
    with pytest.raises(frappe.ValidationError, match="Error patterns is being restored"):
        analytics_switches.next_to_restore()
    refresh(2)
    assert api.restore_next()["component"] == "hotspots"


def test_only_what_is_switched_off_is_restored(errors):
    with pytest.raises(frappe.ValidationError, match="System health is Working: only what is switched off"):
        analytics_switches.begin_restoring("health")
    with pytest.raises(frappe.DoesNotExistError, match="There is no component nonsense"):
        analytics_switches.begin_restoring("nonsense")


def test_one_that_is_not_enabled_is_left_out(errors, broken):
    frappe.get_doc(COMPONENT, "forecasts").update({"enabled": 0}).save()
    frappe.db.commit()
    assert "forecasts" not in analytics.refresh(clock.now())
    told = analytics_answers.trend_forecasts(clock.now())
    assert told["sections"]["forecasts"]["reason"] == "it is not enabled"


def test_emptying_the_cache_is_recorded_and_loses_nothing_but_time(errors, broken):
    refresh()
    frappe.cache.set_value("analytics_something", 1)
    frappe.cache.set_value("another_thing", 1)
    done = api.clear_analytics_cache()
    assert set(done["before"]["answers"]) == set(analytics.COMPONENTS)
    assert done["before"]["redis_keys"] == 1
    assert done["after"] == {"answers": [], "redis_keys": 0}
    assert frappe.cache.get_value("another_thing") == 1
    assert events("errors") == ["Cache Cleared"]
    told = analytics_answers.analytics_summary(clock.now())
    assert told["error_patterns"]["total_errors"] is None
    frappe.db.commit()
    assert analytics.refresh(clock.now()) == list(analytics.COMPONENTS)
    assert component("errors").answer["total_errors"] == 12


def test_a_form_that_is_saved_by_hand_changes_no_state_and_loses_no_history(errors, broken):
    document = frappe.get_doc(COMPONENT, "forecasts")
    switched_off(broken)
    document.update({"state": "Working", "verdict": "OK", "answer": "{}", "time_limit": 40})
    document.set("events", [])
    document.save()
    found = component("forecasts")
    assert (found.standing.state, found.verdict, found.time_limit) == ("Switched Off", "UNKNOWN", 40)
    assert events("forecasts") == ["Failed", "Switched Off"]


def test_a_time_limit_is_bounded_and_a_component_stays():
    document = frappe.get_doc(COMPONENT, "forecasts")
    with pytest.raises(frappe.ValidationError, match="The time limit is 1 to 120 seconds"):
        document.update({"time_limit": 0}).save()
    with pytest.raises(frappe.ValidationError, match="belongs to the runbook"):
        frappe.delete_doc(COMPONENT, "forecasts", force=True)


def test_emptying_the_cache_keeps_why_a_component_is_switched_off(errors, broken):
    broken()
    refresh(3)
    api.clear_analytics_cache()
    assert component("forecasts").reason == "RuntimeError: no table for <e-mail>"
    assert read("errors").detail == "Forecasts: RuntimeError: no table for <e-mail>"


def test_a_fallback_leaves_what_failure_switched_off_as_it_is(errors, broken):
    broken()
    refresh(3)
    assert "forecasts" not in api.fall_back("Test")["switched_off"]
    found = component("forecasts")
    assert (found.standing.off_by, found.reason) == ("Failure", "RuntimeError: no table for <e-mail>")


def test_one_that_is_not_enabled_is_not_restored(errors, broken):
    api.fall_back("Test")
    frappe.get_doc(COMPONENT, "errors").update({"enabled": 0}).save()
    with pytest.raises(frappe.ValidationError, match="Error patterns is not enabled"):
        analytics_switches.begin_restoring("errors")
    assert analytics_switches.next_to_restore() == "hotspots"


def test_the_history_keeps_the_latest_hundred(errors):
    for number in range(analytics_state.MOST_EVENTS + 3):
        analytics_state.add_event("errors", "Failed", str(number))
    notes = frappe.get_all("Analytics Component Event", {"parent": "errors"}, pluck="note", order_by="idx")
    assert len(notes) == 100
    assert (notes[0], notes[-1]) == ("3", "102")


def test_the_escalation_begins_when_it_last_worked(errors, broken):
    broken(good)
    refresh()
    worked = component("forecasts").answered_at
    broken()
    refresh(3)
    (escalation,) = escalations()
    assert escalation.onset_at == clock.stored(worked)
