"""Every row of Error Log is counted once, whatever is in it and however late it comes."""

import itertools
import tracemalloc
from contextlib import closing
from datetime import datetime, timedelta
from types import SimpleNamespace

import frappe
import pytest
from conftest import TEXT, count_errors, insert_errors, run_bench, stored
from error_books import counted, everything, hours, pattern, totals
from frappe.core.doctype.error_log.error_log import ErrorLog, clear_error_logs

from verenigingen_maintenance.operations import error_ledger, ingest_errors
from verenigingen_maintenance.sources import clock, error_rows, errors

NOON = datetime(2026, 11, 10, 12)
FRAME = '  File "apps/bank/bank/sepa.py", line {}, in {}\n    {}()\n'
RAISED = f"Traceback (most recent call last):\n{FRAME.format(7, 'send', 'post')}ValueError: {{}}"
SEND = "ValueError in bank.sepa.send"


def test_every_row_is_counted_once_at_its_hour_for_its_user():
    insert_errors(30, creation=lambda number: NOON + timedelta(minutes=number))
    insert_errors(
        40, creation=lambda number: NOON + timedelta(minutes=5 * number), method="Mandate not found"
    )
    insert_errors(5, creation=NOON + timedelta(days=1), owner="member@example.com")
    count_errors()
    assert (counted(), totals()) == (75, {"Timeout": 35, "Mandate not found": 40})
    assert hours("2026-11-10") == {12: 42, 13: 12, 14: 12, 15: 4}
    assert hours("2026-11-10", "Mandate not found") == {12: 12, 13: 12, 14: 12, 15: 4}
    of_member = {"user": "member@example.com", "span": "Day"}
    assert frappe.db.get_value("Error Count", of_member, ["day", "errors"]) == (
        (NOON + timedelta(days=1)).date(),
        5,
    )


def test_counting_again_changes_nothing():
    insert_errors(50, creation=lambda number: stored(minutes=number), owner=lambda number: f"u{number % 3}")
    count_errors()
    before = everything()
    count_errors()
    assert everything() == before
    assert counted() == 50


def test_rows_without_title_or_text_are_counted():
    for method, error in itertools.product((None, "", "Timeout"), (None, "", TEXT)):
        insert_errors(1, method=method, error=error)
    insert_errors(1, owner=None)
    count_errors()
    assert totals() == {"An error without any text": 6, "Timeout": 4}
    assert counted() == 10


def make_long_errors(count, begin, middle, end, **fields):
    """Rows with a text that the database makes itself: `middle` so often that it is 5 MB."""
    names = insert_errors(count, **fields)
    times = 5_000_000 // len(middle)
    frappe.db.sql(
        "update `tabError Log` set error = concat(%s, repeat(%s, %s), %s) where name in %s",
        (begin, middle, times, end, names),
    )
    frappe.db.commit()


def test_a_traceback_of_5_mb_belongs_to_the_pattern_of_its_short_ones():
    insert_errors(1, error=RAISED.format("no"))
    begin, end = RAISED.split("ValueError")[0], f"{FRAME.format(7, 'send', 'post')}ValueError: no"
    make_long_errors(1, RAISED.format(""), "x", "")
    for shift in range(12):
        deep = f'  File "apps/bank/bank/retry.py", line 9, in retry\n    again{"_" * shift}()\n'
        make_long_errors(1, begin, deep, end)
    count_errors()
    assert totals() == {SEND: 14}


def test_a_hundred_megabytes_of_text_are_counted_in_a_bounded_memory():
    make_long_errors(20, RAISED.format(""), "x", "")
    tracemalloc.start()
    try:
        count_errors()
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert totals() == {SEND: 20}
    assert most < 40_000_000


def test_long_texts_that_come_late_are_counted_on_a_slow_disk_too(monkeypatch):
    monkeypatch.setattr(error_rows, "LONGEST_HOLD", 0.005)
    insert_errors(1)
    count_errors()
    make_long_errors(40, RAISED.format(""), "x", "", creation=stored(hours=1))
    count_errors()
    assert totals() == {"Timeout": 1, SEND: 40}


@pytest.mark.parametrize("column", ["method", "error"])
def test_a_text_that_is_no_utf_8_keeps_no_other_from_being_counted(column):
    names = insert_errors(5, error=RAISED.format("no"))
    # MariaDB takes a lone surrogate for UTF-8; Python does not.
    frappe.db.sql(
        f"update `tabError Log` set `{column}` = concat(`{column}`, x'EDA080') where name = %s", names[2]
    )
    frappe.db.commit()
    with closing(frappe.db.get_connection()) as other, pytest.raises(UnicodeDecodeError):
        other.cursor().execute(f"select `{column}` from `tabError Log`")
    count_errors()
    assert totals() == {SEND: 5}


def test_more_rows_of_one_moment_than_a_page_or_a_batch_are_each_counted_once():
    moment = stored(minutes=5)
    insert_errors(3_000, creation=moment, owner=lambda number: f"user{number % 7}@example.com")
    insert_errors(10, creation=moment + timedelta.resolution)
    count_errors()
    assert counted() == 3_010
    insert_errors(10, creation=moment + timedelta.resolution)
    insert_errors(10, creation=moment)
    count_errors()
    assert counted() == 3_030


def test_rows_that_come_an_hour_late_are_counted_by_the_next_run():
    insert_errors(700, creation=lambda number: stored(seconds=20 * number))
    count_errors()
    insert_errors(600, creation=lambda number: stored(hours=1, seconds=number), method="Late")
    count_errors()
    assert (counted(), totals()) == (1_300, {"Timeout": 700, "Late": 600})


