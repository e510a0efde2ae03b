"""A site with a simulated quarter, and how long the reviews of ninety days take there.

    cd BENCH/sites && PYTHONPATH=CHECKOUT ../env/bin/python -m benchmarks.quarter SITE [calendar]

Writes the quarter of tests/site/quarter_on_site.py unless it is there already, and prints the seconds of each
part; then the median and the worst of several runs of each review, and what each job of the scheduler takes.
With `calendar` it is the last whole quarter of the calendar. Use a site that may be thrown away, such as that
of `./dev demo`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import frappe

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "site"))

RUNS, DAYS = 5, 90
TARGET = 10.0  # seconds, for all that a quarter's report asks


def main(site: str, calendar: bool) -> None:
    frappe.init(site)
    frappe.connect()
    write(calendar)
    reviews()
    jobs()


def write(calendar: bool) -> None:
    import quarter_on_site
    from quarter_plan import SEPA

    from verenigingen_maintenance.sources import clock

    if frappe.db.exists("Error Pattern", {"exception": SEPA}):
        print("the quarter is there already")
        return
    started = time.perf_counter()
    told = quarter_on_site.write(
        clock.now(), calendar, lambda part, seconds: print(f"  {part:<12} {seconds:6.2f} s")
    )
    print(f"from {told.label(1)} to {told.label(13)}, the regression in {told.label(7)}")
    print(f"a quarter written in {time.perf_counter() - started:.1f} s")


def reviews() -> None:
    taken = {what: times(ask) for what, ask in asked().items()}
    for what, each in taken.items():
        print(f"{what:<44} median {median(each):7.1f} ms, worst of {RUNS} {max(each):7.1f} ms")
    together = sum(map(median, taken.values())) / 1000
    print(f"{'all of them, one after the other':<44} {together:14.2f} s  (target {TARGET:g})")


def asked() -> dict[str, Callable[[], object]]:
    """What is told of a quarter, by its name."""
    from verenigingen_maintenance.operations import (
        alert_review,
        analytics_answers,
        compliance_metrics,
        error_review,
        error_tables,
        forecast_answers,
        forecast_tables,
        health_tables,
        reports,
        service_levels,
        threshold_proposals,
    )
    from verenigingen_maintenance.sources import clock

    now = clock.now()
    return {
        f"review of errors, {DAYS} days": lambda: error_review.review(DAYS, now),
        f"analysis of errors, {DAYS} days": lambda: error_review.analyze_error_patterns(DAYS, now),
        f"hotspots, {DAYS} days": lambda: error_review.identify_error_hotspots(DAYS, now),
        f"report Error Patterns, {DAYS} days": lambda: error_tables.patterns(DAYS),
        f"report Error Hotspots, {DAYS} days": lambda: error_tables.spots(DAYS),
        f"review of alerts, {DAYS} days": lambda: alert_review.review(DAYS, now),
        **{
            f"report Escalation Review by {group}": lambda group=group: alert_review.table(DAYS, group)
            for group in alert_review.GROUPS
        },
        "proposals for thresholds, 90 days": lambda: threshold_proposals.propose(now),
        "health of metrics, 365 days": lambda: health_tables.health("365 days", None, now),
        "charts of what is judged live, 365 days": lambda: drawn(health_tables.charts("365 days", None, now)),
        "charts of Requests, 30 days": lambda: drawn(health_tables.charts("30 days", "Requests", now)),
        "forecasts": lambda: forecast_answers.describe(now),
        "charts of forecasts": lambda: drawn(forecast_tables.charts(None, now)),
        "compliance": lambda: compliance_metrics.describe(now),
        "chart of compliance": lambda: compliance_metrics.chart(now).svg(),
        "service level of a month": lambda: service_levels.compute_month(
            frappe.utils.get_first_day(clock.stored(now)), now
        ),
        "executive summary": lambda: analytics_answers.executive_summary(now),
        "insights report": lambda: analytics_answers.insights_report(now),
        "status of runs": lambda: reports.describe_status(now),
    }


def drawn(charts: list) -> list[str]:
    return [chart.svg() for chart in charts]


def times(ask: Callable[[], object]) -> list[float]:
    """In milliseconds; the first, which fills caches, does not count."""
    ask()
    return [milliseconds(ask) for _ in range(RUNS)]


def milliseconds(ask: Callable[[], object]) -> float:
    frappe.db.rollback()
    started = time.perf_counter()
    ask()
    return 1000 * (time.perf_counter() - started)


def jobs() -> None:
    """Each once, after the quarter: what a job takes that has this history behind it."""
    from verenigingen_maintenance import hooks

    events = hooks.scheduler_events
    named = [job for key, each in events.items() if key != "cron" for job in each]
    for job in [*named, *(job for each in events["cron"].values() for job in each)]:
        if ".finish_" not in job:
            print(f"job {job.rpartition('.')[2]:<40} {milliseconds(frappe.get_attr(job)):9.1f} ms")
            frappe.db.commit()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:] == ["calendar"])
