"""A slow request leads to an index: recorded, proposed, applied, measured, there after a migrate, rolled
back."""

import json
import threading
from contextlib import contextmanager
from datetime import timedelta

import frappe
import pytest
from conftest import SITE, connect, fresh
from frappe.app import application
from frappe.core.doctype.user.user import generate_keys
from frappe.custom.doctype.property_setter.property_setter import make_property_setter
from werkzeug.test import Client

from verenigingen_maintenance.operations import (
    apply_change,
    change_index,
    change_records,
    changes,
    effectiveness,
    measure,
    measure_change,
    measure_changes,
    recordings,
    roll_back_change,
)
from verenigingen_maintenance.sources import clock, query_times, recorder, tables

CHANGE, SLOW = "Maintenance Change", "Contact"
ROWS = 50_000
INDEX = "designation_index"
MANAGER, SECOND = "manager@example.com", "Administrator"


@pytest.fixture(scope="module", autouse=True)
def table(site):
    """A standard DocType with 50,000 rows, and a key to ask for them over HTTP."""
    frappe.db.sql(
        f"insert into `tab{SLOW}` (name, designation, company_name, address, creation, modified) "
        "select concat('C', seq), concat('Designation ', seq % 1000), concat('Company ', seq % 7), "
        f"repeat('x', 130), now(), now() from seq_1_to_{ROWS}"
    )
    frappe.db.commit()
    frappe.db.sql_ddl(f"analyze table `tab{SLOW}`")
    yield
    frappe.db.delete(SLOW, {"name": ("like", "C%")})
    frappe.db.commit()


@pytest.fixture(autouse=True)
def without_index(table):
    yield
    frappe.db.rollback()
    frappe.db.delete("Property Setter", {"doc_type": SLOW})
    tick_in_doctype(0)
    for index in (INDEX, "designation_company_name_index", "somebodys"):
        frappe.db.sql_ddl(f"alter table `tab{SLOW}` drop index if exists `{index}`")
    frappe.clear_cache(doctype=SLOW)
    frappe.db.commit()


@pytest.fixture
def change():
    return propose()


def propose(user="operator@example.com", **parameters):
    wanted = {"doctype": SLOW, "columns": ["designation"], **parameters}
    told = {"title": "Index on it", "kind": "Add Index", "finding": "It is slow", "gain": "It is fast"}
    found = changes.propose({**told, "parameters": json.dumps(wanted)}, user, clock.now())
    frappe.db.commit()
    return found


def apply(name):
    """As the door and its worker do."""
    if apply_change.begin(name, "operator@example.com") == "Approved":
        frappe.db.commit()
        apply_change.run(name)
    frappe.db.commit()
    return fresh(CHANGE, name)


def roll_back(name, why="Only a test", by_hand=False):
    if roll_back_change.begin(name, why, MANAGER, by_hand) != "Rolled Back":
        frappe.db.commit()
        roll_back_change.run(name)
    frappe.db.commit()
    return fresh(CHANGE, name)


def ask(path, key):
    """A request as a browser makes it, in a thread: Frappe begins and ends its own connection."""
    answers = []

    def get():
        headers = {"Authorization": f"token {key}", "X-Frappe-Site-Name": SITE}
        answer = Client(application).get(path, headers=headers)
        answers.append(answer.status_code)
        answer.close()  # what Frappe does after the answer, such as keeping what Recorder recorded

    thread = threading.Thread(target=get)
    thread.start()
    thread.join(60)
    assert answers == [200]


@pytest.fixture
def key():
    secret = generate_keys("Administrator")["api_secret"]
    frappe.db.commit()
    return f"{frappe.db.get_value('User', 'Administrator', 'api_key')}:{secret}"


def slow_path(number):
    filters = json.dumps([["designation", "=", f"Designation {number}"], ["company_name", "like", "%6"]])
    return f'/api/resource/{SLOW}?filters={filters}&fields=["name","address"]'


def approve(name, user=MANAGER):
    changes.approve(name, "It is worth it", user)
    frappe.db.commit()


def applied(name):
    approve(name)
    return apply(name)


def test_a_change_that_does_not_say_what_it_is_about_is_refused(change):
    approve(change)
    frappe.db.set_value(CHANGE, change, "parameters", "")
    with pytest.raises(frappe.ValidationError, match="Name 1 to"):
        apply(change)
    with pytest.raises(frappe.ValidationError, match="Name the log"):
        changes.propose(
            {"title": "A", "kind": "Set Retention", "finding": "B", "gain": "C", "parameters": "{}"},
            "operator@example.com",
            clock.now(),
        )


