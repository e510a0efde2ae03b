"""Foreign functions that hang, lie, write or start things: a reason within the limit, and nothing left."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from statistics import median

import frappe
import psutil
import pytest
from conftest import BENCH, SITE, connect, insert_errors, wait_for

from verenigingen_maintenance.sources import child

PROVIDERS = str(Path(__file__).with_name("providers"))
PATIENCE = 2
KILL_TIME = 8  # a busy machine; without an end it would be ten minutes
START = 8


@pytest.fixture(autouse=True)
def _providers(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", PROVIDERS)


@pytest.fixture(autouse=True)
def _nothing_is_left():
    """After each call: no process, no connection, no row, no file, no key."""
    before = _connections()
    kept = frappe.local.flags.copy(), frappe.session.user, dict(frappe.local.response)
    yield
    wait_for(lambda: not _children(), "a process was left: who is killed takes a moment to die")
    wait_for(lambda: not _connections() - before, "a connection was left")
    frappe.db.commit()
    assert not frappe.db.exists("ToDo", {"description": "bad provider"})
    assert not frappe.db.sql("select name from `tabError Log` where method like '%bad provider%'")
    assert not _tables_made()
    assert not (BENCH / "sites/bad_provider.txt").exists()
    assert not list(BENCH.glob("**/bad_provider.log"))
    assert frappe.cache.get(frappe.cache.make_key("bad_provider")) is None
    assert kept == (frappe.local.flags, frappe.session.user, dict(frappe.local.response))


def _children():
    named = (
        each for each in psutil.process_iter(["cmdline"]) if child.MODULE in (each.info["cmdline"] or [])
    )
    return [each.pid for each in named if _is_alive_here(each)]


def _is_alive_here(process):
    """Of this bench: another checkout may be tested beside it. What ended has no working directory."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE and process.cwd() == str((BENCH / "sites").resolve())
    except (psutil.NoSuchProcess, FileNotFoundError):
        return False


def _tables_made():
    """Dropped where there is one: the next test begins without."""
    found = frappe.db.sql("show tables like 'bad_provider'")
    if found:
        frappe.db.sql_ddl("drop table bad_provider")
    return found


def _connections():
    return {row[0] for row in frappe.db.sql("select id from information_schema.processlist")}


def call(name, seconds=START, **arguments):
    return child.call(f"bad_provider.{name}", arguments, seconds)


def test_an_answer_comes_back_as_it_was_given():
    answered = call("answer", value=[1, {"a": None}])
    assert isinstance(answered, child.Answer), answered
    assert answered.value == {
        "value": [1, {"a": None}],
        "user": "Administrator",
        "at": "2026-11-24T09:00:00",
    }
    assert answered.evidence == ()


@pytest.mark.parametrize(
    "name",
    [
        "sleep_in_sql_without_a_limit",
        "loop_for_ever",
        "sleep_in_python",
        "swallow_all_and_reconnect",
        "open_connections_by_itself",
        "ignore_signals",
    ],
)
def test_a_function_without_an_end_is_ended_within_the_limit(name):
    began = time.monotonic()
    answered = call(name, PATIENCE)
    assert isinstance(answered, child.Failure)
    assert answered.reason == f"no answer within {PATIENCE} s"
    assert time.monotonic() - began < PATIENCE + KILL_TIME
    assert PATIENCE <= answered.seconds < PATIENCE + KILL_TIME


def test_ten_minutes_in_sql_are_ended_by_the_clock_and_the_query_goes_with_it():
    began = time.monotonic()
    seen = threading.Event()
    watcher = threading.Thread(target=_see_query, args=(seen, frappe.local.conf))
    watcher.start()
    answered = call("sleep_in_sql", START)
    took = time.monotonic() - began
    watcher.join()
    assert seen.is_set()
    assert isinstance(answered, child.Failure)
    assert took < START + KILL_TIME
    assert not frappe.db.sql(
        "select id from information_schema.processlist where info like 'select sleep(600)%'"
    )


def _see_query(seen, conf):
    """Sees that the query did run."""
    with connect(conf) as connection, connection.cursor() as cursor:
        until = time.monotonic() + START
        while not seen.is_set() and time.monotonic() < until:
            cursor.execute(
                "select 1 from information_schema.processlist where info like 'select sleep(600)%'"
            )
            seen.set() if cursor.fetchall() else time.sleep(0.05)


def test_inserts_into_error_log_are_not_delayed_by_a_function_that_reads_it():
    """A hole in the table makes an insert wait for each reader: MyISAM appends only where there is none."""
    names = insert_errors(50)
    frappe.db.sql("delete from `tabError Log` where name in %s", (names[10:20],))
    frappe.db.commit()
    delays, stop = [], threading.Event()
    inserter = threading.Thread(target=_insert, args=(delays, stop, frappe.local.conf))
    inserter.start()
    answered = call("hold_error_log", PATIENCE)
    stop.set()
    inserter.join()
    print(f"inserts {len(delays)}, longest {max(delays):.3f} s, {answered}")
    assert any("because an insert waited for it" in text for text in answered.evidence), answered
    assert median(delays) < 0.1
    assert max(delays) < 2, "as long as the reader reads without giving way"


