"""What fails without an Error Log is counted beside it, with its name."""

import json
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import frappe
import pytest
from conftest import as_json, run_bench, start_bench
from frappe.app import application
from frappe.deferred_insert import save_to_db
from frappe.installer import update_site_config
from frappe.utils import background_jobs
from test_measuring import NO_REDIS
from test_response_times import monitor_log  # noqa: F401
from werkzeug.test import Client

from verenigingen_maintenance.operations import measure
from verenigingen_maintenance.sources import clock, error_log, failed_requests, jobs, monitor

FAILS = "frappe.utils.data.add_days"
WEEK = background_jobs.RQ_JOB_FAILURE_TTL


def ask(source, **later):
    return source(clock.now() + timedelta(**later))


@pytest.fixture
def scheduled_job():
    """A job of the scheduler that fails each time it runs."""
    frappe.db.delete("Scheduled Job Log")
    job = frappe.get_doc(doctype="Scheduled Job Type", method=FAILS, frequency="Daily").insert()
    yield job
    frappe.db.rollback()
    frappe.db.delete("Scheduled Job Log")
    frappe.db.delete("Scheduled Job Type", job.name)
    frappe.db.commit()


def add_log(job, status, **ago):
    moment = clock.stored(clock.now() - timedelta(**ago))
    log = frappe.get_doc(doctype="Scheduled Job Log", scheduled_job_type=job.name).insert()
    log.db_set({"status": status, "creation": moment, "modified": moment}, update_modified=False)


def test_a_scheduled_job_that_fails_counts_for_a_day_and_one_that_keeps_no_log_is_named(scheduled_job):
    scheduled_job.execute()
    assert frappe.db.count("Error Log") == 0
    reading = ask(jobs.failed_scheduled_jobs)
    assert (reading.value, reading.unit, reading.detail) == (1, "jobs", "data.add_days (1)")
    assert ask(jobs.failed_scheduled_jobs, hours=25).value == 0
    scheduled_job.db_set("create_log", 0)
    assert "data.add_days" in ask(jobs.failed_scheduled_jobs).evidence["keep no log"]


def test_a_killed_scheduled_job_counts_whether_or_not_a_later_run_ended_well(scheduled_job):
    other = frappe.copy_doc(scheduled_job).update({"method": "frappe.utils.data.add_years"}).insert()
    add_log(scheduled_job, "Complete", hours=30)
    add_log(scheduled_job, "Start", hours=20)
    add_log(other, "Start", hours=20)
    add_log(other, "Complete", hours=2)
    reading = ask(jobs.stuck_scheduled_jobs)
    assert (reading.value, reading.evidence["none did"]) == (2, ["data.add_days"])
    assert reading.evidence["a later run ended well"] == ["data.add_years"]
    assert "data.add_years, ended well since (1)" in reading.detail


def test_a_scheduled_job_that_may_still_run_is_not_called_killed(scheduled_job, monkeypatch):
    add_log(scheduled_job, "Start", minutes=59)
    add_log(scheduled_job, "Start", days=8)
    assert ask(jobs.stuck_scheduled_jobs).value == 0
    assert ask(jobs.stuck_scheduled_jobs, minutes=2).value == 1
    monkeypatch.setattr(background_jobs, "get_queues_timeout", lambda: {"long": 1500, "nightly": 7200})
    assert ask(jobs.stuck_scheduled_jobs, minutes=2).value == 0


def add_job(queue, site=None, job_id="1", **options):
    """A job as RQ keeps it when it has failed."""
    site = site or frappe.local.site
    call = {"kwargs": {"site": site, "job_name": "a.b.c", "kwargs": {}}, "job_id": f"{site}::{job_id}"}
    job = queue.enqueue_call(background_jobs.execute_job, **call, failure_ttl=WEEK, **options)
    queue.remove(job)
    job.set_status("failed")
    queue.failed_job_registry.add(job, WEEK)
    return job