def record(minutes=1, path=""):
    name = recordings.start(minutes, path, "operator@example.com", clock.now())
    frappe.db.commit()
    return name


def index_is_there():
    return tables.indices(f"tab{SLOW}").get(INDEX) == ("designation",)


def migrate():
    """What migrate does with a DocType, by force: its file is read anew, and its table made to match."""
    frappe.reload_doc("contacts", "doctype", "contact", force=True)
    frappe.db.commit()


def test_a_slow_request_becomes_an_index_that_stays_over_a_migrate_until_it_is_rolled_back(key):
    frappe.db.set_single_value("Maintenance Settings", "slow_query_ms", 5)
    recording = record(path=f"/api/resource/{SLOW}")
    for number in (6, 7, 8):
        ask(slow_path(number), key)
    recordings.stop(recording, clock.now())
    read = fresh("Request Recording", recording)
    assert (read.status, read.requests) == ("Read", 3)
    (name,) = frappe.get_all(CHANGE, pluck="name")
    found = fresh(CHANGE, name)
    assert json.loads(found.parameters) == {"doctype": SLOW, "columns": ["designation"]}
    assert found.proposed_by is None
    assert "reads 5000" in found.finding
    assert "Designation " not in found.as_json() + read.as_json(), "a parameter is shown"
    assert recorder.count() == 0
    assert not recorder.is_on()

    done = applied(name)
    assert (done.status, done.verdict) == ("Applied", "Better"), done.result
    before, after = (
        [r for r in done.measurements if r.kind == "query" and r.phase == p] for p in ("Before", "After")
    )
    assert float(after[0].median) < float(before[0].median) / 4
    assert before[0].n >= 5
    assert after[0].n >= 5
    migrate()
    assert index_is_there()

    roll_back(name)
    assert fresh(CHANGE, name).status == "Rolled Back"
    assert not index_is_there()
    assert not frappe.db.exists("Property Setter", {"doc_type": SLOW})
    migrate()
    assert not index_is_there()
    assert change_records.query_of(name) == "", "the query with its parameters is forgotten"


def test_an_index_without_its_tick_would_be_dropped_by_a_migrate(change):
    """Else the test above would prove nothing."""
    applied(change)
    frappe.db.delete("Property Setter", {"doc_type": SLOW})
    migrate()
    assert not index_is_there()


def test_an_index_of_several_columns_stays_over_a_migrate_and_goes_with_a_rollback():
    name = propose(columns=["designation", "company_name"])
    assert applied(name).status == "Applied"
    migrate()
    wanted = ("designation", "company_name")
    assert tables.indices(f"tab{SLOW}")["designation_company_name_index"] == wanted
    roll_back(name)
    assert wanted not in tables.indices(f"tab{SLOW}").values()


def test_who_proposed_it_does_not_approve_it():
    name = propose(MANAGER)
    with pytest.raises(frappe.ValidationError, match="another Maintenance Manager approves it"):
        approve(name)
    approve(name, SECOND)
    assert fresh(CHANGE, name).approved_by == SECOND


def test_the_steps_are_those_that_the_app_takes_whatever_its_proposer_says():
    told = {"title": "Index", "kind": "Add Index", "finding": "x", "gain": "x", "steps": "1. Nothing at all"}
    wanted = json.dumps({"doctype": SLOW, "columns": ["designation"]})
    name = changes.propose({**told, "parameters": wanted, "steps_back": "Nothing"}, SECOND, clock.now())
    shown = fresh(CHANGE, name)
    assert shown.steps.startswith(f"1. alter table `tab{SLOW}` add index")
    assert "drop index" in shown.steps_back


def test_an_index_that_a_recorded_query_does_not_use_is_not_proposed_again(monkeypatch):
    frappe.db.sql_ddl(f"alter table `tab{SLOW}` add index somebodys (designation)")
    sql = (
        f"select name, address from `tab{SLOW}` ignore index (somebodys) where designation = 'Designation 7'"
    )
    query = recorder.Recorded("/x", "a", 900.0, sql, 900.0)
    monkeypatch.setattr(recorder, "requests", lambda *_span: {"a": {}})
    monkeypatch.setattr(recorder, "queries", lambda _uuid: iter([query]))
    name = record()
    recordings.stop(name, clock.now())
    (found,) = json.loads(fresh("Request Recording", name).found)
    assert (found["proposed"], frappe.get_all(CHANGE)) == ("", [])
    assert found["why not"] == "The index somebodys of Contact has these columns already."


