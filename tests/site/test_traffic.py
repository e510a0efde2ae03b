"""Requests and jobs since the sample before: each counts once, whatever is flushed, rotated or broken."""

import io
import json
from datetime import datetime, timedelta, timezone

import frappe
import pytest
from conftest import AMSTERDAM, keep_sample
from test_beside_error_log import web  # noqa: F401
from test_response_times import monitor_log, use_address, web_server  # noqa: F401

from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.operations import measure
from verenigingen_maintenance.sources import clock, dashboard, monitor, traffic

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=AMSTERDAM)
SOURCES = [
    traffic.requests,
    traffic.server_errors,
    traffic.error_share,
    traffic.median_time,
    traffic.p95_time,
    traffic.jobs,
]
NOT_READABLE = "lines not readable"
FOREIGN = "203.0.113.5"


@pytest.fixture(autouse=True)
def nothing_was_read():
    """Tests ask about the same moment: what one of them read is not another's."""
    frappe.local.maintenance_shared = {}


@pytest.fixture
def log(monitor_log, monkeypatch):  # noqa: F811
    """Monitor switched on, with a log of the test's own that flushing writes too."""
    monkeypatch.setattr("frappe.monitor.log_file", lambda: str(monitor_log))
    return monitor_log


def entry(before=30, ms=100, now=NOW, **other):
    """A request as Monitor notes it, that was answered so many seconds before a moment."""
    began = now.astimezone(timezone.utc) - timedelta(seconds=before, milliseconds=ms)
    request = {"ip": FOREIGN, "method": "GET", "path": "/app", "status_code": 200, "response_length": 9}
    about = {"site": frappe.local.site, "timestamp": str(began), "transaction_type": "request"}
    return {**about, "duration": ms * 1000, "request": request, "uuid": frappe.generate_hash(), **other}


def request(before=30, ms=100, **fields):
    """The same with other fields of the request; None leaves one out."""
    made = entry(before, ms)
    fields = {**made["request"], **fields}
    return {**made, "request": {name: value for name, value in fields.items() if value is not None}}


def job(before=30, **other):
    made = entry(
        before, transaction_type="job", job={"method": "a.b.c", "scheduled": True, "wait": 0}, **other
    )
    del made["request"]
    return made


def as_line(made):
    return made if isinstance(made, bytes) else json.dumps(made).encode()


def write(log, *entries, mode="ab"):
    with open(log, mode) as file:
        file.write(b"".join(as_line(each) + b"\n" for each in entries))


def wait_in_redis(*entries):
    for each in entries:
        frappe.cache.rpush(monitor.MONITOR_REDIS_KEY, as_line(each))


def ask(source=traffic.requests, now=NOW):
    """What a source says now, whatever was read before."""
    frappe.local.maintenance_shared = {}
    return source(now)


def counted_in_a_round(now):
    """How many requests a round counts; its sample is kept."""
    value = ask(now=now).value
    keep_sample("traffic.requests", value, at=now)
    return value


@pytest.fixture
def bytes_read(monkeypatch):
    """Counts the bytes that are read of files."""
    read = []

    class Counting(io.FileIO):
        def read(self, size=-1):
            data = super().read(size)
            read.append(len(data))
            return data

    monkeypatch.setattr(traffic, "open", Counting, raising=False)
    return read


@pytest.mark.parametrize("source", SOURCES)
def test_with_monitor_off_it_is_unknown_and_says_what_turns_it_on(source):
    answer = ask(source)
    assert (answer.reason, answer.learning) == (monitor.IS_OFF, False)


def test_what_ended_since_the_sample_before_counts_but_for_the_last_seconds(log):
    keep_sample("traffic.requests", 1, at=NOW - timedelta(minutes=2))
    write(log, *(entry(before) for before in (600, 126, 125, 124.9, 60, 5, 4.9, 0)))
    reading = ask()
    assert (reading.value, reading.unit, reading.at_least) == (3, "requests", "")
    assert reading.evidence["since"] == "2026-11-24T08:57:55+01:00"


def test_a_request_counts_where_it_ended_however_long_it_took(log):
    write(log, entry(30), entry(29, ms=3_600_000), entry(28))
    assert ask().value == 3


@pytest.mark.parametrize(("minutes", "counted"), [(None, 1), (14, 2), (16, 1)])
def test_without_a_sample_of_the_last_quarter_of_an_hour_two_minutes_count(log, minutes, counted):
    if minutes:
        keep_sample("traffic.requests", 1, at=NOW - timedelta(minutes=minutes))
    write(log, entry(10 * 60), entry(60))
    assert ask().value == counted


def test_rounds_count_each_request_once_whatever_is_flushed_between(log):
    start = NOW - timedelta(minutes=10)
    keep_sample("traffic.requests", 0, at=start)
    for seconds in (-5, -4.5):
        wait_in_redis(entry(-seconds, now=start))
    counts = []
    for minute in range(10):
        wait_in_redis(*(entry(-minute * 60 - second, now=start) for second in range(0, 60, 5)))
        if minute % 3 == 2:
            frappe.monitor.flush()
            frappe.monitor.flush()
        counts.append(counted_in_a_round(start + timedelta(minutes=minute + 1)))
    assert log.read_bytes().count(b"\n") == 2 + 9 * 12 + 5, "each flush but the first repeats the last line"
    assert counts == [13] + [12] * 9, "what ends within the last 5 s belongs to the next round"


