"""How long the dashboard takes, on a site with 200,000 errors and a year of metrics.

    cd BENCH/sites && PYTHONPATH=CHECKOUT ../env/bin/python -m benchmarks.dashboard fill SITE [ERRORS]
    cd BENCH/sites && PYTHONPATH=CHECKOUT ../env/bin/python -m benchmarks.dashboard serve SITE
    PYTHONPATH=CHECKOUT python -m benchmarks.dashboard show URL USER PASSWORD [COMMAND]

`fill` replaces the site's errors and metrics by those of `ingest_errors` and `year_of_metrics`, counts the
errors, makes forecasts, assesses compliance, opens 40 escalations among 2,000 and changes what can be marked.
`serve` prints the server's time for each part. `show` needs Playwright and Chromium: it opens both pages as a
user, cold (a new profile, after COMMAND, such as `bench --site SITE clear-cache`) and warm, and prints first
paint and the time until the whole fragment is in its place. Use a site that may be thrown away.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

RUNS, ESCALATIONS, OPEN, CHANGES = 7, 2_000, 40, 6
HERE = Path(__file__).parent
METRICS = ("Metric Sample", "Metric Hour", "Metric Day", "Metric Forecast")
PAGES = {"in Desk": "/app/maintenance-dashboard", "the page": "/maintenance_dashboard"}
WATCH = """
new MutationObserver((_list, observer) => {
    if (!document.querySelector(".maintenance-dashboard .contents [data-part=charts]")) return;
    window.maintenance_complete = performance.now();
    observer.disconnect();
}).observe(document, { childList: true, subtree: true });
"""
PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


def main(action: str, *arguments: str) -> None:
    {"fill": fill, "serve": serve, "show": show}[action](*arguments)


# --- the site


def fill(site: str, errors: str = "200000") -> None:
    connect(site)
    import frappe

    from benchmarks import ingest_errors, year_of_metrics

    for doctype in METRICS:
        frappe.db.truncate(doctype)
    year_of_metrics.fill(year_of_metrics.chosen())
    ingest_errors.fill(int(errors))
    ingest_errors.forget()
    ingest_errors.ingest()
    conclude()
    escalate()
    change()
    for doctype in ("Error Log", "Error Pattern", "Ingested Error", "Maintenance Escalation", *METRICS):
        print(f"{doctype}: {frappe.db.count(doctype)} rows")


def conclude() -> None:
    """What jobs make of it: forecasts, compliance, the promises of the month, and today's run."""
    import frappe

    from verenigingen_maintenance.operations import compliance, forecasts, run_now, service_levels
    from verenigingen_maintenance.sources import clock

    for step in (forecasts.update, compliance.assess, service_levels.compute):
        step(clock.now())
        frappe.db.commit()
    run_now.run_now("daily", clock.now())
    frappe.db.commit()


def escalate() -> None:
    """Escalations of a year, the latest of them open, with their clocks."""
    import frappe

    sys.path.insert(0, str(HERE.parent / "tests" / "site"))
    from alerts_on_site import escalation

    from verenigingen_maintenance.core.escalation_clock import start
    from verenigingen_maintenance.operations import escalation_policy
    from verenigingen_maintenance.sources import clock

    policy, now = escalation_policy.present(), clock.now()
    level = policy.levels[0].name
    for number in range(ESCALATIONS):
        is_open = number < OPEN
        title = f"Mandates of batch {number} could not be sent"
        name = escalation(
            "Open" if is_open else "Closed",
            timedelta(hours=4 * number + 1),
            closed=None if is_open else 30,
            title=title,
            subject=f"Batch {number}",
        )
        if is_open:
            clocked = {"policy": policy.as_json(), "clock": start(level, policy, now).as_json()}
            frappe.db.set_value("Maintenance Escalation", name, clocked)
    frappe.db.commit()


def change() -> None:
    """Changes within the week, which are marked on the charts."""
    import frappe
    from frappe.utils import add_to_date, now_datetime

    for number in range(CHANGES):
        check = frappe.get_doc("Maintenance Check", "disk_used")
        check.warning = f">= {60 + number}"
        check.save()
        moment = add_to_date(now_datetime(), hours=-20 * number - 1)
        newest = {"ref_doctype": "Maintenance Check", "docname": "disk_used"}
        name = frappe.db.get_value("Version", newest, order_by="creation desc, name desc")
        frappe.db.set_value("Version", name, "creation", moment, update_modified=False)
    frappe.db.commit()


