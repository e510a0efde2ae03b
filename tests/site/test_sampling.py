"""A round of samples on a real site: once, whatever fires twice; what fails is a gap with a reason."""

import dataclasses
import os
import signal
import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import frappe
import pytest
import redis
from conftest import keep_sample, run_bench, start_bench, stored, wait_until_free, wait_until_locked
from fake_dashboard import closed_address

from verenigingen_maintenance import scheduled, sources
from verenigingen_maintenance.operations import (
    downtimes,
    gaps,
    heartbeat,
    ingest_errors,
    live,
    measure,
    metrics,
    run_now,
    sample_metrics,
    setup_measures,
)
from verenigingen_maintenance.sources import clock, host, sampling

SAMPLE, METRIC, SETTINGS = "Metric Sample", "Metric", "Maintenance Settings"


@pytest.fixture(autouse=True)
def nothing_is_wrong(monkeypatch):
    """No worker runs here, the machine may be busy, the servers are young: that is judged elsewhere."""
    for server in ("mariadb", "redis_cache"):
        old = f"verenigingen_maintenance.sources.{server}.started_at"
        monkeypatch.setattr(old, lambda now: now - timedelta(days=1))
    names = ("workers_alive", "host_load", "memory_used", "disk_used")
    frappe.db.set_value("Maintenance Check", {"name": ("in", names)}, "live", 0)
    frappe.db.commit()


def rounds():
    """How many rounds were kept."""
    frappe.db.commit()
    return frappe.db.count(SAMPLE, {"metric": sampling.CLOCK})


def make_round():
    assert sample_metrics.sample_now(clock.now())


def values():
    """The latest value of each metric, as others see it."""
    frappe.db.commit()
    rows = frappe.get_all(METRIC, fields=["name", "value", "reason", "unknown_since", "observed_at"], limit=0)
    return {row.name: row for row in rows}


def let_rounds_age(**by):
    seconds = timedelta(**by).total_seconds()
    frappe.db.sql(
        f"update `tab{SAMPLE}` set observed_at = observed_at - interval %s second, "
        "value = if(metric = %s, value - %s, value)",
        (seconds, sampling.CLOCK, seconds),
    )
    frappe.db.commit()


def escalations():
    frappe.db.commit()
    fields = ["name", "subject", "title", "onset_at", "triggered_at", "trigger_to_escalation"]
    return frappe.get_all("Maintenance Escalation", fields=fields, order_by="creation")


def events(name):
    rows = frappe.get_all("Maintenance Escalation Event", {"parent": name}, ["event", "note"], order_by="idx")
    return [(row.event, row.note) for row in rows]


def test_a_round_keeps_a_value_or_a_reason_for_each_metric_that_this_site_can_have():
    make_round()
    found = values()
    asked = {name for name, row in found.items() if row.value or row.reason}
    there = {row.name for row in metrics.applicable([], {})}
    assert asked == there
    assert float(found["mariadb.response_time"].value) > 0
    assert found["backups.age"].reason.startswith("there is no whole backup of the database")
    assert found["traffic.requests"].reason.startswith("Monitor is off")
    assert not found["verenigingen.active_members"].reason, "it needs a DocType that is not here"


def test_it_returns_unless_it_is_due():
    assert sample_metrics.sample_if_due(clock.now())
    assert not sample_metrics.sample_if_due(clock.now())
    let_rounds_age(minutes=2)
    assert not sample_metrics.sample_if_overdue(clock.now()), "the job whose work it is has its turn first"
    assert sample_metrics.sample_if_due(clock.now())
    assert rounds() == 2


def test_a_job_that_stands_in_makes_the_round_that_is_overdue():
    make_round()
    let_rounds_age(minutes=3)
    scheduled.ingest_maintenance_errors()
    assert rounds() == 2


def test_the_interval_is_a_setting_and_nought_switches_it_off():
    frappe.db.set_single_value(SETTINGS, "sample_minutes", 5)
    make_round()
    let_rounds_age(minutes=4)
    assert not sample_metrics.sample_if_due(clock.now())
    let_rounds_age(minutes=1)
    assert sample_metrics.sample_if_due(clock.now())
    frappe.db.set_single_value(SETTINGS, "sample_minutes", 0)
    let_rounds_age(hours=1)
    assert not sample_metrics.sample_if_due(clock.now())