def _insert(delays, stop, conf):
    with connect(conf) as connection, connection.cursor() as cursor:
        while not stop.is_set():
            began = time.monotonic()
            cursor.execute("insert into `tabError Log` (name, method) values (uuid(), 'Timeout')")
            delays.append(time.monotonic() - began)
            cursor.execute("delete from `tabError Log` where method = 'Timeout' limit 1")
            time.sleep(0.02)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("raise_base_exception", "BaseException: mail to <e-mail> failed"),
        ("leave_by_sys_exit", "SystemExit: 3"),
        ("leave_at_once", "it ended with exit status 7, and no answer"),
        ("crash", "it ended with signal SIGSEGV, and no answer"),
        ("take_all_memory", "MemoryError: "),
        ("five_megabytes", "it answered 5020010 bytes; 1000000 are taken"),
        ("there_is_no_such", "AttributeError: module 'bad_provider' has no attribute 'there_is_no_such'"),
        ("write_into_every_pipe", "something else was written to its pipe"),
    ],
)
def test_what_is_no_answer_is_a_failure_with_its_reason(name, reason):
    answered = call(name)
    assert isinstance(answered, child.Failure), answered
    assert answered.reason == reason


def test_a_module_that_is_not_there_is_a_failure():
    answered = child.call("no_such_app.utils.function", {}, START)
    assert isinstance(answered, child.Failure)
    assert answered.reason == "ModuleNotFoundError: No module named 'no_such_app'"


@pytest.mark.parametrize(("name", "value"), [("nothing", None), ("text", "healthy"), ("read_stdin", "")])
def test_what_is_no_mapping_is_told_as_it_is(name, value):
    answered = call(name)
    assert isinstance(answered, child.Answer), answered
    assert answered.value == value


def test_what_json_cannot_say_is_marked():
    assert call("not_in_json").value == {
        "inf": {"not in JSON": "inf"},
        "nan": {"not in JSON": "nan"},
        "2026-11-24": 1.5,
        "set": [1],
        "object": {"not in JSON": "an object of builtins.object"},
    }
    assert call("circle").value == {"self": {"not in JSON": "a circle"}}


def test_a_document_is_neither_inserted_nor_committed():
    answered = call("insert_and_commit")
    assert isinstance(answered, child.Failure)
    assert answered.reason.startswith("InReadOnlyMode")


def test_no_statement_writes_locks_or_lifts_a_limit():
    answered = call("write_in_sql")
    assert isinstance(answered, child.Answer), answered
    assert not [tried for tried in answered.value if tried.startswith("did")], answered.value
    assert "it was refused in SQL: read write" in answered.evidence


def test_nothing_is_written_sent_queued_or_started_elsewhere():
    answered = call("write_elsewhere")
    assert isinstance(answered, child.Answer), answered
    assert answered.value == {
        "redis": 1,
        "expiring": None,
        "log": None,
        **dict.fromkeys(
            ("file", "queue", "mail", "network", "database", "process", "fork", "kill"), "Refused"
        ),
    }
    assert "a write to Redis was dropped: SET" in answered.evidence
    assert "it wanted to make a job" in answered.evidence
    assert answered.evidence.count("it logged: bad provider") == 1


def test_what_it_logs_is_evidence_redacted_and_bounded():
    answered = call("log_errors", times=30)
    assert isinstance(answered, child.Answer)
    assert answered.evidence[0].startswith("it logged: xxxx")
    assert max(map(len, answered.evidence)) < 400
    assert len(answered.evidence) == 21
    assert answered.evidence[-1] == "and 10 more like these"
    assert not frappe.db.count("Error Log")
    short = call("log_errors").evidence
    assert "jan@example.com" not in "".join(short)


def test_what_it_leaves_in_frappe_local_and_prints_stays_in_its_process():
    assert call("leave_traces").value == {"user": "Guest"}


def test_a_process_that_it_started_past_the_walls_ends_with_it():
    assert call("fork_behind_the_walls").value == "forked"


def test_neither_a_web_request_nor_what_it_measures_can_call(monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(frappe.local, "request", object(), raising=False)
        with pytest.raises(child.InRequest):
            call("answer")
    frappe.flags.maintenance_in_request = True
    with pytest.raises(child.InRequest):
        call("answer")
    del frappe.flags["maintenance_in_request"]


def test_a_file_that_is_opened_during_a_call_stays_open(monkeypatch):
    """Such as the database's: its number may be that of an end of the pipe, which was closed before."""
    opened, listen = [], child._Child.listen

    def open_and_listen(self):
        opened.append(os.open(os.devnull, os.O_RDONLY))
        listen(self)

    monkeypatch.setattr(child._Child, "listen", open_and_listen)
    call("answer")
    assert os.read(opened[0], 1) == b""
    os.close(opened[0])


def test_when_the_caller_is_killed_the_child_goes_with_it():
    code = (
        f"import frappe; frappe.init({SITE!r}, sites_path='.'); frappe.connect(); "
        "from verenigingen_maintenance.sources import child; "
        "child.call('bad_provider.sleep_in_python', {}, 60)"
    )
    caller = subprocess.Popen([sys.executable, "-c", code], cwd=BENCH / "sites", env=dict(os.environ))
    wait_for(lambda: len(_children()) == 1, "it was never started")
    time.sleep(0.5)
    caller.send_signal(signal.SIGKILL)
    caller.wait()
    wait_for(lambda: not _children(), "it outlived who called it")
    assert _children() == []
