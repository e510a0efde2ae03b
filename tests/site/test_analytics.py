"""The analytics engine: components are computed and stored one by one; one that breaks is UNKNOWN alone."""

import subprocess
import sys
import threading
import time
from datetime import timedelta

import frappe
import pytest
from conftest import BENCH, COMMITTED, SITE, count_errors, insert_errors, stored

from verenigingen_maintenance import api, scheduled
from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.operations import (
    analytics,
    analytics_answers,
    analytics_switches,
    compliance,
    forecasts,
    measure,
)
from verenigingen_maintenance.operations.transactions import lock
from verenigingen_maintenance.sources import analytics_store, clock

COMPONENT, ESCALATION = "Analytics Component", "Maintenance Escalation"
TEN_MINUTES = timedelta(minutes=10)


def component(name):
    frappe.db.commit()
    return analytics_store.components([name])[name]


def refresh(times=1):
    """As often as the scheduler would, ten minutes apart: what was computed is due again."""
    for _ in range(times):
        frappe.db.sql("update `tabAnalytics Component` set computed_at = %s", stored(minutes=10))
        frappe.db.sql("update `tabAnalytics Component` set started_at = %s", stored(minutes=11))
        frappe.db.commit()
        analytics.refresh(clock.now())
    frappe.db.commit()


def events(name):
    rows = frappe.get_all("Analytics Component Event", {"parent": name}, ["event", "note"], order_by="idx")
    return [row.event for row in rows]


@pytest.fixture
def errors():
    """Twelve errors, four of each pattern, counted; and an assessment of compliance."""
    insert_errors(
        12, method=lambda number: ("Printing took long", "Import is empty", "Label is missing")[number % 3]
    )
    count_errors()
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


def good(now):
    return {
        **{"confidence_score": 82.0, "confidence_reason": "", "mase": 0.9, "forecast_period": "7 days"},
        "trend_alerts": [{"metric": "host.disk_used", "title": "Disk used", "text": "Disk grows"}],
        "capacity_recommendations": [],
        **{"highlights": ["Disk grows"], "forecasts": [{"metric": "host.disk_used"}], "as_of": now},
    }


# --- refreshing


def test_a_refresh_stores_what_each_component_answers_with_the_age_of_its_data(errors, broken):
    assert analytics.refresh(clock.now()) == list(analytics.COMPONENTS)
    found = analytics_store.own()
    assert {name: each.verdict for name, each in found.items()} == dict.fromkeys(analytics.COMPONENTS, "OK")
    assert found["errors"].answer["total_errors"] == 12
    assert found["compliance"].answer["areas"]
    assert all(each.data_as_of and each.answered_at for each in found.values())


def test_what_was_computed_just_now_is_not_computed_again(errors):
    analytics.refresh(clock.now())
    assert analytics.refresh(clock.now()) == []
    assert analytics.refresh(clock.now() + TEN_MINUTES) == list(analytics.COMPONENTS)


def test_a_component_that_raises_is_unknown_alone_and_says_why_without_names(errors, broken):
    broken()
    refresh()
    found = analytics_store.own()
    assert found["forecasts"].verdict == "UNKNOWN"
    assert found["forecasts"].reason == "RuntimeError: no table for <e-mail>"
    assert found["forecasts"].standing.state == "Failing"
    assert {each.verdict for name, each in found.items() if name != "forecasts"} == {"OK"}


@pytest.mark.parametrize(
    "hangs", [lambda _now: time.sleep(20), lambda _now: frappe.db.sql("select sleep(20)")]
)
def test_a_component_that_hangs_is_unknown_within_its_limit_and_the_rest_goes_on(errors, broken, hangs):
    broken(hangs)
    frappe.db.set_value(COMPONENT, "forecasts", "time_limit", 1)
    began = time.monotonic()
    refresh()
    assert time.monotonic() - began < 15
    assert component("forecasts").reason in (
        "no answer within 1 s",
        "OperationalError: (1969, 'Query execution was interrupted (max_statement_time exceeded)')",
    )
    assert component("health").verdict == "OK"


@pytest.mark.parametrize(
    ("answered", "reason"),
    [
        (None, "it answered NoneType, and no data"),
        ({}, "it answered NoneType, and no data"),
        ([], "it answered list, and no data"),
        ({"error": "no table", "as_of": clock.now()}, "it carries an error: no table"),
        ({"a": {"status": "error"}, "as_of": clock.now()}, "it carries an error at a: its status is error"),
    ],
)
def test_an_answer_with_an_error_or_without_data_is_not_stored_as_if_it_were_good(
    errors, broken, answered, reason
):
    refresh()
    broken(lambda _now: answered)
    refresh()
    found = component("forecasts")
    assert (found.verdict, found.reason) == ("UNKNOWN", reason)
    assert found.answer["confidence_score"] == 82.0, "the last good one stays"


def test_what_is_stored_names_no_user(errors, broken):
    broken(lambda now: {**good(now), "highlights": ["mail to jan@example.com"]})
    insert_errors(12, owner="member@example.com")
    count_errors()
    refresh()
    texts = frappe.get_all(COMPONENT, pluck="answer")
    assert not [text for text in texts if "example.com" in (text or "")]
    impact = component("errors").answer["patterns"]["user_impact"]
    assert impact["top_affected_users"] == {"user 1": 12}


def test_a_second_job_leaves_it_to_the_first(errors):
    found, done = [], threading.Event()

    def hold():
        frappe.init(SITE)
        frappe.connect()
        with lock("analytics"):
            found.append("held")
            done.wait(20)
        frappe.destroy()

    holder = threading.Thread(target=hold)
    holder.start()
    while not found:
        time.sleep(0.01)
    try:
        assert analytics.refresh(clock.now()) is None
        assert component("errors").computed_at is None
    finally:
        done.set()
        holder.join()
    assert analytics.refresh(clock.now()) == list(analytics.COMPONENTS)


KILLED_HALF_WAY = """
import os, sys
import frappe
from verenigingen_maintenance.operations import analytics, forecasts
from verenigingen_maintenance.sources import clock

frappe.init(sys.argv[1])
frappe.connect()
forecasts.refresh = lambda now: os.kill(os.getpid(), 9)
analytics.refresh(clock.now())
"""


def test_a_job_killed_half_way_leaves_what_was_stored_and_the_next_picks_up_the_rest(errors):
    COMMITTED.append("a process of its own")
    command = [sys.executable, "-c", KILLED_HALF_WAY, frappe.local.site]
    assert subprocess.run(command, cwd=BENCH / "sites", timeout=60).returncode == -9
    assert component("errors").verdict == "OK"
    assert component("health").computed_at is None
    assert analytics.refresh(clock.now()) == ["compliance", "business_impact", "recommendations", "health"]
    found = component("forecasts")
    assert found.reason == "the job ended while it was computed"
    assert found.standing.state == "Failing"


# --- switching off, escalating, restoring


def escalations():
    frappe.db.commit()
    names = frappe.get_all(ESCALATION, {"subject": "Analytics engine"}, pluck="name")
    return [frappe.get_doc(ESCALATION, name) for name in names]


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


# --- what is judged of it


def read(source):
    frappe.db.commit()
    return measure.read(f"analytics.{source}", 10)


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