def test_two_schedulers_at_once_make_one_round():
    make_round()
    let_rounds_age(minutes=2)
    call = ("execute", "verenigingen_maintenance.scheduled.sample_maintenance_metrics")
    both = [start_bench(*call) for _ in range(2)]
    outputs = [each.communicate(timeout=60)[0] for each in both]
    assert [each.returncode for each in both] == [0, 0], outputs
    assert rounds() == 2


def test_a_worker_that_is_killed_leaves_nothing_of_its_round_and_the_next_one_makes_it(dashboard_server):
    make_round()
    let_rounds_age(minutes=2)
    before = frappe.db.count(SAMPLE)
    dashboard_server.way, dashboard_server.delay = "slow", 5
    try:
        job = start_bench("execute", "verenigingen_maintenance.scheduled.sample_maintenance_metrics")
        wait_until_locked("sampling")
        time.sleep(0.5)
        os.kill(job.pid, signal.SIGKILL)
        job.wait()
    finally:
        dashboard_server.way, dashboard_server.delay = "good", 0.5
    frappe.db.commit()
    assert frappe.db.count(SAMPLE) == before
    wait_until_free("sampling")
    assert sample_metrics.sample_if_due(clock.now())


def test_a_clock_that_was_set_back_stops_nothing():
    make_round()
    frappe.db.sql(f"update `tab{SAMPLE}` set observed_at = observed_at + interval 3 hour")
    let_rounds_age(minutes=2)
    assert sample_metrics.sample_if_due(clock.now())
    assert escalations() == []


def test_a_clock_that_was_set_forward_is_no_gap():
    make_round()
    frappe.db.sql(f"update `tab{SAMPLE}` set observed_at = observed_at - interval 3 hour")
    let_rounds_age(minutes=2)
    assert sample_metrics.sample_if_due(clock.now())
    assert escalations() == []
    assert frappe.get_all("Downtime") == []


def test_without_redis_its_metrics_are_gaps_with_a_reason_and_the_rest_is_kept(monkeypatch):
    def gone(*_arguments, **_options):
        raise redis.ConnectionError("Connection refused")

    monkeypatch.setattr(type(frappe.cache), "info", gone)
    monkeypatch.setattr("verenigingen_maintenance.sources.workers.connection", gone)
    make_round()
    found = values()
    for name in ("redis_cache.memory", "redis_cache.hits", "workers.alive"):
        assert (found[name].value, found[name].reason) == (None, "ConnectionError: Connection refused")
        assert not frappe.db.exists(SAMPLE, {"metric": name})
    assert found["mariadb.connections"].value
    monkeypatch.undo()
    make_round()
    assert values()["redis_cache.memory"].value
    assert not values()["redis_cache.memory"].reason


def test_since_when_something_is_not_measured_stays_from_the_first_time_on():
    make_round()
    first = values()["backups.age"].unknown_since
    assert first
    time.sleep(0.01)
    make_round()
    assert values()["backups.age"].unknown_since == first


def test_a_source_that_lies_is_a_gap(monkeypatch):
    monkeypatch.setattr(host, "disk_used", sources.source(lambda _now: 12))
    make_round()
    assert values()["host.disk_used"].reason == "the source answered int, not a reading"
    assert not frappe.db.exists(SAMPLE, {"metric": "host.disk_used"})


# --- gaps, filled in on recovery


def test_a_gap_of_ten_minutes_opens_one_escalation_that_began_with_the_gap():
    make_round()
    let_rounds_age(minutes=14)
    make_round()
    (found,) = [each for each in escalations() if each.subject == "Sampling"]
    assert found.subject == "Sampling"
    assert found.title == "Nothing was sampled for 12 minutes"
    assert 12 * 60 - 5 < found.trigger_to_escalation < 12 * 60 + 30
    let_rounds_age(minutes=30)
    make_round()
    assert [each.name for each in escalations()] == [found.name]
    assert [event for event, _note in events(found.name)] == ["Opened", "Still Critical"]


