"""A slow request leads to an index: recorded, proposed, approved, applied, measured, kept over migrates, rolled back."""

import json
import threading
from datetime import timedelta

import frappe
import pytest
from conftest import SITE, fresh
from frappe.app import application
from frappe.core.doctype.user.user import generate_keys
from frappe.custom.doctype.property_setter.property_setter import make_property_setter
from werkzeug.test import Client

from verenigingen_maintenance import api
from verenigingen_maintenance.operations import (
    apply_change,
    change_index,
    change_records,
    changes,
    measure_change,
    recordings,
    roll_back_change,
)
from verenigingen_maintenance.sources import clock, recorder, tables

CHANGE, SLOW = "Maintenance Change", "Contact"
ROWS = 50_000
INDEX = "designation_index"
MANAGER, SECOND = "manager@example.com", "second@example.com"


@pytest.fixture(scope="module", autouse=True)
def table(site):
    """A standard DocType with 50,000 rows, and a key to ask for them over HTTP."""
    moment = clock.stored(clock.now())
    rows = [
        (f"C{n}", f"Designation {n % 1_000}", f"Company {n % 7}", "x" * 400, moment, moment)
        for n in range(ROWS)
    ]
    columns = ["name", "designation", "company_name", "address", "creation", "modified"]
    frappe.db.bulk_insert(SLOW, columns, rows, chunk_size=10_000)
    if not frappe.db.exists("User", SECOND):
        second = {"doctype": "User", "email": SECOND, "first_name": "Second", "send_welcome_email": 0}
        frappe.get_doc(second).insert().add_roles("Maintenance Manager")
    frappe.db.commit()
    frappe.db.sql_ddl(f"analyze table `tab{SLOW}`")
    yield
    frappe.db.delete(SLOW, {"name": ("like", "C%")})
    frappe.db.delete("Property Setter", {"doc_type": SLOW})
    for index in (INDEX, "designation_company_name_index"):
        frappe.db.sql_ddl(f"alter table `tab{SLOW}` drop index if exists `{index}`")
    frappe.db.commit()


@pytest.fixture
def change():
    return propose()


def propose(**parameters):
    frappe.set_user("operator@example.com")
    wanted = {"doctype": SLOW, "columns": ["designation"], **parameters}
    found = api.propose_change("Index on it", "Add Index", "It is slow", "It is fast", json.dumps(wanted))[
        "change"
    ]
    frappe.set_user("Administrator")
    return found


def ask(path, key):
    """A request as a browser makes it, in a thread: Frappe begins and ends its own connection."""
    answers = []

    def get():
        headers = {"Authorization": f"token {key}", "X-Frappe-Site-Name": SITE}
        answers.append(Client(application).get(path, headers=headers).status_code)

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
    frappe.set_user(user)
    api.approve_change(name, "It is worth it")


def applied(name):
    approve(name)
    api.apply_change(name)
    return fresh(CHANGE, name)


def index_is_there():
    return tables.indices(f"tab{SLOW}").get(INDEX) == ("designation",)


def migrate():
    """What migrate does with a DocType, by force: its file is read anew, and its table made to match."""
    frappe.reload_doc("contacts", "doctype", "contact", force=True)
    frappe.db.commit()


def test_a_slow_request_becomes_an_index_that_stays_over_a_migrate_until_it_is_rolled_back(key):
    frappe.db.set_single_value("Maintenance Settings", "slow_query_ms", 5)
    recording = api.record_requests(1, f"/api/resource/{SLOW}")["recording"]
    frappe.db.commit()
    for number in (6, 7, 8):
        ask(slow_path(number), key)
    api.stop_recording(recording)
    read = fresh("Request Recording", recording)
    assert (read.status, read.requests) == ("Read", 3)
    (name,) = frappe.get_all(CHANGE, pluck="name")
    found = fresh(CHANGE, name)
    assert json.loads(found.parameters) == {"doctype": SLOW, "columns": ["designation"]}
    assert found.proposed_by is None and "reads 50000 rows" in found.finding, found.finding
    assert "Designation 7" not in found.as_json() + read.as_json(), "a parameter is shown"
    assert recorder.count() == 0 and not recorder.is_on()

    done = applied(name)
    assert (done.status, done.verdict) == ("Applied", "Better"), done.result
    before, after = (
        [r for r in done.measurements if r.kind == "query" and r.phase == p] for p in ("Before", "After")
    )
    assert float(after[0].median) < float(before[0].median) / 4
    assert before[0].n >= 5 and after[0].n >= 5
    print(
        f"FIGURES {done.finding} before {before[0].median}/{before[0].p95} after {after[0].median}/{after[0].p95}"
    )
    migrate()
    assert index_is_there()

    api.roll_back_change(name, "Only a test")
    assert fresh(CHANGE, name).status == "Rolled Back"
    assert not index_is_there() and not frappe.db.exists("Property Setter", {"doc_type": SLOW})
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
    api.roll_back_change(name, "Only a test")
    assert wanted not in tables.indices(f"tab{SLOW}").values()