def test_a_background_job_that_fails_counts_for_a_day_and_only_on_its_own_site(queue):
    frappe.enqueue(FAILS, date="2026-01-01", days="soon")
    run_bench("worker", "--burst", "--queue", "default")
    add_job(queue, "other.localhost")
    add_job(queue, f"{frappe.local.site}domain")
    reading = ask(jobs.failed_background_jobs)
    assert (reading.value, reading.detail) == (1, f"{FAILS} (1)")
    assert ask(jobs.failed_background_jobs, hours=25).value == 0


def test_a_job_that_was_killed_is_failed_still_when_it_runs_anew_under_its_id(queue):
    killed = add_job(queue, job_id="scheduled_job::a.tasks.daily")
    killed.set_status("finished")
    killed.ended_at = killed.created_at + timedelta(days=2)
    killed.save()
    assert ask(jobs.failed_background_jobs, days=2).value == 0
    queue.connection.delete(killed.key)
    assert ask(jobs.failed_background_jobs).detail == "scheduled_job::a.tasks.daily (1)"


def test_a_job_whose_code_is_gone_hides_no_other(queue):
    queue.connection.hset(add_job(queue, job_id="gone").key, "data", b"\x80\x04cgone.app\nrun\n.")
    add_job(queue)
    names = ask(jobs.failed_background_jobs).evidence["by name"]
    assert names == {"a.b.c": 1, "a job whose arguments cannot be read": 1}


def test_a_registry_that_is_full_may_have_lost_failures_and_is_said_to_be_at_least(queue, monkeypatch):
    monkeypatch.setitem(frappe.conf, "rq_failed_jobs_limit", 3)
    for number in range(3):
        add_job(queue, "other.localhost", job_id=str(number))
    assert ask(jobs.failed_background_jobs).value == 0
    assert "from 3 on Frappe drops newer ones" in ask(jobs.failed_background_jobs).at_least


def test_a_job_whose_worker_is_killed_is_stuck_until_rq_calls_it_failed(queue):
    job = frappe.enqueue("frappe.utils.background_jobs.test_job", s=60)
    worker = start_bench("worker", "--queue", "default")
    assert any(job.get_status() == "started" or time.sleep(0.1) for _ in range(300))
    (horse,) = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()
    worker.kill()
    os.kill(int(horse), signal.SIGKILL)
    assert ask(jobs.stuck_background_jobs, minutes=9).value == 0
    found = ask(jobs.stuck_background_jobs, minutes=13).detail
    assert found == "frappe.utils.background_jobs.test_job, without a worker (1)"
    assert ask(jobs.failed_background_jobs).value == 0
    assert job.get_status() == "started", "looking at it did not tidy it up"


def test_a_job_that_runs_on_after_its_time_is_stuck(queue):
    job = add_job(queue, timeout=1500)
    job.started_at = job.enqueued_at
    job.save()
    queue.started_job_registry.add(job, 86400)
    assert ask(jobs.stuck_background_jobs, minutes=34).value == 0
    assert ask(jobs.stuck_background_jobs, minutes=36).detail == "a.b.c, over its time-out (1)"


def test_a_job_that_waits_for_more_than_an_hour_is_stuck_and_only_on_its_own_site(queue, monkeypatch):
    frappe.enqueue(FAILS, queue="long")
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(frappe.local, "site", "other.localhost")
        frappe.enqueue(FAILS, queue="long")
    assert ask(jobs.stuck_background_jobs, minutes=59).value == 0
    assert ask(jobs.stuck_background_jobs, minutes=61).evidence["waiting for more than an hour"] == 1
    monkeypatch.setattr(jobs, "MOST_JOBS", 1)
    assert "2 jobs wait in" in ask(jobs.stuck_background_jobs).at_least