def test_no_index_is_proposed_for_a_text_that_is_compared_with_a_number():
    """It would not be used: each row is made a number first."""
    source = {"q": lambda _now: query_times.examined(f"select name from `tab{SLOW}` where designation = 7")}
    found = measure.ask_all([source], clock.now(), 60, (query_times.Examined,))["q"]
    assert (found.table, found.reads >= ROWS, found.asked) == (f"tab{SLOW}", True, [])


@pytest.mark.parametrize(
    "value", ["'s-Hertogenbosch", 'He said "no"', "C:\\users", "a\tb", "a\nb", "\x1a", "é😀"]
)
def test_a_query_is_examined_whatever_it_looks_for(value):
    """MariaDB writes the condition into its account as it is, which may be no JSON any more."""
    sql = f"select name, address from `tab{SLOW}` where designation = {frappe.db.escape(value)}"
    source = {"examined": lambda _now: query_times.examined(sql)}
    found = measure.ask_all([source], clock.now(), 60, (query_times.Examined,))["examined"]
    assert isinstance(found, query_times.Examined), found.reason
    assert (found.table, [each.column for each in found.asked]) == (f"tab{SLOW}", ["designation"])


def test_nothing_is_applied_before_it_is_approved(change):
    with pytest.raises(frappe.ValidationError, match="is Proposed"):
        apply(change)
    assert not index_is_there()


def test_an_index_that_exists_is_refused_and_one_that_came_meanwhile_makes_it_outdated(change):
    approve(change)
    frappe.db.sql_ddl(f"alter table `tab{SLOW}` add index somebodys (designation, company_name)")
    assert apply(change).status == "Outdated"
    exists = "The index somebodys of Contact has these columns already."
    assert fresh(CHANGE, change).reason == exists
    with pytest.raises(frappe.ValidationError, match=exists):
        propose()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"columns": ["nothing"]}, "Contact has no column nothing"),
        ({"columns": ["_comments"]}, "is of the type text"),
        ({"columns": []}, "Name 1 to 5 columns"),
        ({"columns": [["designation"]]}, "Name 1 to 5 columns"),
        ({"doctype": "System Settings"}, "is no DocType with a table"),
        ({"doctype": "DocField", "columns": ["hidden"]}, "the next migrate would drop it"),
    ],
)
def test_an_index_that_cannot_be_is_refused(parameters, message):
    with pytest.raises(frappe.ValidationError, match=message):
        propose(**parameters)


def test_a_table_that_is_too_large_or_locked_meanwhile_is_done_by_hand(change):
    frappe.db.set_single_value("Maintenance Settings", "index_largest_mb", 1)
    approve(change)
    with pytest.raises(frappe.ValidationError, match="Do it by hand at a quiet time"):
        apply(change)
    with pytest.raises(frappe.ValidationError, match="has no index that begins with designation"):
        apply_change.by_hand(change, "I did it", MANAGER)
    frappe.db.sql_ddl(f"alter table `tab{SLOW}` add index {INDEX} (designation)")
    with pytest.raises(frappe.ValidationError, match="the next migrate would drop it"):
        apply_change.by_hand(change, "I did it", MANAGER)
    make_property_setter(SLOW, "designation", "search_index", "1", "Check")
    apply_change.by_hand(change, "alter table, and ticked", MANAGER)
    assert fresh(CHANGE, change).status == "Applied"
    engine = propose(doctype="Error Log", columns=["method"])
    approve(engine)
    with pytest.raises(frappe.ValidationError, match="which nobody can use while an index is added"):
        apply(engine)


def test_no_table_is_small_enough_where_the_app_may_add_no_index_at_all(change):
    frappe.db.set_single_value("Maintenance Settings", "index_largest_mb", 0)
    approve(change)
    with pytest.raises(frappe.ValidationError, match="adds an index up to 0 MB"):
        apply(change)


def drop_index():
    frappe.db.sql_ddl(f"alter table `tab{SLOW}` drop index {INDEX}")


def alter_index():
    frappe.db.sql_ddl(
        f"alter table `tab{SLOW}` drop index {INDEX}, add index {INDEX} (designation, company_name)"
    )


