"""Who watches the watcher: the health address, the line on every page, and why nothing is sampled."""

import json
import re
from datetime import datetime, timedelta

import frappe
import pytest
from conftest import COMMITTED, stored
from frappe.utils import background_jobs
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from verenigingen_maintenance import api, boot
from verenigingen_maintenance.operations import heartbeat, sample_metrics, watch
from verenigingen_maintenance.operations.dashboard import describe_dashboard
from verenigingen_maintenance.sources import clock, sampling, workers

SETTINGS = "Maintenance Settings"


@pytest.fixture
def token():
    made = watch.new_token()
    frappe.db.commit()
    return made


def ask(token=None, **headers):
    """Status and answer of the health address, as a guest asks."""
    frappe.set_user("Guest")
    frappe.local.request = Request(EnvironBuilder(headers=headers).get_environ())
    before, frappe.local.response = frappe.local.response, frappe._dict()
    try:
        answer = api.health(token)
        return frappe.local.response.http_status_code, answer
    finally:
        del frappe.local.request
        frappe.local.response = before
        frappe.set_user("Administrator")


def let_rounds_age(**by):
    seconds = timedelta(**by).total_seconds()
    frappe.db.sql(
        "update `tabMetric Sample` set observed_at = observed_at - interval %s second, value = value - %s "
        "where metric = %s",
        (seconds, seconds, sampling.CLOCK),
    )
    frappe.db.commit()


@pytest.fixture
def sampled():
    assert sample_metrics.sample_now(clock.now())


def test_with_the_token_it_is_200_while_samples_come(token, sampled):
    status, answer = ask(token)
    assert (status, answer["status"]) == (200, "ok")
    assert set(answer) == {"status", "sampled_seconds_ago", "verdict"}
    assert ask(**{"X-Maintenance-Token": token})[0] == 200


def test_it_is_503_when_none_came_for_longer_than_two_rounds(token, sampled):
    let_rounds_age(minutes=4)
    assert ask(token)[0] == 200
    let_rounds_age(minutes=2)
    status, answer = ask(token)
    assert (status, answer["status"]) == (503, "stale")
    assert answer["sampled_seconds_ago"] >= 360
    assert answer["why"]


def test_it_is_503_where_nothing_was_ever_sampled_or_sampling_is_off(token):
    assert ask(token)[0] == 503
    sample_metrics.sample_now(clock.now())
    frappe.db.set_single_value(SETTINGS, "sample_minutes", 0)
    status, answer = ask(token)
    assert (status, "Sample Every, is 0" in answer["why"][0]) == (503, True)


@pytest.mark.parametrize("wrong", [None, "", "x", "🔑", "0" * 5_000])
def test_without_the_right_token_nothing_of_the_site_is_told(wrong, token, sampled):
    assert ask(wrong) == (403, {"status": "forbidden"})


def test_where_no_token_was_made_none_opens_it(sampled):
    assert ask("") == (403, {"status": "forbidden"})
    assert ask("None") == (403, {"status": "forbidden"})


def test_who_asks_from_outside_with_the_token_is_remembered_and_this_host_is_not(token, sampled, monkeypatch):
    for address, with_token, is_noted in (
        ("192.0.2.7", "x", False),
        ("127.0.0.1", token, False),
        ("an address that a proxy made up", token, True),
    ):
        monkeypatch.setattr(frappe.local, "request_ip", address, raising=False)
        ask(with_token)
        assert ("asked" in heartbeat.last_outside()) == is_noted, address


def test_a_new_token_ends_the_former_one_and_is_kept_nowhere(token, sampled):
    second = watch.new_token()
    assert (ask(token)[0], ask(second)[0]) == (403, 200)
    rows = frappe.db.sql("select value from tabSingles where doctype = %s", SETTINGS, pluck=True)
    assert second not in json.dumps(rows)


def test_only_a_manager_makes_a_token_and_sees_it_once():
    frappe.set_user("manager@example.com")
    assert re.fullmatch(r"[\w-]{32}", api.new_health_token())
    frappe.set_user("operator@example.com")
    with pytest.raises(frappe.PermissionError):
        api.new_health_token.__wrapped__()


def test_saving_the_settings_keeps_the_token(token, sampled):
    form = frappe.get_doc(SETTINGS)
    form.update({"health_token_hash": "forged", "heartbeat_problem": "forged"}).save()
    assert ask(token)[0] == 200
    assert not frappe.db.get_single_value(SETTINGS, "heartbeat_problem")


# --- why


def why(now=None):
    return " ".join(watch.describe_watch(now or clock.now())["why"])


def begun(**ago):
    frappe.db.sql("update `tabScheduled Job Type` set last_execution = %s", stored(**ago))
    COMMITTED.append("the scheduler's jobs")