@pytest.mark.parametrize("moment", ["before Redis is asked", "before the log is read"])
def test_a_flush_while_a_round_is_made_hides_nothing(log, monkeypatch, moment):
    wait_in_redis(entry(50), entry(40), entry(30))
    if moment == "before Redis is asked":
        length = frappe.cache.llen
        monkeypatch.setattr(
            type(frappe.cache), "llen", lambda _self, key: frappe.monitor.flush() or length(key)
        )
    else:
        monkeypatch.setattr(monitor, "log_file", lambda: frappe.monitor.flush() or str(log))
    assert ask().value == 3


def test_rounds_count_each_request_once_in_the_hour_that_the_clock_repeats(log):
    second_two = datetime(2026, 10, 25, 1, 0, tzinfo=timezone.utc)
    rounds = [second_two + timedelta(minutes=minutes) for minutes in range(-20, 80, 10)]
    for now in rounds:
        write(log, entry(60, now=now))
        counted_in_a_round(now)
    counts = frappe.get_all("Metric Sample", {"metric": "traffic.requests"}, pluck="value", order_by="name")
    assert counts == [1] * len(rounds)


def test_a_log_that_was_rotated_between_is_read_on_in_the_one_before(log):
    keep_sample("traffic.requests", 1, at=NOW - timedelta(minutes=2))
    write(log, entry(300), entry(90), entry(80))
    log.rename(f"{log}.1")
    write(log, entry(70), entry(60))
    assert ask().value == 4
    log.unlink()
    assert ask().value == 2


def test_of_a_log_that_was_truncated_or_is_gone_counts_what_is_there(log):
    write(log, entry(60), entry(50))
    write(log, entry(30), mode="wb")
    assert ask().value == 1
    log.unlink()
    assert ask().value == 0


@pytest.mark.parametrize(
    "junk",
    [
        b'{"duration": 1000, "request": {"pa',
        b'{"site": "\xff\xfe\xe9"}',
        b"\x00\x00\x00\x00",
        b"null",
        b"[]",
        b"{}",
        b'{"timestamp": "2026-11-24 08:00:00+00:00"}',
        {"duration": None},
        {"duration": "soon"},
        {"duration": 1e30},
        {"timestamp": 1},
        {"timestamp": "yesterday"},
        {"timestamp": "2026-11-24 07:59:00"},
    ],
    ids=str,
)
def test_a_line_that_is_no_entry_is_counted_as_not_readable_and_spoils_nothing(log, junk):
    write(log, entry(60), junk if isinstance(junk, bytes) else {**entry(50), **junk}, entry(40))
    reading = ask()
    assert (reading.value, reading.evidence[NOT_READABLE]) == (2, 1)


@pytest.mark.parametrize(
    "odd",
    [
        lambda: entry(duration="100000"),
        lambda: entry(uuid=["a"]),
        lambda: request(status_code="200"),
        lambda: {**entry(), "request": {"path": "/app", "status_code": None}},
        lambda: b"[" * 100_000,
    ],
    ids=["duration a text", "uuid a list", "status a text", "status null", "nested"],
)
def test_values_of_another_kind_than_monitor_writes_raise_nothing(log, odd):
    write(log, entry(60), odd())
    assert 1 <= ask().value <= 2


def test_entries_of_other_sites_are_not_this_ones(log):
    write(log, entry(), entry(site="other.localhost"), job(site="other.localhost"), job())
    assert (ask().value, ask(traffic.jobs).value) == (1, 1)
    assert ask().evidence[NOT_READABLE] == 0


def test_own_probes_are_left_out_and_a_visitor_of_the_same_page_is_not(log):
    page = dashboard.path()
    write(log, *(request(path=page, ip=ip) for ip in ("127.0.0.1", "::1", FOREIGN)))
    write(log, request(path=monitor.OWN_PING, ip="127.0.0.1"), request(path="/app", ip="127.0.0.1"))
    assert ask().value == 2


def test_what_frappe_refused_is_neither_a_request_nor_an_error(log):
    refused = [request(status_code=500, response_length=None) for _ in range(3)]
    write(
        log, *refused, request(status_code=500), request(status_code=503), request(status_code=404), entry()
    )
    reading = ask(traffic.server_errors)
    assert (reading.value, reading.evidence["refused before Frappe answered, not counted"]) == (2, 3)
    assert (ask().value, ask(traffic.error_share).value) == (4, 50)