def test_who_proposed_it_does_not_approve_it():
    frappe.set_user(MANAGER)
    wanted = json.dumps({"doctype": SLOW, "columns": ["designation"]})
    name = api.propose_change("Mine", "Add Index", "It is slow", "It is fast", wanted)["change"]
    with pytest.raises(frappe.ValidationError, match="another Maintenance Manager approves it"):
        api.approve_change(name, "I want it")
    approve(name, SECOND)
    assert fresh(CHANGE, name).approved_by == SECOND


def test_nothing_is_applied_before_it_is_approved(change):
    with pytest.raises(frappe.ValidationError, match="is Proposed"):
        api.apply_change(change)
    assert not index_is_there()


def test_an_index_that_exists_is_refused_and_one_that_came_meanwhile_makes_it_outdated(change):
    approve(change)
    frappe.db.sql_ddl(f"alter table `tab{SLOW}` add index somebodys (designation, company_name)")
    try:
        assert api.apply_change(change)["status"] == "Outdated"
        assert fresh(CHANGE, change).reason == "The index somebodys of Contact has these columns already."
        with pytest.raises(
            frappe.ValidationError, match="The index somebodys of Contact has these columns already"
        ):
            propose()
    finally:
        frappe.db.sql_ddl(f"alter table `tab{SLOW}` drop index somebodys")


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"columns": ["nothing"]}, "Contact has no column nothing"),
        ({"columns": ["_comments"]}, "is of the type text"),
        ({"columns": []}, "Name 1 to 5 columns"),
        ({"doctype": "System Settings"}, "is no DocType with a table"),
    ],
)
def test_an_index_that_cannot_be_is_refused(parameters, message):
    with pytest.raises(frappe.ValidationError, match=message):
        propose(**parameters)


def test_a_table_that_is_too_large_or_locked_meanwhile_is_done_by_hand(change):
    frappe.db.set_single_value("Maintenance Settings", "index_largest_mb", 1)
    approve(change)
    with pytest.raises(frappe.ValidationError, match="Do it by hand at a quiet time"):
        api.apply_change(change)
    with pytest.raises(frappe.ValidationError, match="has no index that begins with designation"):
        api.apply_change(change, done_by_hand="I did it")
    frappe.db.sql_ddl(f"alter table `tab{SLOW}` add index {INDEX} (designation)")
    with pytest.raises(frappe.ValidationError, match="the next migrate would drop it"):
        api.apply_change(change, done_by_hand="I did it")
    make_property_setter(SLOW, "designation", "search_index", "1", "Check")
    api.apply_change(change, done_by_hand="alter table, and ticked")
    assert fresh(CHANGE, change).status == "Applied"
    engine = propose(doctype="Error Log", columns=["method"])
    approve(engine)
    with pytest.raises(frappe.ValidationError, match="which nobody can use while an index is added"):
        api.apply_change(engine)


def drop_index():
    frappe.db.sql_ddl(f"alter table `tab{SLOW}` drop index {INDEX}")


def alter_index():
    frappe.db.sql_ddl(
        f"alter table `tab{SLOW}` drop index {INDEX}, add index {INDEX} (designation, company_name)"
    )


def edit_setter():
    frappe.db.set_value("Property Setter", {"doc_type": SLOW}, "value", "0")