def tick_in_doctype(is_ticked=1):
    """As an update of its app does."""
    frappe.db.set_value("DocField", {"parent": SLOW, "fieldname": "designation"}, "search_index", is_ticked)


def edit_setter():
    frappe.db.set_value("Property Setter", {"doc_type": SLOW}, "value", "0")


@pytest.mark.parametrize(
    ("meddle", "message"),
    [
        (drop_index, "somebody dropped it"),
        (alter_index, "somebody altered it"),
        (edit_setter, "was changed to “0” since"),
        (tick_in_doctype, "ticks Index of designation by itself now"),
    ],
)
def test_what_somebody_changed_since_is_not_rolled_back(change, meddle, message):
    applied(change)
    meddle()
    frappe.db.commit()
    with pytest.raises(frappe.ValidationError, match=message):
        roll_back(change)
    assert fresh(CHANGE, change).status == "Applied"
    frappe.db.set_value(CHANGE, change, "failure", "of a rollback")
    assert effectiveness.status(clock.now())["failed"] == [change]
    roll_back(change, "I looked at it", by_hand=True)
    assert fresh(CHANGE, change).status == "Rolled Back"
    assert effectiveness.status(clock.now())["failed"] == [], "it is over"


def test_a_former_setting_of_the_field_comes_back(change):
    make_property_setter(SLOW, "designation", "search_index", "0", "Check")
    applied(change)
    assert frappe.db.get_value("Property Setter", {"doc_type": SLOW}, "value") == "1"
    roll_back(change)
    assert frappe.db.get_value("Property Setter", {"doc_type": SLOW}, "value") == "0"


class Killed(BaseException):
    """As a worker is killed: nothing catches it."""


@contextmanager
def killing(monkeypatch, module, step):
    """A worker that is killed where it would do this step."""

    def kill(*_arguments, **_options):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(module, step, kill)
        yield


@pytest.mark.parametrize("finish", ["apply", "roll back"])
def test_what_a_killed_worker_left_is_finished_or_rolled_back(change, monkeypatch, finish):
    approve(change)
    with killing(monkeypatch, change_index, "_set"), pytest.raises(Killed):
        apply(change)
    frappe.db.rollback()
    left = fresh(CHANGE, change)
    assert (left.status, left.progress, index_is_there()) == ("Approved", "Changing", True)
    with pytest.raises(frappe.ValidationError, match="It was begun"):
        changes.dismiss(change, "No", MANAGER)
    if finish == "apply":
        apply(change)
        assert fresh(CHANGE, change).status == "Applied"
        migrate()
        assert index_is_there()
        with killing(monkeypatch, change_records, "end"), pytest.raises(Killed):
            roll_back(change)
        frappe.db.rollback()
        assert not index_is_there()
    roll_back(change)
    assert fresh(CHANGE, change).status == "Rolled Back"
    assert not index_is_there()
    assert not frappe.db.exists("Property Setter", {"doc_type": SLOW})


def apply_to_a_table_in_use(change, monkeypatch):
    """Approved and tried; the failure is told to whoever waits for the job."""
    approve(change)
    monkeypatch.setattr(change_index, "LOCK_SECONDS", 1)
    with other_transaction(), pytest.raises(frappe.ValidationError, match="The table was in use for 1 s"):
        apply(change)
    frappe.db.rollback()


def test_a_table_in_use_is_left_alone_and_the_failure_is_told(change, monkeypatch):
    apply_to_a_table_in_use(change, monkeypatch)
    left = fresh(CHANGE, change)
    assert left.status == "Approved"
    assert "The table was in use for 1 s" in left.failure
    apply(change)
    done = fresh(CHANGE, change)
    assert (done.status, done.failure) == ("Applied", None)
    roll_back(change)


def test_what_failed_and_changed_nothing_takes_no_index_of_somebody_else_for_its_own(change, monkeypatch):
    apply_to_a_table_in_use(change, monkeypatch)
    frappe.db.sql_ddl(f"alter table `tab{SLOW}` add index {INDEX} (designation)")
    make_property_setter(SLOW, "designation", "search_index", "1", "Check")
    assert apply(change).status == "Outdated"
    assert index_is_there()


