"""The analytics engine: components are computed and stored one by one; one that breaks is UNKNOWN alone."""

import subprocess
import sys
import threading
import time

import frappe
import pytest
from analytics_on_site import COMPONENT, TEN_MINUTES, component, events, good, read, refresh
from conftest import BENCH, COMMITTED, SITE, count_errors, counted_from, insert_errors, stored

from verenigingen_maintenance import api
from verenigingen_maintenance.operations import (
    analytics,
    analytics_answers,
    analytics_switches,
    compliance,
)
from verenigingen_maintenance.operations.transactions import lock
from verenigingen_maintenance.sources import analytics_store, clock


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
        ({}, "it is empty"),
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


@pytest.mark.parametrize(
    ("lie", "reason"),
    [
        (lambda now: {**good(now), "as_of": str(now)}, "it does not say as of when its data are"),
        (lambda now: {**good(now), "mase": float("nan")}, "ValueError: Out of range float values"),
        (lambda now: {**good(now), "days": {now.date(): 1}}, "TypeError: keys must be str, int"),
        (lambda now: {**good(now), "big": "x " * 600_000}, "it answered 12"),
        (lambda _now: sys.exit(3), "SystemExit: 3"),
    ],
)
def test_what_cannot_be_stored_is_unknown_at_once_and_alone(errors, broken, lie, reason):
    broken(lie)
    began = time.monotonic()
    refresh()
    assert time.monotonic() - began < 30, "the limit of the component is a minute"
    assert component("forecasts").reason.startswith(reason)
    assert component("health").verdict == "OK"


def test_one_new_error_makes_the_data_no_older_than_itself(broken):
    counted_from(days=3)
    insert_errors(3, creation=stored(hours=13))
    count_errors()
    compliance.assess(clock.now())
    insert_errors(1, creation=stored(minutes=4))
    refresh()
    assert read("data_age").value == pytest.approx(4 / 60, abs=0.02)
    assert analytics_answers.analytics_summary(clock.now())["error_patterns"]["total_errors"] == 3


# --- while people do something


def meanwhile(broken, do):
    """What somebody does while the component forecasts takes its time, and which components were computed."""
    begun, computed = threading.Event(), []

    def slowly(now):
        begun.set()
        time.sleep(1.5)
        return good(now)

    def job():
        frappe.init(SITE)
        frappe.connect()
        frappe.set_user("Administrator")
        computed.extend(analytics.refresh(clock.now()))
        frappe.destroy()

    broken(slowly)
    frappe.db.sql("update `tabAnalytics Component` set computed_at = null, started_at = null")
    frappe.db.commit()
    thread = threading.Thread(target=job)
    thread.start()
    begun.wait(20)
    done = do()
    frappe.db.commit()
    thread.join()
    return done, computed


def test_a_fallback_while_a_component_hangs_stands(errors, broken):
    refresh()
    done, _computed = meanwhile(broken, lambda: api.fall_back("It hangs"))
    states = {name: component(name).standing.state for name in analytics.COMPONENTS}
    off = {name for name, state in states.items() if state == "Switched Off"}
    assert off == set(done["switched_off"]) & set(states) == set(states) - {"health"}
    assert component("forecasts").reason == "switched off: It hangs"


def test_what_is_disabled_during_a_refresh_is_not_computed_any_more(errors, broken):
    refresh()
    before = component("recommendations").answered_at
    disable = frappe.get_doc(COMPONENT, "recommendations").update({"enabled": 0}).save
    _done, computed = meanwhile(broken, disable)
    assert "recommendations" not in computed
    assert component("recommendations").answered_at == before
    assert component("health").answered_at != before


def test_one_that_was_switched_off_while_it_was_computed_did_not_end_its_job(errors, broken):
    meanwhile(broken, lambda: api.fall_back("It hangs"))
    broken(good)
    analytics_switches.begin_restoring("forecasts")
    frappe.db.commit()
    analytics.refresh(clock.now() + TEN_MINUTES)
    assert component("forecasts").standing.state == "Restoring"
    assert events("forecasts") == ["Fallback", "Restoring"]