@pytest.fixture
def worker(monkeypatch):
    """A worker that lives."""
    monkeypatch.setattr(workers, "_heartbeats", lambda now: {"w": now})
    frappe.db.sql("delete from `tabActivity Log`")
    log = {"doctype": "Activity Log", "subject": "x", "operation": "Login", "status": "Success"}
    frappe.get_doc(log).insert(ignore_permissions=True)


def test_while_samples_come_nothing_is_explained(sampled):
    told = watch.describe_watch(clock.now())
    assert (told["is_late"], told["why"], told["seconds"] < 60) == (False, [], True)


def test_a_scheduler_that_is_off_is_told(worker):
    frappe.db.set_single_value("System Settings", "enable_scheduler", 0)
    assert "the scheduler is off in System Settings" in why()
    frappe.db.set_single_value("System Settings", "enable_scheduler", 1)


def test_a_dormant_site_is_explained(worker, monkeypatch):
    frappe.db.set_single_value("System Settings", "enable_scheduler", 1)
    monkeypatch.setitem(frappe.conf, "developer_mode", 0)
    frappe.db.sql("update `tabActivity Log` set modified = %s", stored(days=6))
    assert "Frappe takes this site for dormant: nobody logged in since" in why()
    assert "A login wakes it" in why()


def test_a_scheduler_whose_process_is_dead_is_told(worker):
    frappe.db.set_single_value("System Settings", "enable_scheduler", 1)
    begun(minutes=25)
    assert "The scheduler began no job for 25 minutes" in why()


def test_workers_that_are_dead_are_told(worker, monkeypatch):
    frappe.db.set_single_value("System Settings", "enable_scheduler", 1)
    monkeypatch.setattr(workers, "_heartbeats", lambda now: {"w": now - timedelta(hours=1)})
    assert "No worker gave a sign of life for 8 minutes" in why()


def test_a_bench_that_never_had_a_queue_or_worker_is_told_the_same():
    queue = background_jobs.get_queue("long")
    queue.connection.delete("none", *queue.connection.keys("rq:*"))
    frappe.db.set_single_value("System Settings", "enable_scheduler", 1)
    assert watch._no_worker(clock.now()) == "No worker gave a sign of life for 8 minutes: start one."


def test_a_worker_that_redis_forgot_is_found_by_its_signs_of_life():
    redis = background_jobs.get_queue("long").connection
    redis.delete("none", *redis.keys("rq:*"))
    redis.hset("rq:worker:one", "last_heartbeat", f"{datetime.utcnow().isoformat()}Z")
    assert workers.alive(clock.now()).value == 1
    redis.delete("rq:worker:one")


def test_a_round_that_fails_while_jobs_run_is_told(worker):
    frappe.db.set_single_value("System Settings", "enable_scheduler", 1)
    begun(minutes=1)
    assert "Jobs run, but no round of samples was kept" in why()


def test_while_samples_are_late_the_live_verdict_is_unknown(sampled):
    let_rounds_age(minutes=30)
    assert watch.describe_watch(clock.now())["verdict"] == "UNKNOWN"


def test_a_mail_account_that_fails_is_told_on_every_page(sampled):
    queue = {"doctype": "Email Queue", "sender": "a@example.com", "status": "Error"}
    error = "x\nSMTPAuthenticationError: (535, b'denied') for treasurer@example.org"
    failed = frappe.get_doc({**queue, "error": error})
    failed.db_insert()
    (problem,) = watch.describe_watch(clock.now())["problems"]
    assert problem.startswith("1 messages could not be sent by e-mail.")
    assert "SMTPAuthenticationError" in problem
    assert "treasurer@example.org" not in problem


# --- on the pages


def test_the_dashboard_page_has_the_age_of_the_samples(sampled):
    told = describe_dashboard()
    assert (told["is_late"], bool(told["sampled"])) == (False, True)
    let_rounds_age(minutes=30)
    told = describe_dashboard()
    assert (told["is_late"], told["sampled"]) == (True, "30 min")


def test_desk_knows_the_pages_of_this_app_for_whoever_has_a_role_in_it():
    frappe.set_user("auditor@example.com")
    info = {}
    boot.add_pages(info)
    pages = info["maintenance_pages"]
    assert {"Checklist Run", "Maintenance Check", "Metric"} <= set(pages["DocType"])
    assert "Checklist Run Item" not in pages["DocType"]
    assert {"System Health", "Error Patterns"} <= set(pages["Report"])
    assert pages["Workspace"] == ["Maintenance"]
    frappe.set_user("nobody@example.com")
    boot.add_pages(info)
    assert info["maintenance_pages"] == {}