def test_a_missed_round_alone_is_none():
    make_round()
    let_rounds_age(minutes=4)
    make_round()
    assert escalations() == []


@pytest.mark.parametrize("server", ["MariaDB", "Redis"])
@pytest.mark.parametrize("minutes", [2, 6])
def test_where_a_server_was_gone_between_two_rounds_one_escalation_says_so(minutes, server, monkeypatch):
    make_round()
    let_rounds_age(minutes=minutes)
    started = clock.now() - timedelta(minutes=1)
    module = {"MariaDB": "mariadb", "Redis": "redis_cache"}[server]
    monkeypatch.setattr(f"verenigingen_maintenance.sources.{module}.started_at", lambda _now: started)
    make_round()
    (found,) = [each for each in escalations() if each.subject == "Sampling"]
    assert found.subject == "Sampling"
    assert f"{server} was started at {clock.shown(started)}." in events(found.name)[0][1]
    monkeypatch.undo()
    make_round()
    assert [event for event, _note in events(found.name)] == ["Opened"]


def test_an_upgrade_explains_its_gap():
    make_round()
    let_rounds_age(minutes=20)
    gaps.note_migration()
    make_round()
    assert escalations() == []
    (planned,) = frappe.get_all("Downtime", {"kind": "Planned"}, ["reason", "seconds"])
    assert planned.reason.startswith("bench migrate ran at ")
    assert 19 * 60 < planned.seconds < 21 * 60


def test_an_upgrade_does_not_explain_what_stayed_dead_long_before_or_after_it():
    make_round()
    let_rounds_age(hours=10)
    gaps.note_migration()
    make_round()
    (found,) = escalations()
    assert found.title.startswith("Nothing was sampled for 5")
    (planned,) = frappe.get_all("Downtime", {"kind": "Planned"}, pluck="seconds")
    assert planned < 31 * 60


def test_a_short_downtime_that_was_declared_does_not_explain_a_long_gap():
    make_round()
    let_rounds_age(hours=8)
    declared = {"begins": stored(hours=4), "ends": stored(hours=3), "reason": "New disks"}
    frappe.get_doc({"doctype": "Downtime", **declared}).insert()
    make_round()
    assert [each.subject for each in escalations()] == ["Sampling"]


def test_a_downtime_that_was_declared_explains_its_gap():
    make_round()
    let_rounds_age(minutes=20)
    declared = {"begins": stored(minutes=20), "ends": stored(minutes=-5), "reason": "New disks"}
    frappe.get_doc({"doctype": "Downtime", **declared}).insert()
    make_round()
    assert escalations() == []


# --- the heartbeat


@pytest.fixture
def heard():
    """A monitor outside: what it hears, and what it answers."""

    class Handler(BaseHTTPRequestHandler):
        paths, status = [], 200

        def do_POST(self):
            self.paths.append(self.path)
            self.send_response(self.status)
            self.end_headers()

        def log_message(self, *_arguments):
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        use_heartbeat(f"http://127.0.0.1:{server.server_port}/abc/")
        yield Handler
        server.shutdown()


def use_heartbeat(url):
    frappe.db.set_single_value(SETTINGS, "heartbeat_url", url)
    frappe.db.commit()


def problem():
    frappe.db.commit()
    return frappe.db.get_single_value(SETTINGS, "heartbeat_problem")


def test_each_round_and_each_run_is_told_outside_as_healthchecks_wants_it(heard):
    make_round()
    assert heard.paths == ["/abc/start", "/abc"]
    run_now.run_now("daily", clock.now())
    assert heard.paths[2:] == ["/abc/start", "/abc"]


def test_a_round_that_fails_is_told_as_failed_and_raises(heard, monkeypatch):
    def fails(*_arguments):
        raise RuntimeError("no disk")

    monkeypatch.setattr(live, "judge_all", fails)
    with pytest.raises(RuntimeError, match="no disk"):
        make_round()
    assert heard.paths == ["/abc/start", "/abc/fail"]
    assert rounds() == 0


