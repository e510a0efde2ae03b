"""The ledger forgets days that Error Log no longer has; what was counted of them stays."""

from datetime import timedelta

import frappe
import pytest
from conftest import count_errors, insert_errors, stored
from error_books import counted, hours, pattern, totals
from frappe.core.doctype.error_log.error_log import ErrorLog, clear_error_logs

from verenigingen_maintenance.operations import error_counts, ingest_errors
from verenigingen_maintenance.sources import clock
from verenigingen_maintenance.verenigingen_maintenance.doctype.error_count.error_count import ErrorCount


def entered():
    frappe.db.commit()
    return frappe.db.count("Ingested Error")


@pytest.fixture
def forgotten():
    """Twenty errors of twenty days ago by two users, whose logs were deleted and which the ledger forgot."""
    moment = stored(days=20)
    insert_errors(20, creation=moment, owner=lambda number: f"u{number % 2}@example.com")
    insert_errors(3)
    count_errors()
    ErrorLog.clear_old_logs(days=14)
    ingest_errors.forget_deleted(seconds=60)
    return moment


def test_deleted_days_leave_the_ledger_and_no_count(forgotten):
    assert (entered(), counted(), totals()) == (3, 23, {"Timeout": 23})
    assert hours(forgotten.date()) == {forgotten.hour: 20}
    document = pattern("Timeout")
    assert (document.users, document.first_at) == (3, forgotten)
    count_errors()
    ingest_errors.forget_deleted()
    assert (entered(), counted()) == (3, 23)


def test_what_takes_longer_than_one_job_may_is_gone_on_with_by_the_next():
    for days in (20, 21, 22):
        insert_errors(2, creation=stored(days=days))
    count_errors()
    clear_error_logs()
    assert [ingest_errors.forget_deleted(seconds=0) for _job in range(3)] == [False, False, True]
    assert (entered(), counted()) == (0, 6)


def test_days_that_error_log_still_has_stay_in_the_ledger():
    for days in range(5):
        insert_errors(2, creation=stored(days=days))
    count_errors()
    ingest_errors.forget_deleted()
    assert entered() == 10


def test_the_last_three_days_stay_when_all_logs_are_deleted():
    for days in range(6):
        insert_errors(2, creation=stored(days=days))
    count_errors()
    clear_error_logs()
    ingest_errors.forget_deleted(seconds=60)
    assert (entered(), counted()) == (8, 12)
    insert_errors(4)
    count_errors()
    assert counted() == 16


def test_a_row_that_comes_late_to_a_forgotten_day_is_added(forgotten):
    insert_errors(2, creation=forgotten, owner="late@example.com")
    insert_errors(1, creation=forgotten, method="Late")
    ingest_errors.ingest_day(forgotten.date())
    assert (counted(), totals()) == (26, {"Timeout": 25, "Late": 1})
    assert hours(forgotten.date()) == {forgotten.hour: 23}
    assert pattern("Timeout").users == 4


def test_a_day_may_be_forgotten_twice_and_counted_between(forgotten):
    for number in (2, 5):
        insert_errors(number, creation=forgotten)
        ingest_errors.ingest_day(forgotten.date())
        frappe.db.delete("Error Log", {"modified": ("<", stored(days=14))})
        ingest_errors.forget_deleted()
        error_counts.roll_up([forgotten.date()])
    assert (entered(), counted(), totals()) == (3, 30, {"Timeout": 30})


def test_days_older_than_what_is_kept_go_and_the_pattern_still_knows_when_it_was_first_at():
    insert_errors(7, creation=stored(days=450))
    insert_errors(3, creation=stored(days=2))
    count_errors()
    first, total = pattern("Timeout").first_at, pattern("Timeout").total
    ErrorCount.clear_old_logs(days=400)
    insert_errors(1)
    count_errors()
    after = pattern("Timeout")
    assert frappe.db.count("Error Count", {"day": ("<", clock.now().date() - timedelta(days=400))}) == 0
    assert (after.first_at, after.total) == (first, total + 1)
