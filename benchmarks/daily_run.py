"""How much a daily run costs on a site with many Error Logs.

    cd BENCH/sites && ../env/bin/python CHECKOUT/benchmarks/daily_run.py SITE [ROWS]

Fills Error Log up to ROWS (200,000 by default; spread over 30 days, 2 KB of text each), measures the daily
run several times and prints medians, with the slowest query of each. Use a site that may be thrown away.
"""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from statistics import median

import frappe
from frappe.database.mariadb.database import MariaDBDatabase

RUNS = 7
BATCH = 5_000
DAYS = 30


def main(site: str, rows: int) -> None:
    frappe.init(site)
    frappe.connect()
    fill(rows)
    from verenigingen_maintenance.operations import run_now
    from verenigingen_maintenance.sources import clock

    print(f"Error Log: {frappe.db.count('Error Log')} rows, {megabytes():.0f} MB")
    run_now.run_now("daily", clock.now())
    results = [timed(lambda: run_now.run_now("daily", clock.now())) for _ in range(RUNS)]
    print(f"daily run: median {median(seconds for seconds, _ in results):.3f} s of {RUNS}")
    slowest = sorted((max(queries) for _, queries in results), key=lambda query: query[0])
    print(
        f"slowest query: median {slowest[RUNS // 2][0] * 1000:.1f} ms, worst {slowest[-1][0] * 1000:.1f} ms"
    )
    print(f"  {slowest[-1][1][:160]}")
    print(f"queries: {len(results[-1][1])}, errors counted: {errors_counted()}")


def timed(action) -> tuple[float, list[tuple[float, str]]]:
    with recorded_queries() as queries:
        started = time.perf_counter()
        action()
        return time.perf_counter() - started, queries


@contextmanager
def recorded_queries():
    """Every query of this process, on any connection, with its time."""
    queries: list[tuple[float, str]] = []
    real = MariaDBDatabase.sql

    def sql(self, query, *arguments, **options):
        started = time.perf_counter()
        try:
            return real(self, query, *arguments, **options)
        finally:
            queries.append((time.perf_counter() - started, str(query)))

    MariaDBDatabase.sql = sql
    try:
        yield queries
    finally:
        MariaDBDatabase.sql = real


def fill(rows: int) -> None:
    missing = rows - frappe.db.count("Error Log")
    now, text = frappe.utils.now_datetime(), "Traceback (most recent call last):\n" + "  File x\n" * 220
    fields = ["name", "creation", "modified", "owner", "modified_by", "method", "error"]
    for first in range(0, max(missing, 0), BATCH):
        batch = range(first, min(first + BATCH, missing))
        moments = {
            each: frappe.utils.add_to_date(now, seconds=-each * DAYS * 86400 // rows) for each in batch
        }
        values = [
            (
                frappe.generate_hash(length=12),
                moments[each],
                moments[each],
                "a",
                "a",
                f"Error kind {each % 150}",
                text,
            )
            for each in batch
        ]
        frappe.db.bulk_insert("Error Log", fields, values, chunk_size=BATCH)
    frappe.db.commit()


def megabytes() -> float:
    table = "select (data_length + index_length) / 1048576 from information_schema.tables"
    return float(
        frappe.db.sql(f"{table} where table_schema = database() and table_name = 'tabError Log'")[0][0]
    )


def errors_counted() -> str:
    return frappe.db.get_value(
        "Checklist Run Item", {"check_name": "errors_24h"}, "value", order_by="modified desc"
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 200_000)
