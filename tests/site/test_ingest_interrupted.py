"""Killed anywhere, or done by two at once: the counts are those of an undisturbed run, to the row."""

import random
import signal
import time
from datetime import timedelta

import frappe
import pytest
from conftest import connect, count_errors, insert_errors, run_bench, start_bench, stored
from error_books import by_survivor, counted, totals
from test_ingest_errors import RAISED
from test_measuring import NO_REDIS

from verenigingen_maintenance.operations import ingest_errors
from verenigingen_maintenance.operations.transactions import lock
from verenigingen_maintenance.sources import clock

INGEST = ("execute", "verenigingen_maintenance.scheduled.ingest_maintenance_errors")
WORDS = ["red", "green", "blue", "amber", "black", "white", "brown", "pink", "grey", "teal"]
COUNTED = ("Ingested Error", "Error Count", "Error Pattern", "Error Pattern Fingerprint")


def make_mixed_errors(count, **fields):
    """Errors of some hundred patterns, by nine users; some are alike but for a word."""

    def error(number):
        if number % 3:
            return RAISED.replace("in send", f"in send_{number % 211}").format(number)
        return f"The colour {WORDS[number % 10]} is not known to printer {number}"

    insert_errors(
        count,
        error=error,
        owner=lambda number: f"user{number % 9}@example.com",
        creation=lambda number: stored(seconds=20 * number),
        **fields,
    )


@pytest.fixture
def each_minute():
    """Processes of their own use the real clock, and count in every minute of it."""
    frappe.db.set_single_value("Maintenance Settings", "ingest_minutes", 1)
    frappe.db.commit()


def undisturbed():
    """What one run over the same rows comes to."""
    for doctype in COUNTED:
        frappe.db.delete(doctype)
    frappe.db.commit()
    count_errors()
    return by_survivor()


def wait_until_counting(victim):
    """Until a process has begun, or has ended."""
    while victim.poll() is None:
        with lock("error log") as free:
            if not free:
                return
        time.sleep(0.005)


def test_killed_at_ten_random_points_the_counts_are_those_of_an_undisturbed_run(each_minute):
    make_mixed_errors(12_000)
    chance = random.Random(4)
    killed, seen = 0, []
    for _ in range(10):
        victim = start_bench(*INGEST)
        wait_until_counting(victim)
        time.sleep(chance.uniform(0, 0.5))
        killed += victim.poll() is None
        victim.send_signal(signal.SIGKILL)
        victim.communicate(timeout=30)
        frappe.db.commit()
        seen.append(frappe.db.count("Ingested Error"))
    count_errors()
    assert killed >= 3, "most were over before they were killed: make more rows"
    assert seen == sorted(seen)
    after = by_survivor()
    assert counted() == 12_000
    assert after == undisturbed()


