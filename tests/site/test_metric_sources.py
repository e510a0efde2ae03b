"""What is sampled beside traffic: each value as somebody who looks at the system itself would tell it."""

import os
import ssl
import tempfile
import threading
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import frappe
import psutil
import pytest
from conftest import AMSTERDAM, BENCH, COMMITTED, keep_sample, stored
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from frappe.installer import update_site_config
from frappe.utils.backups import get_backup_path
from test_applicability import member  # noqa: F401
from test_beside_error_log import add_job
from test_response_times import look_up

from verenigingen_maintenance import sources
from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.operations import measure, metric_rollups
from verenigingen_maintenance.sources import (
    clock,
    mariadb,
    monitor,
    redis_cache,
    sampling,
    scheduler,
    workers,
)

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=AMSTERDAM)
SLOW, READS = "mariadb.slow_queries_counter", "mariadb.buffer_pool_reads"
PAGES = "mariadb.buffer_pool_requests"


def ask(name, **later):
    """What a source says now, whatever was read before."""
    frappe.local.maintenance_shared = {}
    return sources.find(name)(clock.now() + timedelta(**later))


def insert(doctype, **values):
    """A row by SQL, which nobody validates; gone with the test's transaction."""
    row = {"name": frappe.generate_hash(), "creation": stored(), "modified": stored(), **values}
    frappe.db.bulk_insert(doctype, list(row), [tuple(row.values())])


# --- MariaDB and Redis


@pytest.fixture
def status(monkeypatch):
    """What SHOW GLOBAL STATUS answers: a server that runs for a day and has counted much."""
    status = dict.fromkeys((*mariadb.COUNTERS, *mariadb.GAUGES), 5_000) | {"Uptime": 86_400}
    monkeypatch.setattr(mariadb, "_status", lambda _now: status)
    return status


def test_slow_queries_are_those_since_the_sample_before():
    now = clock.now()
    keep_sample(SLOW, ask(SLOW).value, at=now)
    frappe.db.sql("set session long_query_time = 0")
    for _ in range(5):
        frappe.db.sql("select 1")
    frappe.db.sql("set session long_query_time = default")
    reading = ask("mariadb.slow_queries")
    assert 5 <= reading.value <= 10
    assert (reading.unit, reading.evidence["since"]) == ("queries", clock.shown(now))


def test_a_difference_is_taken_to_the_latest_sample_of_the_last_hour(status):
    keep_sample(SLOW, 1, minutes=61)
    first = ask("mariadb.slow_queries")
    assert first.learning
    assert first.reason == "no earlier sample is stored to take the difference to"
    keep_sample(SLOW, 4, minutes=4)
    keep_sample(SLOW, 4.988, minutes=2)
    assert ask("mariadb.slow_queries").value == 12


def test_slow_queries_count_once_in_the_hour_that_the_clock_repeats(status):
    second_two = datetime(2026, 10, 25, 1, 0, tzinfo=timezone.utc)
    counts = []
    for minutes in range(-20, 80, 10):
        now = second_two + timedelta(minutes=minutes)
        keep_sample(SLOW, status["Slow_queries"] / 1000, at=now - timedelta(minutes=10))
        status["Slow_queries"] += 1
        counts.append(mariadb.slow_queries(now).value)
    assert counts == [1] * 10


@pytest.mark.parametrize(("counted", "uptime"), [(5.001, 86_400), (4.9, 60)])
def test_where_mariadb_restarted_between_no_difference_is_taken(status, counted, uptime):
    status["Uptime"] = uptime
    keep_sample(SLOW, counted, minutes=2)
    reading = ask("mariadb.slow_queries")
    assert (reading.reason, reading.learning) == ("MariaDB restarted since the sample before", True)


