"""Sources that raise, hang or lie: one UNKNOWN with its reason, and the rest goes on."""

import threading
import time

import frappe
import pytest
from conftest import as_json, items_of, make_errors, run_bench

from verenigingen_maintenance import sources
from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.operations import measure, run_now
from verenigingen_maintenance.sources import clock

NO_REDIS = {"FRAPPE_REDIS_CACHE": "redis://127.0.0.1:1", "FRAPPE_REDIS_QUEUE": "redis://127.0.0.1:1"}


@pytest.fixture
def pretend(monkeypatch):
    """Lets one source be another function."""
    real = sources.find

    def use(name, function):
        monkeypatch.setattr(sources, "find", lambda asked: function if asked == name else real(asked))

    return use


def raising(now):
    raise RuntimeError("bank said no to jan@example.org")


def sleeping_in_the_database(now):
    frappe.db.sql("select sleep(30)")


def sleeping_in_python(now):
    threading.Event().wait(30)


def test_an_exception_is_unknown_with_its_redacted_text(pretend):
    pretend("errors.last_24_hours", raising)
    read = measure.read("errors.last_24_hours", 5)
    assert isinstance(read, Unknown)
    assert read.reason == "RuntimeError: bank said no to <e-mail>"


@pytest.mark.parametrize("function", [sleeping_in_the_database, sleeping_in_python])
def test_a_source_that_hangs_is_given_up_after_its_time(pretend, function):
    pretend("errors.last_24_hours", function)
    started = time.monotonic()
    read = measure.read("errors.last_24_hours", 1)
    assert isinstance(read, Unknown)
    assert read.reason == "no answer within 1 s" or "max_statement_time" in read.reason
    assert time.monotonic() - started < 5


def test_the_query_of_a_hanging_source_is_ended_in_the_database(pretend):
    pretend("errors.last_24_hours", sleeping_in_the_database)
    measure.read("errors.last_24_hours", 1)
    deadline = time.monotonic() + 5
    while running := frappe.db.sql(
        "select id from information_schema.processlist where info like 'select sleep%'"
    ):
        assert time.monotonic() < deadline, running
        time.sleep(0.1)


@pytest.mark.parametrize("lie", ["healthy", None, 0, {"total_errors": 0}])
def test_an_answer_that_is_no_reading_is_unknown(pretend, lie):
    pretend("errors.last_24_hours", lambda now: lie)
    read = measure.read("errors.last_24_hours", 5)
    assert isinstance(read, Unknown)
    assert read.reason == f"the source answered {type(lie).__name__}, not a reading"


def test_a_value_that_is_no_number_is_unknown(pretend):
    pretend("errors.last_24_hours", lambda now: Reading(float("nan"), "errors", now, "lies"))
    read = measure.read("errors.last_24_hours", 5)
    assert isinstance(read, Unknown)
    assert "a reading needs a finite number, not nan" in read.reason


def test_one_failing_source_leaves_the_rest_of_the_run_measured(pretend):
    make_errors(3)
    pretend("mariadb.response_time", raising)
    items = items_of(run_now.run_now("daily", clock.now()))
    assert (items["database_response"].verdict, items["database_response"].value) == ("UNKNOWN", "")
    assert (items["errors_24h"].verdict, items["errors_24h"].value) == ("OK", "3")


def test_with_redis_gone_the_run_has_unknown_rows_with_reasons_and_no_traceback():
    make_errors(3)
    ran = run_bench("maintenance", "run", "daily", "--json", **NO_REDIS)
    assert "Traceback" not in ran.stdout + ran.stderr
    items = {item["check"]: item for item in as_json(ran)["items"]}
    for check in ("errors_24h", "errors_60min", "same_error_24h", "cache_hit_rate"):
        assert (items[check]["verdict"], items[check]["value"]) == ("UNKNOWN", None)
        assert "onnection" in items[check]["reason"]
    assert items["database_response"]["verdict"] == "OK"
    assert ran.returncode == 3


def test_with_redis_gone_bench_execute_prints_the_summary_without_a_traceback():
    ran = run_bench("execute", "verenigingen_maintenance.api.run_daily", **NO_REDIS)
    assert ran.returncode == 0
    assert "Traceback" not in ran.stdout + ran.stderr
    assert "UNKNOWN   Cache hit rate" in ran.stdout


def test_what_the_table_proves_alone_stays_critical_when_the_queue_cannot_be_read():
    make_errors(60)
    ran = run_bench("maintenance", "run", "check", "errors_24h", "--json", **NO_REDIS)
    (item,) = as_json(ran)["items"]
    assert (item["verdict"], item["value"], ran.returncode) == ("CRITICAL", 60, 2)
    assert "errors that wait in Redis could not be counted" in item["reason"]