@pytest.mark.parametrize(
    ("meddle", "message"),
    [
        (drop_index, "somebody dropped it"),
        (alter_index, "somebody altered it"),
        (edit_setter, "was changed to “0” since"),
    ],
)
def test_what_somebody_changed_since_is_not_rolled_back(change, meddle, message):
    applied(change)
    meddle()
    frappe.db.commit()
    with pytest.raises(frappe.ValidationError, match=message):
        api.roll_back_change(change, "It does not help")
    assert fresh(CHANGE, change).status == "Applied"
    api.roll_back_change(change, "I looked at it", done_by_hand=1)
    assert fresh(CHANGE, change).status == "Rolled Back"
    frappe.db.delete("Property Setter", {"doc_type": SLOW})
    frappe.db.sql_ddl(f"alter table `tab{SLOW}` drop index if exists `{INDEX}`")


def test_a_former_setting_of_the_field_comes_back(change):
    make_property_setter(SLOW, "designation", "search_index", "0", "Check")
    applied(change)
    assert frappe.db.get_value("Property Setter", {"doc_type": SLOW}, "value") == "1"
    api.roll_back_change(change, "Only a test")
    assert frappe.db.get_value("Property Setter", {"doc_type": SLOW}, "value") == "0"


class Killed(BaseException):
    """As a worker is killed: nothing catches it."""


def kill(*_arguments, **_options):
    raise Killed


@pytest.mark.parametrize("finish", ["apply", "roll back"])
def test_what_a_killed_worker_left_is_finished_or_rolled_back(change, monkeypatch, finish):
    approve(change)
    with monkeypatch.context() as killing, pytest.raises(Killed):
        killing.setattr(change_index, "_set", kill)
        api.apply_change(change)
    frappe.db.rollback()
    left = fresh(CHANGE, change)
    assert (left.status, left.progress, index_is_there()) == ("Approved", "Changing", True)
    with pytest.raises(frappe.ValidationError, match="It was begun"):
        api.dismiss_change(change, "No")
    if finish == "apply":
        api.apply_change(change)
        assert fresh(CHANGE, change).status == "Applied"
        migrate()
        assert index_is_there()
        with monkeypatch.context() as killing, pytest.raises(Killed):
            killing.setattr(change_records, "end", kill)
            api.roll_back_change(change, "Only a test")
        frappe.db.rollback()
        assert not index_is_there()
    api.roll_back_change(change, "Only a test")
    assert fresh(CHANGE, change).status == "Rolled Back"
    assert not index_is_there() and not frappe.db.exists("Property Setter", {"doc_type": SLOW})


def test_a_table_in_use_is_left_alone_and_the_failure_is_told(change, monkeypatch):
    approve(change)
    monkeypatch.setattr(change_index, "LOCK_SECONDS", 1)
    with other_transaction(), pytest.raises(frappe.ValidationError, match="The table was in use for 1 s"):
        api.apply_change(change)
    frappe.db.rollback()
    left = fresh(CHANGE, change)
    assert left.status == "Approved" and "The table was in use for 1 s" in left.failure
    api.apply_change(change)
    done = fresh(CHANGE, change)
    assert (done.status, done.failure) == ("Applied", None)
    api.roll_back_change(change, "Only a test")


def other_transaction():
    from contextlib import contextmanager

    from conftest import connect

    @contextmanager
    def using():
        other = connect(frappe.conf)
        other.autocommit(False)
        other.cursor().execute(f"select name from `tab{SLOW}` limit 1")
        try:
            yield
        finally:
            other.close()

    return using()


def test_recorder_that_somebody_else_runs_is_left_alone_and_minutes_are_bounded():
    for minutes in (0, 16, "x"):
        with pytest.raises(frappe.ValidationError):
            api.record_requests(minutes)
    frappe.cache.set_value("recorder-intercept", 1)
    with pytest.raises(frappe.ValidationError, match="Somebody records with Frappe's Recorder"):
        api.record_requests(1)
    frappe.cache.delete_value("recorder-intercept")
    first = api.record_requests(1)["recording"]
    with pytest.raises(frappe.ValidationError, match=f"{first} records already"):
        api.record_requests(1)
    assert recordings.read_if_over(clock.now()) is None
    assert recordings.read_if_over(clock.now() + timedelta(minutes=2)) == first
    assert fresh("Request Recording", first).summary.startswith("No request or job was recorded")


__all__ = ["apply_change", "changes", "measure_change", "roll_back_change"]