def test_the_hit_rate_of_the_buffer_pool_is_that_since_the_sample_before(status):
    keep_sample(READS, 4.990, minutes=2)
    assert ask("mariadb.buffer_pool_hit_rate").learning
    keep_sample(PAGES, 4.000, minutes=2)
    assert ask("mariadb.buffer_pool_hit_rate").value == 99
    keep_sample(PAGES, 5, minutes=1)
    assert "no page was read" in ask("mariadb.buffer_pool_hit_rate").reason


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        ([(180, 50, ""), (61, 90, ""), (2, 40, "")], 90),
        ([(20, 70, ""), (2, 40, "")], 70),
        ([(70, 90, "the one before"), (2, 40, "")], 40),
    ],
    ids=["an hour", "a young series", "a restart"],
)
def test_the_cache_rate_is_that_of_about_an_hour_of_this_server(samples, expected):
    for minutes, percent, server in samples:
        current, at = redis_cache.counters(clock.now()), clock.now() - timedelta(minutes=minutes)
        since = {redis_cache.HITS: current.hits - 1_000 * percent}
        since[redis_cache.MISSES] = current.misses - 1_000 * (100 - percent)
        for name, value in since.items():
            keep_sample(name, value, server or current.server, at)
    assert ask("redis_cache.hit_rate_since_sample").value == pytest.approx(expected, abs=1)


def test_figures_of_the_servers_are_their_own():
    assert ask("mariadb.connections").evidence["most allowed"] >= ask("mariadb.connections").value >= 1
    assert ask("mariadb.running_threads").value >= 1
    assert 0.5 < ask("redis_cache.memory").value < 500
    hits, misses = ask("redis_cache.hits").value, ask("redis_cache.misses").value
    look_up(hits=300, misses=600)
    assert 300 <= ask("redis_cache.hits").value - hits < 500
    assert 600 <= ask("redis_cache.misses").value - misses < 800


# --- workers and the scheduler


def test_a_worker_without_a_sign_of_life_for_8_minutes_is_dead_though_rq_lists_it(queue):
    assert ask("workers.alive").value == 0
    for name, minutes in (("fresh", 0), ("idle", 7), ("killed", 9), ("odd", None)):
        queue.connection.sadd(workers.WORKERS, f"rq:worker:{name}")
        if minutes is not None:
            beat = clock.now().replace(tzinfo=None) - timedelta(minutes=minutes)
            queue.connection.hset(f"rq:worker:{name}", "last_heartbeat", f"{beat.isoformat()}Z")
    reading = ask("workers.alive")
    assert (reading.value, reading.detail) == (2, "killed is dead, odd is dead")
    assert queue.connection.scard(workers.WORKERS) == 4, "looking at them did not tidy up"


def test_jobs_are_counted_by_queue_and_a_queue_that_never_had_one_has_none(queue, monkeypatch):
    lengths = [f"workers.waiting_{name}" for name in ("short", "default", "long", "jobs")]
    assert [ask(name).value for name in lengths] == [0, 0, 0, 0]
    for name in ("long", "long", "short"):
        frappe.enqueue("frappe.utils.background_jobs.test_job", queue=name)
    assert [ask(name).value for name in lengths] == [1, 0, 2, 3]
    add_job(queue, "other.localhost")
    assert (ask("workers.failed_jobs", days=3).value, ask("workers.waiting_jobs").value) == (1, 3)
    monkeypatch.setattr(workers, "get_queues_timeout", lambda: {"long": 1500})
    assert ask("workers.waiting_default").reason == "this bench has no queue “default”"


def test_the_age_of_the_scheduler_is_that_of_the_last_job_of_every_few_minutes():
    job = "Scheduled Job Type"
    frappe.db.sql("update `tabScheduled Job Type` set last_execution = %s", stored())
    frappe.db.set_value(job, {"frequency": ("in", ("All", "Cron"))}, "last_execution", None)
    assert ask("scheduler.age").reason == "no job that runs every few minutes was ever begun"
    first, *others = frappe.get_all(job, {"frequency": "All", "stopped": 0}, pluck="name")
    frappe.db.set_value(job, first, "last_execution", stored(minutes=12))
    frappe.db.set_value(job, {"name": ("in", others)}, "last_execution", stored(hours=5))
    assert (round(ask("scheduler.age").value), ask("scheduler.age").unit) == (12, "min")