def test_a_heartbeat_that_nobody_takes_is_kept_as_a_problem_until_one_is_taken(heard):
    heard.status = 404
    make_round()
    assert problem() == "HTTP 404"
    assert setup_measures.heartbeat(clock.now()).told == "The heartbeat was not taken: HTTP 404"
    assert "taken" not in heartbeat.last_outside()
    heard.status = 200
    make_round()
    assert not problem()
    assert setup_measures.heartbeat(clock.now()).state == "done"
    assert setup_measures.heartbeat(clock.now() + timedelta(hours=1)).state == "not known"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (f"https://{'x' * 70}.example/a", "no request can be made to this address"),
        ("https://hc..example/a", "no request can be made to this address"),
        (f"{closed_address()}/a", "connection refused"),
    ],
)
def test_an_address_that_leads_nowhere_is_a_problem_and_stops_no_round(url, told):
    use_heartbeat(url)
    make_round()
    assert told in problem()


@pytest.mark.parametrize(
    "url", ["hc-ping.com/x", "ftp://x/y", "https://user:secret@hc.example/x", "https://hc.example/x?a=1"]
)
def test_an_address_that_cannot_be_meant_is_refused(url):
    settings = frappe.get_doc(SETTINGS)
    settings.heartbeat_url = url
    with pytest.raises(frappe.ValidationError, match="is not an address for heartbeats"):
        settings.save()


@pytest.mark.parametrize("minutes", [-1, 6, 60])
def test_an_interval_that_could_not_keep_the_promises_is_refused(minutes):
    settings = frappe.get_doc(SETTINGS)
    settings.sample_minutes = minutes
    with pytest.raises(frappe.ValidationError, match=r"every 1 to 5 minutes|negative"):
        settings.save()


# --- as an administrator


def test_bench_execute_makes_a_round_and_status_shows_the_present():
    frappe.db.commit()
    made = run_bench("execute", "verenigingen_maintenance.api.sample")
    assert "'sampled': True" in made.stdout or '"sampled": true' in made.stdout, made.stdout + made.stderr
    shown = run_bench("maintenance", "status").stdout
    assert "Sampled " in shown
    assert "Database response" in shown


def test_errors_are_counted_before_they_are_judged(monkeypatch):
    asked = []
    monkeypatch.setattr(ingest_errors, "catch_up", asked.append)
    make_round()
    assert len(asked) == 1


def test_the_same_probe_is_no_gap_for_the_downtimes(monkeypatch):
    make_round()
    make_round()
    assert downtimes.listed(clock.now() - timedelta(days=1), clock.now()) == []


def test_values_that_are_only_a_lower_bound_are_not_kept(monkeypatch):
    keep_sample("mariadb.connections", 3)
    before = frappe.db.count(SAMPLE)
    reading = measure.read("mariadb.connections", 5)
    metrics.keep({"mariadb.connections": dataclasses.replace(reading, at_least="cut off")}, clock.now())
    assert frappe.db.count(SAMPLE) == before
    assert frappe.db.get_value(METRIC, "mariadb.connections", "reason") == "cut off"


@pytest.mark.parametrize("change", [{"enabled": 0}, {"every_minutes": 10}])
@pytest.mark.parametrize("name", metrics.EACH_ROUND)
def test_what_each_round_needs_is_neither_switched_off_nor_slowed_down(name, change):
    metric = frappe.get_doc(METRIC, name).update(change)
    with pytest.raises(frappe.ValidationError, match="is sampled with each round"):
        metric.run_method("validate")
    frappe.db.set_value(METRIC, name, change)
    assert name in metrics.due(clock.now())


def test_a_check_that_was_changed_while_it_was_read_is_not_judged_by_its_former_rule(monkeypatch):
    frappe.db.set_value("Maintenance Check", "data_age", {"warning": "", "critical": "> 1", "live": 1})
    frappe.db.commit()
    make_round()
    let_rounds_age(minutes=4)
    real = measure.read_all

    def read_and_change(*arguments):
        readings = real(*arguments)
        frappe.db.set_value("Maintenance Check", "data_age", {"critical": "> 99", "version": 7})
        return readings

    monkeypatch.setattr(measure, "read_all", read_and_change)
    make_round()
    assert escalations() == []