def test_real_requests_are_counted_as_monitor_notes_them(web):  # noqa: F811
    assert web("/private/files/letter.pdf") == 403
    assert web("/api/method/ping") == 500, "an own probe, for all that can be known"
    assert web("/api/method/frappe.client.get_count?doctype=User") == 403
    now = clock.now() + timedelta(seconds=10)
    reading = ask(now=now)
    assert (reading.value, reading.evidence["refused before Frappe answered, not counted"]) == (1, 1)
    frappe.monitor.flush()
    found = measure.read_all(["traffic.requests", "traffic.api_time"], now, 10)
    assert found["traffic.requests"].value == 1
    assert found["traffic.api_time"].evidence["API requests"] == 1


def test_a_scheduled_job_counts_each_time_it_ran_under_its_one_id(log):
    write(log, *(job(before, uuid="test::scheduled_job::daily") for before in (90, 60, 30)), entry())
    last = as_line(job(20, uuid="test::scheduled_job::daily"))
    write(log, last, last)
    wait_in_redis(last)
    assert (ask(traffic.jobs).value, ask().value) == (4, 1)


def test_of_a_log_of_two_gigabytes_only_the_end_is_read(log, bytes_read):
    with open(log, "wb") as file:
        file.truncate(2 * 1024**3)
    write(log, b"", entry(600), *(entry() for _ in range(100)))
    assert [source(NOW).value for source in (traffic.requests, traffic.server_errors)] == [100, 0]
    assert bytes_read == [traffic.BLOCK]
    log.unlink()


def test_where_the_end_of_a_log_is_all_new_the_count_is_at_least(log, bytes_read, monkeypatch):
    with open(log, "wb") as file:
        file.truncate(2 * 1024**3)
    write(log, b"", *(entry() for _ in range(100)))
    reading = ask()
    assert (reading.value, reading.at_least) == (100, "only the last 16 MB of the log were read")
    assert sum(bytes_read) == traffic.MOST_BYTES
    log.unlink()


@pytest.mark.parametrize("block", [1, 7, 350, 100_000])
def test_a_line_counts_wherever_a_block_ends(log, block, monkeypatch):
    write(log, *(entry(each) for each in range(110, 10, -10)))
    log.write_bytes(log.read_bytes().rstrip(b"\n"))
    monkeypatch.setattr(traffic, "BLOCK", block)
    reading = ask()
    assert (reading.value, reading.evidence[NOT_READABLE], reading.at_least) == (10, 0, "")


def test_of_very_many_waiting_entries_the_newest_are_read_and_the_count_is_at_least(log, monkeypatch):
    monkeypatch.setattr(traffic, "CHUNK", 2)
    monkeypatch.setattr(traffic, "MOST_UNFLUSHED", 4)
    wait_in_redis(*(entry(each) for each in (80, 70, 60, 50, 40)))
    reading = ask()
    assert (reading.value, reading.at_least) == (4, "only the newest 4 waiting entries were read")
    wait_in_redis(entry(600), *(entry(each) for each in (30, 20, 10)))
    reading = ask(now=NOW + timedelta(microseconds=1))
    assert (reading.value, reading.at_least) == (3, ""), "an older one shows that it is all"


def test_without_a_request_counts_are_nought_and_times_are_learning(log):
    write(log, job())
    values = {source: ask(source) for source in SOURCES}
    counts = [values[each].value for each in (traffic.requests, traffic.server_errors, traffic.jobs)]
    assert counts == [0, 0, 1]
    for source in (traffic.median_time, traffic.p95_time, traffic.error_share):
        assert isinstance(values[source], Unknown)
        assert values[source].learning
        assert values[source].reason == "no request since 2026-11-24T08:57:55+01:00"


def test_times_are_those_of_the_answers(log):
    write(log, entry(600, ms=9_000), *(entry(ms=ms) for ms in range(1, 101)))
    assert (ask(traffic.median_time).value, ask(traffic.median_time).unit) == (50.5, "ms")
    assert (ask(traffic.p95_time).value, ask(traffic.p95_time).unit) == (95, "ms")


def test_the_api_time_is_the_mean_of_api_requests_without_own_pings(log):
    api = [request(ms=ms, path="/api/resource/ToDo") for ms in (100, 300)]
    write(log, *api, entry(ms=9_000), request(ms=9_000, path=monitor.OWN_PING))
    reading = ask(traffic.api_time)
    assert (reading.value, reading.unit, reading.evidence["API requests"]) == (200, "ms", 2)
    assert reading.source == "Frappe Monitor, since the sample before"


def test_without_an_api_request_the_api_time_is_that_of_own_pings_and_says_so(log, web_server):  # noqa: F811
    write(log, entry())
    reading = ask(traffic.api_time)
    assert isinstance(reading, Reading)
    assert "own request to http://127.0.0.1:" in reading.source
    assert "no API request since 2026-11-24T08:57:55+01:00" in reading.source


def test_with_monitor_off_the_api_time_is_that_of_own_pings_and_says_so(web_server):  # noqa: F811
    reading = ask(traffic.api_time)
    assert reading.value > 0
    assert monitor.IS_OFF in reading.source


def test_with_neither_monitor_nor_a_web_server_the_api_time_is_unknown():
    use_address("http://127.0.0.1:1")
    assert ask(traffic.api_time).reason.startswith("the web server did not answer a ping")
