"""What the analytics engine costs on a site with 200,000 errors and a year of metrics.

    cd BENCH/sites && PYTHONPATH=CHECKOUT ../env/bin/python -m benchmarks.analytics SITE [ROWS]

Replaces the site's Error Log by ROWS labelled errors, counts them, and fills metrics where there are none.
Prints the time of a refresh (with forecasts to make, and without), of each component in it, and the median
and the worst of several reads of each door. Use a site that may be thrown away, with its scheduler off.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from statistics import median

import frappe

from benchmarks import ingest_errors, year_of_metrics

RUNS = 50
TARGET_READ, TARGET_REFRESH = 50, 5


def main(site: str, rows: int) -> None:
    frappe.init(site)
    frappe.connect()
    ingest_errors.fill(rows)
    ingest_errors.forget()
    ingest_errors.ingest()
    if not frappe.db.count(year_of_metrics.DAY):
        year_of_metrics.fill(year_of_metrics.chosen())
    frappe.db.commit()
    print(
        f"{frappe.db.count('Error Log'):,} errors, {frappe.db.count(year_of_metrics.HOUR):,} hours of metrics"
    )
    frappe.db.sql("delete from `tabMetric Forecast`")
    refresh("the first of a day, which makes the forecasts")
    refresh("each other")
    reads()


def refresh(which: str) -> None:
    from verenigingen_maintenance.operations import analytics, compliance
    from verenigingen_maintenance.sources import analytics_store, clock

    compliance.assess(clock.now())
    frappe.db.sql("update `tabAnalytics Component` set computed_at = null, started_at = null")
    started = time.perf_counter()
    analytics.refresh(clock.now())
    print(f"refresh, {which}: {time.perf_counter() - started:.2f} s (target {TARGET_REFRESH})")
    for name in analytics.COMPONENTS:
        each = analytics_store.components([name])[name]
        size = len(frappe.db.get_value("Analytics Component", name, "answer") or "") / 1024
        print(f"  {name:<16} {each.seconds:6.3f} s  {size:7.1f} kB  {each.verdict} {each.reason}")


def reads() -> None:
    from verenigingen_maintenance import api
    from verenigingen_maintenance.sources import analytics, clock

    doors = (
        "get_analytics_summary",
        "get_trend_forecasts",
        "get_executive_summary",
        "generate_insights_report",
    )
    for name in (*doors, "get_compliance_metrics"):
        print_time(name, getattr(api, name))
    print_time("all answers (the check)", lambda: analytics.response_seconds(clock.now()))


def print_time(what: str, action: Callable[[], object]) -> None:
    taken = sorted(year_of_metrics.milliseconds(action) for _ in range(RUNS))
    told = f"median {median(taken):6.1f} ms, worst of {RUNS} {taken[-1]:6.1f} ms"
    print(f"{what:<28} {told} (target {TARGET_READ})")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else ingest_errors.ROWS)
