"""How long reports of a quarter take to draft and to print, on a site with 90 days of data and more.

    cd BENCH/sites && ../env/bin/python CHECKOUT/benchmarks/reports.py SITE [--pages DIRECTORY]

Makes the simulated quarter of tests/site/report_days.py, with each metric of the site, 200 patterns of errors
a day and 2,000 escalations. Drafts and prints each report several times; prints medians, the slowest
query and how many rows there were. Use a site that may be thrown away. With --pages the PDFs are kept.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from statistics import median

import frappe

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "tests" / "site")]

from daily_run import recorded_queries  # noqa: E402

RUNS = 5
PATTERNS, ESCALATIONS = 200, 2_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("site")
    parser.add_argument("--pages", type=Path)
    wanted = parser.parse_args()
    frappe.init(wanted.site)
    frappe.connect()
    fill()
    from verenigingen_maintenance.operations import report_sections

    for table in ("Metric Day", "Metric Hour", "Error Count", "Maintenance Escalation"):
        print(f"{table}: {frappe.db.count(table)} rows")
    print(f"{'':26} draft, s   PDF, s   slowest query, ms   queries")
    for kind in report_sections.kinds():
        print_row(kind, wanted.pages)


def fill() -> None:
    import report_days

    report_days.clear()
    report_days.simulate()
    known = frappe.get_all("Metric", {"kind": ("!=", "Counter")}, pluck="name")
    rest = {name: (50.0, 55.0) for name in known if name not in report_days.LEVELS}
    report_days.keep_metrics(metrics=rest)
    for number in range(PATTERNS):
        title = f"ValidationError: mandate {number} of a member is not valid for the fee of this year"
        pattern = {"name": f"EP-{number}", "title": title, "severity": "Low", "state": "Ongoing"}
        frappe.get_doc({"doctype": "Error Pattern", **pattern, "first_at": "2026-04-01"}).db_insert()
        report_days.count_errors([(day, 1 + number % 7, f"EP-{number}") for day in report_days.days()])
        frappe.db.commit()
    keep_escalations()


def keep_escalations() -> None:
    from report_days import FIRST, at

    from verenigingen_maintenance.sources import clock

    frappe.db.delete("Maintenance Escalation")
    for number in range(ESCALATIONS):
        opened = at(FIRST) - timedelta(days=60) + timedelta(minutes=110 * number)
        values = {
            "title": "Slow",
            "subject": f"Subject {number % 12}",
            "status": "Resolved",
            "level": "level-1",
        }
        values |= {
            "opened_at": clock.stored(opened),
            "closed_at": clock.stored(opened + timedelta(minutes=40)),
        }
        document = frappe.get_doc({"doctype": "Maintenance Escalation", **values})
        document.set_new_name()
        document.db_insert()
    frappe.db.commit()


def print_row(kind: str, pages: Path | None) -> None:
    from report_days import AFTER, at

    from verenigingen_maintenance.operations import report_decisions, report_drafts

    name = report_drafts.ask(kind, None, at(AFTER), None)
    drafts = [timed(lambda: draft(name)) for _ in range(RUNS)]
    prints = [timed(lambda: report_decisions.as_pdf(name)) for _ in range(RUNS)]
    slowest = median(max(seconds for seconds, _text in queries) for _spent, queries in drafts)
    spent, printed = (median(each for each, _queries in some) for some in (drafts, prints))
    print(f"{kind:26} {spent:8.2f} {printed:8.2f} {slowest * 1000:19.1f} {len(drafts[-1][1]):9}", flush=True)
    if pages:
        pages.mkdir(exist_ok=True)
        (pages / f"{name}.pdf").write_bytes(report_decisions.as_pdf(name)[1])


def draft(name: str) -> None:
    from report_days import AFTER, at

    from verenigingen_maintenance.operations import report_drafts

    frappe.db.set_value(report_drafts.REPORT, name, "status", report_drafts.QUEUED)
    report_drafts.work(name, at(AFTER))
    status = frappe.db.get_value(report_drafts.REPORT, name, ["status", "failure"])
    assert status[0] == "Draft", status


def timed(action: Callable[[], object]) -> tuple[float, list[tuple[float, str]]]:
    with recorded_queries() as queries:
        started = time.perf_counter()
        action()
        return time.perf_counter() - started, queries


if __name__ == "__main__":
    main()