def test_rows_that_come_three_days_late_are_found_and_counted_by_a_job_of_their_day(queue):
    insert_errors(20, creation=stored(days=3))
    insert_errors(5)
    count_errors()
    assert ingest_errors.enqueue_gaps() == []
    insert_errors(7, creation=stored(days=3), method="Late")
    for _hour in range(2):
        assert ingest_errors.enqueue_gaps() == [stored(days=3).date()]
        frappe.db.commit()
    assert len(queue) == 1
    run_bench("worker", "--burst", "--queue", "long")
    assert (counted(), totals()) == (32, {"Timeout": 25, "Late": 7})
    assert ingest_errors.enqueue_gaps() == []


def test_what_waits_since_before_the_installation_is_counted_day_by_day(queue):
    for days in range(4):
        insert_errors(10 + days, creation=stored(days=days))
    days = ingest_errors.enqueue_gaps()
    assert days == [stored(days=days).date() for days in (3, 2, 1, 0)]
    for day in reversed(days):
        ingest_errors.ingest_day(day)
    assert counted() == 46
    assert ingest_errors.enqueue_gaps() == []


def test_rows_that_come_late_to_a_day_of_which_logs_were_deleted_are_found_too(queue):
    gone = insert_errors(20, creation=stored(days=3))
    insert_errors(1)
    count_errors()
    frappe.db.delete("Error Log", {"name": ("in", gone)})
    insert_errors(5, creation=stored(days=3), method="Late")
    for day in ingest_errors.enqueue_gaps():
        ingest_errors.ingest_day(day)
    assert totals() == {"Timeout": 21, "Late": 5}


def test_deleting_all_logs_between_two_batches_of_an_hour_loses_nothing_that_was_counted():
    seen = []
    for minute in (0, 15, 30, 45):
        moment = NOON + timedelta(minutes=minute)
        insert_errors(10 + minute, creation=lambda number, moment=moment: moment + timedelta(seconds=number))
        count_errors()
        seen.append(hours("2026-11-10"))
        clear_error_logs()
        count_errors()
        seen.append(hours("2026-11-10"))
    assert [each[12] for each in seen] == [10, 10, 35, 35, 75, 75, 130, 130]
    assert counted() == 130
    assert pattern("Timeout").first_at == NOON


def test_deleting_all_logs_while_they_are_counted_loses_nothing_that_was_read(monkeypatch):
    monkeypatch.setattr(ingest_errors, "BATCH", 500)
    insert_errors(1_500, creation=lambda number: stored(seconds=2_000 - number))
    real = error_ledger.Ledger.enter

    def enter_and_delete(ledger, rows, patterns):
        real(ledger, rows, patterns)
        if not frappe.db.exists("Error Log", {"method": "After"}):
            clear_error_logs()
            insert_errors(3, method="After")

    with monkeypatch.context() as deleting:
        deleting.setattr(error_ledger.Ledger, "enter", enter_and_delete)
        count_errors()
    read = totals()["Timeout"]
    assert 500 <= read < 1_500
    count_errors()
    assert totals() == {"Timeout": read, "After": 3}
    assert counted() == read + 3


def test_retention_changes_no_count():
    insert_errors(30, creation=stored(days=20))
    insert_errors(12, creation=stored(days=2))
    count_errors()
    before = everything()
    ErrorLog.clear_old_logs(days=14)
    frappe.db.commit()
    assert frappe.db.count("Error Log") == 12
    count_errors()
    assert everything() == before
    assert counted() == 42


def test_a_clock_that_was_set_back_counts_each_row_once():
    insert_errors(20, creation=stored(hours=-3))
    count_errors()
    for number in (4, 5):
        insert_errors(number, creation=stored(minutes=1), method="Set back")
        count_errors()
        count_errors()
    assert (counted(), totals()) == (29, {"Timeout": 20, "Set back": 9})


def test_a_clock_that_was_set_back_by_days_hides_nothing_that_is_not_counted_yet():
    insert_errors(20, creation=stored(days=-3))
    count_errors()
    insert_errors(4)
    assert errors.last_24_hours(clock.now()).at_least == "4 rows of Error Log are not counted yet"


@pytest.fixture
def ticking(monkeypatch):
    """A clock that goes on by a second each time that somebody looks at it."""
    ticks = SimpleNamespace(monotonic=itertools.count().__next__)
    monkeypatch.setattr(ingest_errors, "time", ticks)


def test_where_the_time_is_over_the_next_run_goes_on(ticking, monkeypatch):
    monkeypatch.setattr(ingest_errors, "BATCH", 1_000)
    insert_errors(9_000, creation=lambda number: stored(minutes=number))
    seen = []
    for _ in range(6):
        done = ingest_errors.ingest(clock.now(), 3)
        seen.append((done, counted()))
    done, errors = zip(*seen, strict=True)
    assert (done[0], done[-1]) == (False, True)
    assert 0 < errors[0] < errors[1] <= errors[-1] == 9_000


def test_rows_that_are_looked_through_again_do_not_keep_new_ones_waiting(ticking):
    insert_errors(3_000, creation=lambda number: stored(minutes=1, seconds=number))
    assert ingest_errors.ingest(clock.now(), 100)
    insert_errors(10, method="New")
    for _ in range(5):
        ingest_errors.ingest(clock.now(), 4)
    assert totals() == {"Timeout": 3_000, "New": 10}