def test_what_was_begun_and_never_done_is_rolled_back_at_once_and_a_late_worker_leaves_it(change):
    approve(change)
    apply_change.begin(change, "operator@example.com")
    frappe.db.commit()
    assert roll_back(change).status == "Rolled Back"
    apply_change.run(change)
    assert not index_is_there()


def test_what_was_kept_meanwhile_is_not_rolled_back_by_a_worker_that_comes_late(change):
    applied(change)
    roll_back_change.begin(change, "It seems slower", MANAGER)
    frappe.db.commit()
    changes.keep(change, "That was another one", MANAGER)
    frappe.db.commit()
    roll_back_change.run(change)
    assert fresh(CHANGE, change).status == "Kept"
    assert index_is_there()


def test_nothing_is_decided_or_measured_while_a_worker_is_at_it(change):
    """What it writes next would be refused, because somebody else wrote."""
    with at_work(change), pytest.raises(frappe.ValidationError, match="being worked on just now"):
        changes.plan(change, SECOND, "2099-01-01")
    applied(change)
    with at_work(change):
        for act in (
            lambda: changes.keep(change, "It helps", MANAGER),
            lambda: measure_change.measure_now(change, clock.now()),
        ):
            with pytest.raises(frappe.ValidationError, match="being worked on just now"):
                act()
        frappe.db.set_value(CHANGE, change, "measured_at", None)
        frappe.db.commit()
        assert measure_changes.measure_due(clock.now()) == []
    assert measure_changes.measure_due(clock.now()) == [change]


@contextmanager
def at_work(name):
    """A worker holds the change."""
    other = connect(frappe.conf)
    key = (f"{frappe.conf.db_name}:change:{name}"[:64],)
    other.cursor().execute("select get_lock(%s, 0)", key)
    try:
        yield
    finally:
        other.cursor().execute("select release_lock(%s)", key)  # a closed one is noticed a little later
        other.close()


@contextmanager
def other_transaction():
    """Somebody reads the table, and does not come to an end."""
    other = connect(frappe.conf)
    other.autocommit(False)
    other.cursor().execute(f"select name from `tab{SLOW}` limit 1")
    try:
        yield
    finally:
        other.close()


def test_recorder_that_somebody_else_runs_is_left_alone_and_minutes_are_bounded(queue):
    for minutes in (0, 16, "x"):
        with pytest.raises(frappe.ValidationError):
            record(minutes)
    frappe.cache.set_value("recorder-intercept", 1)
    with pytest.raises(frappe.ValidationError, match="Somebody records with Frappe's Recorder"):
        record()
    frappe.cache.delete_value("recorder-intercept")
    first = record()
    with pytest.raises(frappe.ValidationError, match=f"{first} records already"):
        record()
    assert recordings.read_if_over(clock.now()) is None
    late = clock.now() + timedelta(minutes=2)
    for _twice in range(2):
        assert recordings.read_if_over(late) == first
        frappe.db.commit()
    assert not recorder.is_on()
    (job,) = [each for each in queue.jobs if each.kwargs["method"].endswith("recordings.read_in_worker")]
    assert job.kwargs["kwargs"] == {"recording": first}
    recordings.read_in_worker(first)
    assert fresh("Request Recording", first).summary.startswith("No request or job was recorded")


def test_what_somebody_else_records_since_is_not_switched_off_while_an_earlier_recording_waits(queue):
    name, late = record(), clock.now() + timedelta(minutes=9)
    for key in frappe.cache.get_keys("recorder-"):
        frappe.cache.delete(key)  # its time is over
    frappe.cache.set_value("recorder-intercept", 1)
    assert recordings.read_if_over(late) == name
    recordings.read(name, late)
    assert recorder.is_on()
    frappe.cache.delete_value("recorder-intercept")


def test_a_recording_that_cannot_be_read_is_tried_for_an_hour_then_it_says_why_and_another_may_begin(
    monkeypatch,
):
    name, now = record(), clock.now()

    def broken(*_arguments):
        raise ValueError("no shapes today")

    with monkeypatch.context() as patched:
        patched.setattr(recordings, "_read", broken)
        for later, status in ((timedelta(minutes=5), "Recording"), (timedelta(hours=2), "Failed")):
            with pytest.raises(ValueError, match="no shapes today"):
                recordings.read(name, now + later)
            assert fresh("Request Recording", name).status == status
    told = fresh("Request Recording", name).summary
    assert told == "It could not be read: ValueError: no shapes today"
    recordings.stop(record(), clock.now())