def test_what_switches_the_scheduler_off_is_told(monkeypatch):
    COMMITTED.append("System Settings are cached")
    frappe.db.set_single_value("System Settings", "enable_scheduler", 0)
    assert "bench enable-scheduler turns it on" in scheduler.switched(NOW).off
    frappe.db.set_single_value("System Settings", "enable_scheduler", 1)
    assert not scheduler.switched(NOW).off
    for key in ("disable_scheduler", "pause_scheduler", "maintenance_mode"):
        monkeypatch.setitem(frappe.conf, key, 1)
        assert key.replace("_", " ").split()[0] in scheduler.switched(NOW).off
        assert not scheduler.switched(NOW).dormant


def test_a_site_on_which_nobody_logged_in_for_days_is_dormant_unless_it_is_a_developers(monkeypatch):
    COMMITTED.append("System Settings are cached")
    frappe.db.set_single_value("System Settings", "enable_scheduler", 1)
    monkeypatch.setitem(frappe.conf, "developer_mode", 0)
    frappe.db.delete("Activity Log")
    assert "nobody logged in ever" in scheduler.switched(clock.now()).dormant
    insert("Activity Log", modified="2020-01-01 09:30:00")
    assert "nobody logged in since 2020-01-01 09:30, and after 4 d" in scheduler.switched(clock.now()).dormant
    monkeypatch.setitem(frappe.conf, "developer_mode", 1)
    assert not scheduler.switched(clock.now()).dormant
    monkeypatch.setitem(frappe.conf, "developer_mode", 0)
    insert("Activity Log", modified=stored(days=3))
    assert not scheduler.switched(clock.now()).dormant


# --- the host, files and backups