def test_a_run_that_dies_between_the_ledger_and_the_counts_is_made_good_by_the_next(monkeypatch):
    make_mixed_errors(300)
    with monkeypatch.context() as dying:
        dying.setattr(ingest_errors.error_counts, "roll_up_stale", lambda tally: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            ingest_errors.ingest(clock.now())
    assert frappe.db.count("Ingested Error") == 300
    count_errors()
    assert counted() == 300


def test_two_processes_that_count_the_same_rows_at_once_count_each_once(each_minute):
    make_mixed_errors(8_000)
    processes = [start_bench(*INGEST) for _ in range(2)]
    outputs = [process.communicate(timeout=120)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    count_errors()
    after = by_survivor()
    assert counted() == 8_000
    assert after == undisturbed()


def together(found):
    """Which of the texts that are alike goes on for all is a matter of which day is first."""
    colours = [errors for title, errors in found.items() if title.startswith("The colour")]
    return {title: found[title] for title in found if not title.startswith("The colour")}, colours


def failures(queue):
    """Why jobs failed at last.

    RQ 1.15 may note as stuck a job that another worker just took; it runs all the same.
    """
    jobs = map(queue.fetch_job, queue.failed_job_registry.get_job_ids())
    return [job.exc_info for job in jobs if not job.is_finished]


def test_days_are_counted_by_two_workers_at_once(queue):
    make_mixed_errors(20_000)
    days = ingest_errors.enqueue_gaps()
    frappe.db.commit()
    assert len(queue) == len(days) >= 5
    worker = ("worker", "--burst", "--queue", "long")
    workers = [start_bench(*worker) for _ in range(2)]
    outputs = [each.communicate(timeout=120)[0] for each in workers]
    assert all("Job OK" in output for output in outputs), outputs
    assert failures(queue) == []
    assert counted() == 20_000
    found = together(totals())
    undisturbed()
    assert found == together(totals())


def test_a_job_of_a_day_beside_the_job_of_each_minute_counts_each_row_once(each_minute):
    make_mixed_errors(6_000)
    beside = start_bench(*INGEST)
    wait_until_counting(beside)
    for days in range(3):
        ingest_errors.ingest_day(stored(days=days).date())
    output = beside.communicate(timeout=120)[0]
    assert beside.returncode == 0, output
    count_errors()
    assert counted() == 6_000


def test_a_batch_that_the_database_undid_for_another_one_is_entered_again():
    insert_errors(2, creation=stored(days=1))
    names = frappe.get_all("Error Log", pluck="name", order_by="name")
    values = "insert into `tabIngested Error` (name, creation, modified) values " + ", ".join(
        ["(%s, now(), now())"] * 40
    )
    with ingest_errors.Ledger() as ledger, connect(frappe.conf) as other, other.cursor() as cursor:
        cursor.execute("begin")
        cursor.execute(values, [names[1], *(f"of another one {number}" for number in range(39))])
        batches = ingest_errors._Batches(ledger)
        batches.add(stored(days=2))
        wait_until_somebody_waits(cursor)
        cursor.execute(
            "insert into `tabIngested Error` (name, creation, modified) values (%s, now(), now())", names[0]
        )
        cursor.execute("commit")
    frappe.db.commit()
    assert frappe.db.count("Ingested Error", {"name": ("in", names)}) == 2


def wait_until_somebody_waits(cursor):
    """Until a batch of another connection waits for a row that this one holds."""
    waits = "select count(*) from information_schema.processlist where time_ms > 200 and info like %s"
    for _ in range(2000):
        cursor.execute(waits, "insert ignore into `tabIngested Error`%")
        if cursor.fetchone()[0]:
            return
        time.sleep(0.005)
    pytest.fail("nobody waits")


def alike(words):
    return [f"The colour {word} is not known" for word in words]


def test_two_that_learn_the_same_pattern_from_different_rows_lose_and_hang_nothing(monkeypatch):
    """Each knows half of what is alike when it sees the other half, and would go on in one of its own."""
    monkeypatch.setattr(ingest_errors, "BATCH", 1)
    texts = alike(WORDS[:8])
    noons = [stored(days=day).replace(hour=12) for day in (1, 2)]
    for noon, order in zip(noons, (texts, texts[4:] + texts[:4]), strict=True):
        for number, text in enumerate(order):
            insert_errors(1, method=text, error="", creation=noon + timedelta(minutes=number))
    with ingest_errors.Ledger() as one, ingest_errors.Ledger() as other:
        batches = [ingest_errors._Batches(one), ingest_errors._Batches(other)]
        for _half in range(2):
            for each, noon in zip(batches, noons, strict=True):
                count_half(each, noon.date())
    signal.signal(signal.SIGALRM, lambda *_: pytest.fail("it hangs"))
    signal.alarm(10)
    try:
        count_errors()
        assert counted() == 16
        assert list(totals().values()) == [16]
    finally:
        signal.alarm(0)


def test_a_run_that_dies_while_it_lets_patterns_go_on_in_one_is_made_good_by_the_next(monkeypatch):
    for text in alike(WORDS):
        insert_errors(2, method=text, error="")
    real = frappe.db.set_value

    def dying(*arguments, **options):
        assert "continues_in" not in arguments, "killed here"
        return real(*arguments, **options)

    with monkeypatch.context() as killed:
        killed.setattr(frappe.db, "set_value", dying)
        with pytest.raises(AssertionError, match="killed here"):
            ingest_errors.ingest(clock.now())
    frappe.db.rollback()
    count_errors()
    assert (counted(), list(totals().values())) == (20, [20])


def count_half(batches, day):
    """Four of the rows of a day that are not counted yet."""
    rows = frappe.get_all(
        "Error Log",
        filters={"modified": ("between", (day, day + timedelta(days=1)))},
        fields=["name", "creation", "modified", "owner", "method", "error"],
        order_by="modified",
    )
    rows = [ingest_errors.Row(**row) for row in rows if row.modified.date() == day]
    missing = set(batches.ledger.missing(rows))
    batches._enter([row for row in rows if row.name in missing][:4])


def test_with_redis_gone_rows_are_counted_by_the_times_they_have(each_minute):
    make_mixed_errors(300)
    ran = run_bench(*INGEST, **NO_REDIS)
    assert (ran.returncode, "Traceback" in ran.stdout + ran.stderr) == (0, False), ran.stderr
    assert counted() == 300


def test_counting_switched_off_counts_nothing_and_each_two_minutes_is_each_two_minutes(monkeypatch, at_nine):
    insert_errors(5)
    for minutes, minute, expected in [(0, 0, 0), (2, 1, 0), (2, 2, 5)]:
        frappe.db.set_single_value("Maintenance Settings", "ingest_minutes", minutes)
        ingest_errors.ingest_if_due(at_nine + timedelta(minutes=minute))
        assert frappe.db.count("Ingested Error") == expected