@pytest.fixture
def web(monitor_log, monkeypatch):  # noqa: F811
    """Asks Frappe for a page in a thread of its own while Monitor is on; ping fails with the message."""
    monkeypatch.setattr("frappe.monitor.log_file", lambda: str(monitor_log))
    update_site_config("monitor", 1)

    def get(path, message=""):
        @frappe.whitelist(allow_guest=True)
        def ping(**_arguments):
            raise RuntimeError(message)

        monkeypatch.setattr("frappe.handler.ping", ping)
        client, host = Client(application), {"Host": frappe.local.site}
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(client.get, path, headers=host).result(60).status_code

    get.log = monitor_log
    yield get
    update_site_config("monitor", 0)


def test_a_failed_request_is_unlogged_when_its_error_neither_waits_in_redis_nor_is_written(web):
    assert web("/private/files/letter.pdf") == 403, "refused, not failed, though Monitor notes 500"
    assert web("/api/method/ping?token=s3cret", "bank said no") == 500
    assert (frappe.cache.llen(error_log.QUEUE), ask(failed_requests.without_error_log).value) == (1, 0)
    save_to_db()
    assert (frappe.cache.llen(error_log.QUEUE), ask(failed_requests.without_error_log).value) == (0, 0)
    frappe.db.delete("Error Log")
    reading = ask(failed_requests.without_error_log)
    assert (reading.value, reading.unit, reading.detail) == (1, "requests", "/api/method/ping (1)")
    wanted = {"requests": 2, "by status": {"500": 1}, "refused before Frappe answered, not counted": 1}
    assert reading.evidence == reading.evidence | wanted
    assert "s3cret" not in str(reading)


def test_an_error_too_long_for_error_log_counts_once_though_monitor_repeats_its_last_line(web):
    assert web("/api/method/ping", "bank said no, " * 20) == 500
    save_to_db()
    frappe.monitor.flush()
    frappe.monitor.flush()
    assert (frappe.db.count("Error Log"), web.log.read_text().count("\n")) == (0, 2)
    assert ask(failed_requests.without_error_log).value == 1
    assert "Monitor is on, but has no request" in ask(failed_requests.without_error_log, hours=25).reason


def line(uuid, status=500, site=None, **ago):
    request = {"path": "/app", "status_code": status, "response_length": 9}
    about = {"site": site or frappe.local.site, "timestamp": str(clock.now() - timedelta(**ago))}
    return json.dumps({**about, "uuid": uuid, "request": request})


def test_what_of_monitor_was_read_is_told(web, monkeypatch):
    end = [line("c", 200, hours=2), line("d", site="other", hours=2)]
    web.log.write_text("\n".join([line("a", hours=30), line("b", hours=3), *end, end[0][:40]]) + "\n")
    reading = ask(failed_requests.without_error_log)
    wanted = {"requests": 2, "failed requests": 1, "lines not readable": 1}
    assert (reading.value, reading.evidence) == (1, reading.evidence | wanted)
    monkeypatch.setattr(monitor, "MOST_BYTES", len("".join(end)) + 50)
    since = datetime.fromisoformat(json.loads(end[0])["timestamp"])
    assert ask(failed_requests.without_error_log).evidence["since"] == clock.shown(since)


def test_more_waiting_errors_than_are_looked_at_make_it_unknown(web, monkeypatch):
    web("/api/method/ping", "bank said no")
    web("/api/method/ping", "bank said no")
    monkeypatch.setattr(error_log, "MOST_QUEUED", 1)
    assert "2 errors wait in Redis" in ask(failed_requests.without_error_log).reason


def test_with_monitor_off_failed_requests_are_unknown_and_it_says_how_to_turn_it_on():
    reason = measure.read("failed_requests.without_error_log", 10).reason
    assert reason == "Monitor is off; the setting “monitor”: 1 in the site config turns it on"


@pytest.mark.parametrize("check", ["failed_background_jobs", "stuck_background_jobs", "failed_requests"])
def test_with_redis_gone_it_is_unknown_and_never_nought(check, web):
    ran = run_bench("maintenance", "run", "check", check, "--json", **NO_REDIS)
    (item,) = as_json(ran)["items"]
    assert (item["verdict"], item["value"], ran.returncode) == ("UNKNOWN", None, 3)
    assert "ConnectionError" in item["reason"]
