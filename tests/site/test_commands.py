"""The bench CLI: readable text, data with --json, and an exit code by the worst verdict."""

import os
import re
import signal
from datetime import timedelta

import frappe
import pytest
from conftest import as_json, make_check_critical, make_errors, run_bench
from test_daily_run import CHECKS

from verenigingen_maintenance.operations import (
    analytics,
    applicability,
    reports,
    run_now,
    sample_metrics,
    settings,
)
from verenigingen_maintenance.sources import clock

KEYS = {"check", "verdict", "value", "unit", "target", "source", "observed_at", "reason"}


def test_run_check_exits_with_the_code_of_its_verdict():
    for errors, verdict, code in [(0, "OK", 0), (10, "WARNING", 1), (41, "CRITICAL", 2)]:
        make_errors(errors)
        ran = run_bench("maintenance", "run", "check", "errors_24h")
        assert (ran.returncode, ran.stdout.split()[0]) == (code, verdict), ran.stderr


def test_run_daily_as_json_has_each_item_with_its_provenance():
    make_errors(12)
    ran = run_bench("maintenance", "run", "daily", "--json")
    answer = as_json(ran)
    measured = [item for item in answer["items"] if not item["by_hand"]]
    assert {item["check"] for item in measured} == CHECKS
    for item in measured:
        assert set(item) >= KEYS
        assert item["observed_at"]
        assert (item["value"] is None) == (item["verdict"] == "UNKNOWN")
    errors = next(item for item in answer["items"] if item["check"] == "errors_24h")
    assert (errors["value"], errors["unit"], errors["target"]) == (12, "errors", "< 10")
    assert ran.returncode == 2, "twelve times the same error"


def test_run_check_as_json_has_the_same_keys():
    ran = run_bench("maintenance", "run", "check", "database_response", "--json")
    (item,) = as_json(ran)["items"]
    assert set(item) >= KEYS
    assert (item["verdict"], ran.returncode) == ("OK", 0)


def test_status_is_unknown_before_the_first_run_and_critical_while_an_escalation_is_open():
    assert run_bench("maintenance", "status").returncode == 3
    make_check_critical()
    assert run_bench("maintenance", "run", "daily").returncode == 2
    ran = run_bench("maintenance", "status", "--json")
    assert ran.returncode == 2
    assert [each["subject"] for each in as_json(ran)["escalations"]] == ["Error Log"]


def test_list_names_the_checks():
    ran = run_bench("maintenance", "list")
    assert ran.returncode == 0
    assert re.search(r"^errors_24h +< 10 errors +Errors in 24 hours$", ran.stdout, re.M)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "check", "nonsense"), "There is no check “nonsense”. There are: active_members"),
        (("run", "check"), "Missing argument 'NAME'"),
        (("run", "yearly"), "No such command 'yearly'"),
        ((), "Missing command"),
        (("run",), "Missing command"),
        (("status", "--yaml"), "No such option"),
    ],
)
def test_wrong_usage_is_a_message_and_the_code_of_unknown_not_of_critical(arguments, message):
    ran = run_bench("maintenance", *arguments)
    assert message in ran.stdout + ran.stderr
    assert "Traceback" not in ran.stdout + ran.stderr
    assert ran.returncode == 3


def test_whatever_fails_is_unknown_as_json_too():
    for environment in ({"FRAPPE_DB_PORT": "1"}, {}):
        arguments = ("run", "check", "nonsense") if not environment else ("status",)
        ran = run_bench("maintenance", *arguments, "--json", **environment)
        answer = as_json(ran)
        assert (answer["verdict"], ran.returncode) == ("UNKNOWN", 3)
        assert answer["reason"]


def test_redis_that_hangs_is_unknown_after_a_while():
    pid = frappe.cache.info("server")["process_id"]
    os.kill(pid, signal.SIGSTOP)
    try:
        ran = run_bench("maintenance", "status", "--json", MAINTENANCE_LONGEST="3")
    finally:
        os.kill(pid, signal.SIGCONT)
    assert (as_json(ran)["verdict"], ran.returncode) == ("UNKNOWN", 3)
    assert "does Redis or MariaDB hang?" in as_json(ran)["reason"]


def test_a_procedure_that_is_not_due_yet_spoils_no_status_and_one_that_waits_for_people_neither():
    tomorrow = frappe.utils.add_days(frappe.utils.now_datetime(), 1)
    frappe.db.set_value("Maintenance Procedure", {"enabled": 1}, "active_since", tomorrow)
    frappe.db.commit()
    for row in frappe.get_doc("Maintenance Procedure", "Weekly Maintenance").checks:
        applicability.declare(row.check_name, "Not looked at here")
    frappe.db.commit()
    run_bench("maintenance", "run", "daily")
    frappe.db.commit()
    weekly = run_now.run_now("weekly", clock.now())
    found = {
        each["procedure"]: each
        for each in as_json(run_bench("maintenance", "status", "--json"))["procedures"]
    }
    today = clock.now().astimezone(clock.zone()).date()
    assert bool(found["Daily Maintenance"]["verdict"]) == settings.calendar().is_business_day(today)
    assert (found["Weekly Maintenance"]["run"], found["Weekly Maintenance"]["verdict"]) == (weekly, None)
    assert (found["Monthly Maintenance"]["run"], found["Monthly Maintenance"]["verdict"]) == (None, None)


def test_a_run_that_was_measured_before_its_window_is_the_one_that_status_tells(at_nine):
    early = at_nine - timedelta(hours=8, minutes=55)
    run = run_now.run_now("daily", early)
    told = {each["procedure"]: each for each in reports.describe_status(early)["procedures"]}
    assert told["Daily Maintenance"]["run"] == run
    assert told["Daily Maintenance"]["verdict"]


def test_a_healthy_run_that_waits_for_people_is_no_alarm():
    for name in frappe.get_all("Maintenance Check", {"name": ("!=", "database_response")}, pluck="name"):
        applicability.declare(name, "Not looked at here")
    frappe.db.commit()
    assert sample_metrics.sample_now(clock.now())
    assert run_bench("maintenance", "run", "daily").returncode == 0
    ran = run_bench("maintenance", "status", "--json")
    assert (as_json(ran)["verdict"], ran.returncode) == ("OK", 0)
    frappe.db.commit()
    assert not frappe.get_last_doc("Checklist Run").verdict


def test_analytics_is_unknown_until_it_was_computed_and_tells_each_component():
    ran = run_bench("maintenance", "analytics")
    assert ran.stdout.startswith("Status unknown. Not computed yet\nNo data yet.")
    assert ran.returncode == 3
    analytics.refresh(clock.now())
    frappe.db.commit()
    ran = run_bench("maintenance", "analytics", "--json")
    components = {each["component"]: each for each in as_json(ran)["components"]}
    assert set(components) >= set(analytics.COMPONENTS)
    assert components["health"]["verdict"] == "OK"
    code = {"healthy": 0, "at_risk": 1, "critical": 2, "unknown": 3}[as_json(ran)["overall_status"]]
    assert ran.returncode == code
