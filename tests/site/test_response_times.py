"""Database, API and cache: where the figures come from, and what they say when there is none."""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import frappe
import pytest
from frappe.installer import update_site_config
from frappe.monitor import log_file

from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.operations import measure, metrics
from verenigingen_maintenance.sources import clock, mariadb, monitor, redis_cache


@pytest.fixture
def monitor_log(tmp_path, monkeypatch):
    """Monitor switched on, with a log of the test's own."""
    path = tmp_path / "monitor.json.log"
    monkeypatch.setattr(monitor, "log_file", lambda: str(path))
    monkeypatch.setitem(frappe.conf, "monitor", 1)
    frappe.cache.delete_value(monitor.MONITOR_REDIS_KEY)
    yield path
    frappe.cache.delete_value(monitor.MONITOR_REDIS_KEY)


def line(milliseconds, uuid, path="/api/method/x", site=None, **ago):
    moment = clock.now() - timedelta(**(ago or {"minutes": 5}))
    return json.dumps(
        {
            "duration": milliseconds * 1000,
            "request": {"path": path, "method": "GET", "status_code": 200},
            "site": site or frappe.local.site,
            "timestamp": str(moment),
            "transaction_type": "request",
            "uuid": uuid,
        }
    )


@pytest.fixture
def web_server():
    """A web server of the test's own on loopback; answers what the test says."""

    class Handler(BaseHTTPRequestHandler):
        answer = (200, b'{"message":"pong"}')
        hosts: list = []

        def do_GET(self):
            self.hosts.append(self.headers["Host"])
            self.send_response(self.answer[0])
            self.end_headers()
            self.wfile.write(self.answer[1])

        def log_message(self, *_arguments):
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    use_address(f"http://127.0.0.1:{server.server_port}/")
    yield Handler
    server.shutdown()


def use_address(address):
    frappe.db.set_single_value("Maintenance Settings", "site_address", address)
    frappe.db.commit()


def test_the_database_time_is_the_median_of_its_pings():
    reading = mariadb.response_time(clock.now())
    assert reading.value == sorted(reading.evidence["each (ms)"])[2]
    assert reading.unit == "ms"


def test_with_monitor_on_the_api_time_is_the_mean_of_its_requests(monitor_log, web_server):
    other = [
        line(9000, "page", path="/app"),
        line(9000, "elsewhere", site="other.localhost"),
        line(9000, "yesterday", hours=25),
        line(9000, "own", path="/api/method/ping"),
    ]
    monitor_log.write_text("\n".join([line(100, "a"), line(300, "b"), line(300, "b"), *other]) + "\n")
    reading = monitor.api_response_time(clock.now())
    assert (reading.value, reading.evidence["requests"]) == (200, 2)
    assert "Frappe Monitor" in reading.source


def test_a_web_server_that_is_down_is_unknown_whatever_monitor_remembers(monitor_log):
    monitor_log.write_text(line(100, "a") + "\n")
    use_address("http://127.0.0.1:1")
    reading = monitor.api_response_time(clock.now())
    assert isinstance(reading, Unknown)
    assert "the web server did not answer a ping" in reading.reason


def test_requests_that_monitor_has_not_written_yet_count_too(monitor_log, web_server):
    monitor_log.write_text(line(100, "a") + "\n")
    frappe.cache.rpush(monitor.MONITOR_REDIS_KEY, line(500, "b"))
    assert monitor.api_response_time(clock.now()).value == 300


def test_lines_that_are_no_requests_are_counted_and_spoil_nothing(monitor_log, web_server):
    without_zone = line(900, "c").replace("+01:00", "").replace("+00:00", "")
    junk = [line(100, "b")[:50], "[]", "123", "{}", line(9, "d").replace("9000", "null"), without_zone]
    monitor_log.write_text("\n".join([line(100, "a"), *junk]) + "\n")
    reading = monitor.api_response_time(clock.now())
    assert (reading.value, reading.evidence["lines not readable"]) == (100, len(junk))


def test_of_a_large_log_only_the_end_is_read_and_the_source_says_since_when(
    monitor_log, web_server, monkeypatch
):
    lines = [line(100 if each < 90 else 200, str(each), minutes=200 - each) for each in range(100)]
    monitor_log.write_text("\n".join(lines) + "\n")
    monkeypatch.setattr(monitor, "MOST_BYTES", 1000)
    reading = monitor.api_response_time(clock.now())
    assert reading.value == 200
    assert 0 < reading.evidence["requests"] <= 5
    since = clock.now() - timedelta(minutes=100 + reading.evidence["requests"])
    assert clock.shown(since)[:16] in reading.source


