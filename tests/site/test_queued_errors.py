"""An error that waited in Redis is counted for whom and when it happened, and once."""

import json

import frappe
import pytest
from conftest import TEXT, count_errors, insert_errors, stored
from error_books import counted, hours
from frappe.deferred_insert import save_to_db

from verenigingen_maintenance.operations import queued_errors
from verenigingen_maintenance.sources import clock, error_log, errors

MEMBER = "member@example.com"


def fail_on_the_web(title="Bank is down", user=MEMBER, **ago):
    """An error of a web request of a user: it waits in Redis, as Frappe leaves it."""
    frappe.set_user(user)
    frappe.log_error(title, TEXT, defer_insert=True)
    frappe.set_user("Administrator")
    record = json.loads(frappe.cache.rpop(error_log.QUEUE))
    frappe.cache.rpush(error_log.QUEUE, json.dumps({**record, "modified": str(stored(**ago))}))


def flush():
    """What Frappe does every 15 minutes."""
    save_to_db()
    frappe.db.commit()


def whose():
    """Errors by user."""
    frappe.db.commit()
    rows = frappe.get_all("Error Count", {"span": "Day", "user": ("!=", "")}, ["user", "errors"])
    return {row.user: row.errors for row in rows}


@pytest.mark.parametrize("title", ["Bank is down", "Response <b>500</b> of the bank", ""])
def test_it_is_counted_for_its_user_at_its_time_and_once(title):
    fail_on_the_web(title, minutes=15)
    happened = stored(minutes=15)
    queued_errors.remember()
    assert errors.last_24_hours(clock.now()).value == 1
    flush()
    assert frappe.get_all("Error Log", pluck="owner") == ["Administrator"]
    for _ in range(2):
        count_errors()
        assert errors.last_24_hours(clock.now()).value == 1
    assert (counted(), whose()) == (1, {MEMBER: 1})
    assert hours(happened.date()) == {happened.hour: 1}


def test_errors_that_were_written_together_make_no_cluster():
    for minutes in (200, 130, 60):
        for number in range(8):
            fail_on_the_web(minutes=minutes + number)
    queued_errors.remember()
    flush()
    count_errors()
    assert errors.busiest_hour(clock.now()).value == 8
    assert counted() == 24


def test_seeing_it_wait_often_counts_it_no_more_often():
    fail_on_the_web(minutes=10)
    fail_on_the_web(user="operator@example.com", minutes=9)
    for _ in range(3):
        queued_errors.remember()
    flush()
    count_errors()
    assert whose() == {MEMBER: 1, "operator@example.com": 1}
    assert not frappe.cache.hgetall(queued_errors.MEMORY), "what was restored is forgotten"


def test_the_same_error_is_told_apart_by_its_users_in_their_order():
    for minutes in (14, 13, 12):
        fail_on_the_web(user=MEMBER, minutes=minutes)
    fail_on_the_web(user="operator@example.com", minutes=2)
    queued_errors.remember()
    flush()
    insert_errors(2, method="Bank is down", owner="Administrator")
    count_errors()
    assert whose() == {MEMBER: 3, "operator@example.com": 1, "Administrator": 2}


def test_an_error_of_the_administrator_from_before_takes_nothing_from_one_that_waits():
    insert_errors(1, method="Bank is down", creation=stored(minutes=40))
    fail_on_the_web(minutes=15)
    queued_errors.remember()
    count_errors()
    flush()
    count_errors()
    assert whose() == {"Administrator": 1, MEMBER: 1}


def test_an_error_that_nobody_saw_wait_is_counted_as_it_was_written():
    fail_on_the_web(minutes=15)
    flush()
    count_errors()
    assert (counted(), whose()) == (1, {"Administrator": 1})


def test_an_error_counted_by_a_second_process_meanwhile_is_not_restored_twice():
    fail_on_the_web(minutes=15)
    queued_errors.remember()
    flush()
    count_errors()
    fail_on_the_web(user="operator@example.com", minutes=1)
    queued_errors.remember()
    count_errors()
    flush()
    count_errors()
    assert (counted(), whose()) == (2, {MEMBER: 1, "operator@example.com": 1})


def test_what_waits_happened_when_it_was_raised_and_not_when_it_is_read():
    fail_on_the_web(minutes=5)
    (waiting,), _unreadable = error_log.queued()
    assert abs((clock.instant(stored(minutes=5)) - waiting.moment).total_seconds()) < 5


def test_what_is_remembered_each_minute_is_remembered_once():
    fail_on_the_web(minutes=5)
    for _ in range(3):
        queued_errors.remember()
    (times,) = frappe.cache.hgetall(queued_errors.MEMORY).values()
    assert len(times) == 1


def test_errors_that_wait_tell_when_their_cluster_began():
    fail_on_the_web(minutes=30)
    fail_on_the_web(minutes=3)
    began = errors.busiest_hour(clock.now()).began
    assert abs((clock.instant(stored(minutes=30)) - began).total_seconds()) < 5