# --- the server


def serve(site: str) -> None:
    connect(site)
    import frappe

    from verenigingen_maintenance.operations import dashboard, dashboard_page
    from verenigingen_maintenance.sources import clock

    parts: dict[str, list[float]] = defaultdict(list)
    timed_parts(dashboard, parts)
    described = dashboard.describe_dashboard()
    whole = {
        "described": lambda: dashboard.describe_dashboard(),
        "rendered": lambda: dashboard_page.render(described),
        "unchanged": lambda: dashboard_page.answer(dashboard_page.stamp_of(clock.now()), clock.now()),
    }
    parts.clear()
    for _run in range(RUNS + 1):
        for name, action in whole.items():
            frappe.db.rollback()
            parts[name].append(milliseconds(action))
    used = median(processor_time(dashboard.describe_dashboard) for _run in range(RUNS))
    print(f"{used:.0f} ms of a processor to describe it, without the database's")
    size = len(dashboard_page.render(dashboard.describe_dashboard()).encode()) / 1024
    print(f"{size:.0f} KB of HTML, {queries(dashboard.describe_dashboard)} queries; medians of {RUNS}:")
    for name, taken in sorted(parts.items(), key=lambda each: -median(each[1][1:])):
        print(f"  {name:<16} {median(taken[1:]):8.1f} ms, first {taken[0]:8.1f} ms")


def timed_parts(dashboard: Any, parts: dict[str, list[float]]) -> None:
    real = dashboard._Parts.read

    def read(self: Any, name: str, reader: Callable[[], Any], otherwise: Any = None) -> Any:
        started = time.perf_counter()
        found = real(self, name, reader, otherwise)
        parts[name].append(1000 * (time.perf_counter() - started))
        return found

    dashboard._Parts.read = read


def queries(action: Callable[[], object]) -> int:
    import frappe

    real, count = frappe.db.sql, [0]

    def sql(*arguments: Any, **options: Any) -> Any:
        count[0] += 1
        return real(*arguments, **options)

    frappe.db.sql = sql
    action()
    frappe.db.sql = real
    return count[0]


def milliseconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return 1000 * (time.perf_counter() - started)


def processor_time(action: Callable[[], object]) -> float:
    started = time.process_time()
    action()
    return 1000 * (time.process_time() - started)


def connect(site: str) -> None:
    import frappe

    frappe.init(site)
    frappe.connect()
    frappe.set_user("Administrator")


# --- the browser


def show(url: str, user: str, password: str, command: str = "") -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        for name, path in PAGES.items():
            cold = [opened(playwright, url, user, password, path, command) for _run in range(RUNS)]
            with profile(playwright, url, user, password) as page:
                look(page, path)
                warm = [look(page, path) for _run in range(RUNS)]
            for kind, found in (("cold", cold), ("warm", warm)):
                painted, complete = (sorted(column) for column in zip(*found, strict=True))
                print(
                    f"{name}, {kind}: first paint {median(painted):.0f} ms (worst {painted[-1]:.0f}), "
                    f"complete {median(complete):.0f} ms (worst {complete[-1]:.0f})"
                )


def opened(
    playwright: Any, url: str, user: str, password: str, path: str, command: str
) -> tuple[float, float]:
    if command:
        subprocess.run(shlex.split(command), check=True, capture_output=True)
    with profile(playwright, url, user, password) as page:
        return look(page, path)


@contextmanager
def profile(playwright: Any, url: str, user: str, password: str) -> Iterator[Any]:
    """A page of a browser that knows nothing yet, logged in."""
    browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM"), args=["--no-sandbox"])
    context = browser.new_context(base_url=url, viewport={"width": 1440, "height": 900})
    answer = context.request.post("/api/method/login", form={"usr": user, "pwd": password})
    assert answer.ok, answer.text()
    page = context.new_page()
    page.add_init_script(WATCH)
    yield page
    browser.close()


def look(page: Any, path: str) -> tuple[float, float]:
    """First contentful paint, and when the whole fragment was there; milliseconds from the beginning."""
    page.goto("about:blank")
    page.goto(path, wait_until="commit")
    page.wait_for_function("window.maintenance_complete", timeout=60_000)
    page.wait_for_function(PAINTED)
    return page.evaluate(PAINTED), page.evaluate("window.maintenance_complete")


if __name__ == "__main__":
    main(*sys.argv[1:])