def test_disk_memory_and_load_are_those_of_the_host_or_say_why_not(monkeypatch):
    disk = psutil.disk_usage(str(BENCH / "sites")).percent
    assert ask("host.disk_used").value == pytest.approx(disk, abs=2)
    assert ask("host.memory_used").value == pytest.approx(psutil.virtual_memory().percent, abs=10)
    assert ask("host.load").value == pytest.approx(psutil.getloadavg()[1] / psutil.cpu_count(), abs=0.5)

    def refused(_path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(psutil, "disk_usage", refused)
    assert measure.read("host.disk_used", 5).reason == "PermissionError: [Errno 13] Permission denied"


def test_the_database_takes_what_its_tables_take_and_a_file_uploaded_twice_its_place_once():
    assert 1 < ask("storage.database").value < 1_000
    before = ask("storage.files").value
    for content, is_folder in (("a", 0), ("a", 0), ("b", 0), ("c", 1)):
        insert("File", content_hash=content, file_size=10_000_000, is_folder=is_folder)
    assert ask("storage.files").value - before == pytest.approx(20)


@pytest.fixture
def backup(tmp_path, monkeypatch):
    """Makes a file as a backup of this or another site has it, begun so many hours ago."""
    monkeypatch.setitem(frappe.conf, "backup_path", str(tmp_path))

    def make(hours, what="database.sql.gz", size=1, site=None, folder=tmp_path):
        ended = clock.now() - timedelta(hours=hours)
        slug = (site or frappe.local.site).replace(".", "_")
        file = Path(folder) / f"{clock.stored(ended):%Y%m%d_%H%M%S}-{slug}-{what}"
        file.write_bytes(b"x" * size)
        os.utime(file, (ended.timestamp(), ended.timestamp()))
        return file.name

    return make


def test_the_newest_backup_counts_with_its_age_and_size(backup, tmp_path):
    backup(1, "private-files.tar")
    for source in ("backups.age", "backups.size"):
        assert f"there is no whole backup of the database in {tmp_path};" in ask(source).reason
    backup(30, size=9_000_000)
    newest = backup(7.5, "database-enc.sql.gz", size=2_500_000)
    backup(50)
    age, size = ask("backups.age"), ask("backups.size")
    assert (age.value, age.unit, age.evidence["file"]) == (pytest.approx(7.5, abs=0.02), "h", newest)
    assert (size.value, size.unit) == (2.5, "MB")


@pytest.mark.parametrize("site", ["other.localhost", "my-{site}", "{site}-old"])
def test_a_backup_of_another_site_in_a_shared_folder_is_none_of_this_one(backup, site):
    backup(1, site=site.format(site=frappe.local.site))
    assert isinstance(ask("backups.age"), Unknown)


def test_a_backup_path_is_meant_from_the_sites_folder_as_bench_means_it(backup, monkeypatch):
    with tempfile.TemporaryDirectory(dir=frappe.get_site_path("private")) as folder:
        monkeypatch.setitem(frappe.conf, "backup_path", os.path.relpath(folder, frappe.get_site_path()))
        assert os.path.samefile(get_backup_path(), folder), "bench writes there"
        backup(1, folder=folder)
        assert isinstance(ask("backups.age"), Reading)


# --- mail, users, the certificate


@pytest.fixture
def add_mail():
    """Adds a message that was queued so long ago to an empty queue."""
    frappe.db.delete("Email Queue")

    def add(status, error=None, send_after=None, **ago):
        at = stored(**ago)
        insert("Email Queue", status=status, error=error, send_after=send_after, creation=at, modified=at)

    return add


def test_messages_that_failed_or_wait_for_long_are_stuck(add_mail):
    add_mail("Error", "Traceback\n  in send\nSMTPAuthenticationError: no", minutes=1)
    add_mail("Not Sent", hours=2)
    add_mail("Partially Sent", minutes=31, send_after=stored(minutes=31))
    reading = ask("mail.stuck")
    assert (reading.value, reading.unit, reading.detail) == (3, "messages", "SMTPAuthenticationError: no")
    assert (reading.evidence["failed"], reading.evidence["waiting"]) == (1, 2)
    assert timedelta(minutes=119) < clock.now() - reading.began < timedelta(minutes=121)


def test_messages_that_were_sent_or_are_not_due_or_are_old_are_not_stuck(add_mail):
    add_mail("Sent", hours=2)
    add_mail("Not Sent", minutes=29)
    add_mail("Not Sent", hours=2, send_after=stored(hours=-1))
    add_mail("Not Sent", hours=2, send_after=stored(minutes=20))
    add_mail("Error", hours=25)
    assert (ask("mail.stuck").value, ask("mail.stuck").detail) == (0, "")


@pytest.mark.parametrize("error", ["", "\n"])
def test_a_message_that_failed_without_words_is_stuck_too(add_mail, error):
    add_mail("Error", error)
    assert ask("mail.stuck").value == 1


def test_what_waits_for_days_is_stuck_still(add_mail):
    add_mail("Not Sent", hours=70)
    assert ask("mail.stuck").value == 1


def test_a_suspended_queue_is_told(add_mail):
    COMMITTED.append("defaults are cached")
    frappe.db.set_default("suspend_email_queue", 1)
    add_mail("Not Sent", hours=1)
    assert (ask("mail.stuck").value, ask("mail.stuck").detail) == (1, "the e-mail queue is suspended")


def test_users_sessions_and_failed_logins_are_counted():
    frappe.db.sql("update tabUser set last_active = null")
    for person, ago in (("manager", 14), ("operator", 16), ("member", 1)):
        frappe.db.set_value("User", f"{person}@example.com", "last_active", stored(minutes=ago))
    assert (ask("users.active").value, ask("users.active").evidence["of the desk"]) == (2, 1)
    before = ask("users.sessions").value
    frappe.db.sql("insert into tabSessions (user, sid, lastupdate) values ('Guest', 'made-up', %s)", stored())
    assert ask("users.sessions").value == before + 1
    frappe.db.delete("Activity Log")
    login = {"operation": "Login", "status": "Failed", "ip_address": "203.0.113.5"}
    others = (
        {"ip_address": None},
        {"status": "Success"},
        {"operation": "Logout"},
        {"modified": stored(minutes=61)},
    )
    for other in ({}, {}, *others):
        insert("Activity Log", **{**login, **other})
    reading = ask("users.failed_logins")
    assert (reading.value, reading.evidence) == (3, {"addresses": 2, "most from one": 2})


def self_signed(days):
    """A key and a certificate that ends in so many days, as PEM."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(timezone.utc)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=90)).not_valid_after(now + timedelta(days=days))
    kind = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, *kind)
    return pem + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@pytest.mark.parametrize("days", [30, -3])
def test_the_certificate_tells_its_days_and_why_nobody_trusts_it(days, tmp_path, monkeypatch):
    (tmp_path / "pem").write_bytes(self_signed(days))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "pem")
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setitem(frappe.conf, "host_name", f"https://127.0.0.1:{server.server_port}")
        reading = ask("certificate.days_left")
        server.shutdown()
    assert (round(reading.value, 1), reading.unit) == (min(days, 0), "days"), (
        "one that nobody trusts has none"
    )
    assert reading.detail == "self-signed certificate"


@pytest.mark.parametrize("address", [None, "http://example.org", "example.org", "https://"])
def test_a_site_whose_address_is_not_https_has_no_certificate_to_look_at(address, monkeypatch):
    monkeypatch.setitem(frappe.conf, "host_name", address)
    assert ask("certificate.days_left").reason.startswith("the address of this site is not https")


def test_where_nobody_listens_the_certificate_is_unknown():
    update_site_config("host_name", "https://127.0.0.1:1")
    try:
        assert "Connection refused" in measure.read("certificate.days_left", 5).reason
    finally:
        update_site_config("host_name", "None")


# --- what is made of samples


@pytest.fixture
def sampled(queue, monkeypatch):
    """Keeps requests, errors and jobs as samples; Monitor is on, and no job failed."""
    monkeypatch.setitem(frappe.conf, "monitor", 1)
    frappe.db.delete("Scheduled Job Log")

    def keep(*values, **ago):
        for name, value in zip(("requests", "server_errors", "jobs"), values, strict=True):
            keep_sample(f"traffic.{name}", value, **ago)

    return keep


def test_the_share_of_errors_is_that_of_all_requests_and_jobs_of_a_day(sampled, queue):
    sampled(100, 50, 0, hours=25)
    sampled(150, 1, 20, hours=23)
    sampled(20, 2, 10, minutes=2)
    add_job(queue)
    reading = ask("error_share.of_operations")
    assert (reading.value, reading.unit, reading.at_least) == (2, "%", "")
    assert (reading.evidence["failed jobs"], reading.evidence["requests"]) == (1, 170)


def test_the_share_of_errors_is_at_least_where_failed_jobs_may_have_been_dropped(sampled, queue, monkeypatch):
    sampled(100, 0, 0, hours=23)
    monkeypatch.setitem(frappe.conf, "rq_failed_jobs_limit", 1)
    add_job(queue, "other.localhost")
    assert "Frappe drops newer ones" in ask("error_share.of_operations").at_least


def test_the_share_of_errors_is_unknown_before_twenty_hours_and_without_monitor(sampled, monkeypatch):
    sampled(100, 0, 0, hours=19)
    assert ask("error_share.of_operations").learning
    monkeypatch.setitem(frappe.conf, "monitor", 0)
    assert ask("error_share.of_operations").reason == monitor.IS_OFF


def test_the_age_of_a_round_is_told_by_the_hosts_clock_or_else_by_the_wall_clock():
    assert sampling.last_round(NOW) is None
    assert ask("sampling.age").learning
    keep_sample(sampling.CLOCK, 12, "another host", minutes=7)
    assert ask("sampling.age").value == pytest.approx(7, abs=0.1)
    running = ask("sampling.clock")
    keep_sample(sampling.CLOCK, running.value - 180, running.evidence["server"], hours=5)
    assert ask("sampling.age").value == pytest.approx(3, abs=0.1)
    jumped = sampling.last_round(clock.now()).clock_jumped
    assert jumped.total_seconds() == pytest.approx(5 * 3600 - 180, abs=5)


def members_off_usual(count, days):
    """What is said on a Tuesday of three members when there were so many on each of the days before."""
    frappe.db.delete("Metric Sample")
    for number in range(1, days + 1):
        day = datetime(2026, 11, 24) - timedelta(days=number)
        keep_sample("verenigingen.active_members", count, at=clock.instant(day + timedelta(hours=12)))
        metric_rollups.make("Metric Day", day)
    return sources.find("verenigingen.members_off_usual")(NOW)


def test_members_are_off_what_is_usual_once_two_weeks_are_known(member):  # noqa: F811
    learning = members_off_usual(3, days=5)
    assert learning.learning
    assert learning.reason == "3 members; what is usual is known from 2026-12-03"
    within, off = members_off_usual(3, days=14), members_off_usual(10, days=14)
    assert (within.value, within.detail) == (0, "3 members, usual are 2 to 4")
    assert (off.value, off.detail) == (24.5, "3 members, usual are 9 to 11")


# --- several sources at once


@pytest.fixture
def read_all(monkeypatch):
    """Reads sources of the test's own; most tell which connection they have."""
    real, is_over = sources.find, threading.Event()

    def tells(now):
        return Reading(frappe.db.sql("select connection_id()")[0][0], "", now, "")

    def fails(now):
        raise RuntimeError("out of order")

    def hangs(now):
        is_over.wait(20)

    def sleeps(now):
        frappe.db.sql("set session max_statement_time = 0")
        frappe.db.sql("select sleep(20), 'made up'")

    made = {"one": tells, "two": tells, "three": tells, "fails": fails, "hangs": hangs, "sleeps": sleeps}
    waits = sources.waits("others")
    made["web"], made["web hangs"] = (waits(lambda now, do=do: do(now)) for do in (tells, hangs))
    monkeypatch.setattr(sources, "find", lambda name: made.get(name) or real(name))
    yield lambda *names, seconds=5: measure.read_all(names, NOW, seconds)
    is_over.set()


def test_sources_share_a_connection_until_one_fails_and_those_that_wait_have_another(read_all):
    found = read_all("one", "web", "two", "fails", "three", "no_such.source", "Odd")
    assert found["one"].value == found["two"].value
    assert len({found[name].value for name in ("one", "three", "web")}) == 3
    assert found["fails"].reason == "RuntimeError: out of order"
    for name in ("no_such.source", "Odd"):
        assert found[name].reason.startswith(f"UnknownSource: “{name}” is not a source.")


def test_those_behind_one_that_hangs_are_unknown_and_say_which_it_was(read_all):
    found = read_all("one", "hangs", "two", "web", seconds=1)
    assert found["hangs"].reason == "no answer within 1 s"
    assert found["two"].reason == "no answer within 1 s: hangs took too long"
    assert found["one"].value
    assert found["web"].value


def test_one_that_waits_in_vain_holds_up_only_those_that_wait(read_all):
    found = read_all("web hangs", "web", "one", seconds=1)
    assert found["web"].reason.endswith("web hangs took too long")
    assert found["one"].value


def test_the_query_of_a_source_that_was_given_up_is_ended(read_all):
    assert isinstance(read_all("sleeps", "one", seconds=1)["sleeps"], Unknown)
    query = "select id from information_schema.processlist where info = \"select sleep(20), 'made up'\""
    for _ in range(50):
        if not (running := frappe.db.sql(query)):
            break
        threading.Event().wait(0.1)
    assert not running