def test_with_monitor_off_an_own_request_is_made_to_this_site_and_the_source_says_so(web_server):
    reading = monitor.api_response_time(clock.now())
    assert isinstance(reading, Reading)
    assert reading.value > 0
    assert "own request to http://127.0.0.1:" in reading.source
    assert "“monitor”: 1" in reading.source
    assert set(web_server.hosts) == {frappe.local.site}


def test_with_monitor_on_but_empty_an_own_request_is_made(monitor_log, web_server):
    reading = monitor.api_response_time(clock.now())
    assert "Monitor is on, but has no API request since" in reading.source


@pytest.mark.parametrize(
    "answer",
    [(200, b"<html>Login</html>"), (200, b'{"message":"pang"}'), (503, b'{"message":"pong"}'), (302, b"")],
)
def test_another_answer_than_a_pong_is_unknown(web_server, answer):
    web_server.answer = answer
    reading = monitor.api_response_time(clock.now())
    assert isinstance(reading, Unknown)
    assert "the web server did not answer a ping" in reading.reason


def test_a_web_server_that_is_down_is_unknown():
    use_address("http://127.0.0.1:1")
    reading = monitor.api_response_time(clock.now())
    assert isinstance(reading, Unknown)
    assert "the web server did not answer a ping" in reading.reason


def test_the_address_is_stored_without_its_password():
    use_address("http://admin:sup3rsecret@127.0.0.1:1")
    reading = measure.read("monitor.api_response_time", 10)
    assert "own request to http://***@127.0.0.1:1/api/method/ping" in reading.source
    assert "sup3rsecret" not in str(reading)


def test_inside_a_web_request_no_own_request_is_made(web_server, monkeypatch):
    monkeypatch.setattr(frappe.local, "request", object(), raising=False)
    reading = measure.read("monitor.api_response_time", 10)
    assert isinstance(reading, Unknown)
    assert "not inside a request" in reading.reason
    assert web_server.hosts == []


def test_the_switch_that_turns_monitor_on_is_read_from_the_site_config(web_server):
    update_site_config("monitor", 1)
    try:
        reading = measure.read("monitor.api_response_time", 10)
    finally:
        update_site_config("monitor", 0)
    assert "Monitor is on" in reading.source or "Frappe Monitor" in reading.source
    assert log_file().endswith("logs/monitor.json.log")


def keep_cache_counters():
    now = clock.now()
    metrics.insert({redis_cache.HITS: redis_cache.hits(now), redis_cache.MISSES: redis_cache.misses(now)})


def look_up(hits, misses):
    frappe.cache.set("maintenance-test", 1)
    for _ in range(hits):
        frappe.cache.get("maintenance-test")
    for _ in range(misses):
        frappe.cache.get("maintenance-test-missing")


def test_the_cache_rate_is_learning_until_a_sample_is_stored():
    reading = redis_cache.hit_rate_since_sample(clock.now())
    assert isinstance(reading, Unknown)
    assert reading.learning
    assert reading.reason == "no earlier sample is stored; one is taken every few minutes"


def test_the_cache_rate_is_the_difference_since_the_stored_sample():
    keep_cache_counters()
    look_up(hits=900, misses=2100)
    reading = redis_cache.hit_rate_since_sample(clock.now())
    assert 3000 <= reading.evidence["lookups"] < 3500
    assert 29 <= reading.value <= 38, "900 of 3000, and a few of Frappe's own"


def test_too_few_lookups_are_not_judged():
    frappe.db.set_single_value("Maintenance Settings", "cache_minimum_lookups", 100_000)
    keep_cache_counters()
    look_up(hits=100, misses=0)
    reading = redis_cache.hit_rate_since_sample(clock.now())
    assert isinstance(reading, Unknown)
    assert "and 100000 are needed" in reading.reason


def test_after_a_restart_of_redis_the_rate_is_learning():
    keep_cache_counters()
    frappe.db.sql("update `tabMetric Sample` set server = 'the one before'")
    reading = redis_cache.hit_rate_since_sample(clock.now())
    assert isinstance(reading, Unknown)
    assert "Redis restarted since the last sample" in reading.reason
