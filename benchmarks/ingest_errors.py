"""What it costs to count Error Log, and to answer from the counts.

    cd BENCH/sites && PYTHONPATH=CHECKOUT ../env/bin/python -m benchmarks.ingest_errors SITE [ROWS]

Replaces the site's Error Log by ROWS labelled errors (200,000 by default) of 2 KB over 30 days, then measures
ingesting as a ratio to reading the same columns in the same ranges, its memory, answers over 1 to 90 days,
the delay of an Error Log insert meanwhile, and a backfill by one and by two workers. Use a site that may be
thrown away, on a machine that does nothing else.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from statistics import median, quantiles

import frappe
from pymysql.connections import Connection

from benchmarks.labelled_errors import LabelledError, generate

ROWS, DAYS, KILOBYTES, BATCH, RUNS = 200_000, 30, 2, 5_000, 3
TABLES = ("Error Pattern", "Error Pattern Fingerprint", "Error Count", "Ingested Error")
MEASURED = """
import re, sys, frappe
frappe.init(sys.argv[1])
frappe.connect()
from benchmarks.ingest_errors import ingest
peak = lambda: int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024
before = peak()
ingest()
print(peak() - before)
"""
WORKER = ("-m", "frappe.utils.bench_helper", "frappe", "worker", "--queue", "long", "--burst", "--quiet")


def main(site: str, rows: int) -> None:
    frappe.init(site)
    frappe.connect()
    fill(rows)
    print(f"Error Log: {frappe.db.count('Error Log')} rows")
    against_its_floor()
    answers()
    while_logging()
    backfill()


def fill(rows: int) -> None:
    frappe.db.truncate("Error Log")
    now, labelled = frappe.utils.now_datetime(), iter(generate(7, rows))
    fields = ["name", "creation", "modified", "owner", "modified_by", "method", "error"]
    for first in range(0, rows, BATCH):
        values = []
        for at in range(first, min(first + BATCH, rows)):
            row = next(labelled)
            moment = now - timedelta(seconds=(rows - at) * DAYS * 86_400 / rows)
            user = f"user{at % 35}@example.com"
            name = frappe.generate_hash(length=10)
            values.append((name, moment, moment, user, user, row.method, padded(row)))
        frappe.db.bulk_insert("Error Log", fields, values, chunk_size=BATCH)
    frappe.db.commit()


def padded(row: LabelledError) -> str:
    """The text as long as real ones: a traceback with more frames of Frappe, another one with its details."""
    text = row.error or row.method
    header, newline, rest = text.partition("\n")
    missing = KILOBYTES * 1024 - len(text)
    if not header.startswith("Traceback"):
        return text + "\n" + "  detail of the request: nothing\n" * (missing // 33)
    frame = '  File "apps/frappe/frappe/handler.py", line 76, in call\n    return frappe.call(method)\n'
    return header + newline + frame * (missing // len(frame)) + rest


def against_its_floor() -> None:
    ratios = []
    for _ in range(RUNS):
        forget()
        floor, taken, again = timed(read_only), timed(ingest), timed(read_only)
        ratios.append(taken / ((floor + again) / 2))
        print(f"  reading {floor:.2f} and {again:.2f} s, ingesting {taken:.2f} s: ratio {ratios[-1]:.2f}")
    forget()
    print(f"ingesting: {median(ratios):.2f} times its reading, {memory()} MB more memory")
    counted = frappe.db.sql("select count(*), sum(total) from `tabError Pattern`")[0]
    print(f"  {counted[0]} patterns with {counted[1]} errors; ledger {frappe.db.count('Ingested Error')}")


def memory() -> str:
    """Of a process of its own, above what it has once it is connected."""
    return subprocess.check_output([sys.executable, "-c", MEASURED, frappe.local.site], text=True).strip()


def ingest() -> None:
    from verenigingen_maintenance.operations import ingest_errors
    from verenigingen_maintenance.sources import clock

    assert ingest_errors.ingest(clock.now(), seconds=3_600)


def read_only() -> None:
    """The same columns in the same ranges, as anybody reads them through Frappe."""
    from verenigingen_maintenance.sources.error_rows import COLUMNS, PAGE

    since, rows = datetime(1900, 1, 1), [()] * PAGE
    ranged = f"select {COLUMNS} from `tabError Log` where modified >= %s order by modified limit {PAGE}"
    while len(rows) == PAGE:
        rows = frappe.db.sql(ranged, since)
        since = rows[-1][2]


def forget() -> None:
    for table in TABLES:
        frappe.db.truncate(table)
    frappe.db.commit()


def answers() -> None:
    from verenigingen_maintenance.operations import error_review
    from verenigingen_maintenance.sources import clock

    times = {days: [] for days in (1, 7, 30, 90)}
    for _ in range(15):
        for days, seconds in times.items():
            seconds.append(timed(lambda days=days: error_review.analyze_error_patterns(days, clock.now())))
    medians = {days: median(seconds) * 1000 for days, seconds in times.items()}
    print("analysis: " + ", ".join(f"{days} days {ms:.1f} ms" for days, ms in medians.items()))
    ratio = median(thirty / one for one, thirty in zip(times[1], times[30], strict=True))
    print(f"  30 days in {ratio:.2f} times the time of 1 day")


def while_logging() -> None:
    """The delay of an insert into Error Log: p99 of an idle time, and while all of it is ingested."""
    idle = delays(lambda: time.sleep(10))
    forget()
    busy = delays(ingest)
    print(f"insert into Error Log: p99 {p99(idle):.1f} ms idle, {p99(busy):.1f} ms while ingesting")


def delays(action: Callable[[], object]) -> list[float]:
    over, found = threading.Event(), []
    connection = frappe.db.get_connection()
    connection.autocommit(True)
    writer = threading.Thread(target=write_errors, args=(connection, over, found))
    writer.start()
    action()
    over.set()
    writer.join()
    connection.close()
    return found


def write_errors(connection: Connection, over: threading.Event, found: list[float]) -> None:
    """As Frappe does, one row at a time; 50 a second."""
    fields = "name, creation, modified, owner, method, error"
    insert = f"insert into `tabError Log` ({fields}) values (%s, %s, %s, 'a', 'Written meanwhile', %s)"
    with connection.cursor() as cursor:
        cursor.execute("select max(modified) from `tabError Log`")
        moment = cursor.fetchone()[0]
        while not over.wait(0.02):
            moment += timedelta(milliseconds=20)
            started = time.perf_counter()
            cursor.execute(insert, (uuid.uuid4().hex[:10], moment, moment, "x" * 2048))
            found.append(time.perf_counter() - started)


def p99(seconds: list[float]) -> float:
    return quantiles(seconds, n=100)[-1] * 1000


def backfill() -> None:
    """By RQ workers, one job a day; a worker forks for each."""
    from verenigingen_maintenance.operations import ingest_errors

    times = {}
    for workers in (1, 2):
        forget()
        days = ingest_errors.enqueue_gaps()
        frappe.db.commit()
        times[workers] = timed(lambda workers=workers: work(workers))
        frappe.db.commit()
        counted = frappe.db.count("Ingested Error")
        print(f"backfill of {len(days)} days by {workers}: {times[workers]:.1f} s, {counted} rows counted")
    print(f"  two in {times[2] / times[1]:.2f} of the time of one")


def work(workers: int) -> None:
    processes = [subprocess.Popen([sys.executable, *WORKER]) for _ in range(workers)]
    assert [process.wait() for process in processes] == [0] * workers


def timed(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else ROWS)
