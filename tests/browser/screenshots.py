"""Pictures of what there is to see: python tests/browser/screenshots.py BASE_URL USER PASSWORD OUT_DIR

Not a test. Needs a site with errors, a daily run, an open and a closed escalation, days of metrics that were
forecast, an assessment of compliance, an open incident, a restore drill and a signed run (of any procedure;
its picture comes last), and Chromium (CHROMIUM, or the first one on PATH).
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)


def main(base_url: str, user: str, password: str, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS.split())
        context = browser.new_context(base_url=base_url, viewport={"width": 1366, "height": 900})
        answer = context.request.post("/api/method/login", form={"usr": user, "pwd": password})
        if not answer.ok:
            sys.exit(f"{base_url} does not let {user} in: {answer.status}")
        take_all(context.new_page(), out)
        browser.close()


def take_all(page: Page, out: Path) -> None:
    show(page, "/app/maintenance", ".shortcut-widget-box .indicator-pill")
    take(page, out / "workspace.png")

    daily = latest(page, "Checklist Run", procedure="Daily Maintenance", status=("in", ["Open", "Signed"]))
    show(page, f"/app/checklist-run/{daily}", ".maintenance-checklist .item")
    take(page, out / "checklist-run.png")

    for status in ("Open", "Closed"):
        name = latest(page, "Maintenance Escalation", status=status)
        show(page, f"/app/maintenance-escalation/{name}", ".what-is-next p, .what-is-next summary")
        page.locator(".what-is-next details summary").first.click()
        if status == "Closed":
            review = page.locator('[data-fieldname="s_review"]')
            review.evaluate("(element) => element.scrollIntoView({ block: 'center' })")
        take(page, out / f"escalation-{status.lower()}.png")

    show(page, "/app/escalation-level/level-1", ".on-duty div")
    take(page, out / "escalation-level.png")

    show(page, "/app/query-report/Escalation Review?days=90", ".frappe-chart rect, .dt-row-0")
    page.wait_for_timeout(1500)  # its bars grow
    take(page, out / "escalation-review.png")

    show(page, f"/app/error-pattern/{latest(page, 'Error Pattern')}", '[data-fieldname="latest"] table')
    take(page, out / "error-pattern.png")

    show(page, "/app/query-report/Error Patterns?days=7", ".dt-cell__content a, .frappe-chart rect")
    page.wait_for_timeout(1500)  # its bars grow
    take(page, out / "error-patterns-report.png")

    show(page, "/app/query-report/System Health", "svg.maintenance-chart")
    take(page, out / "system-health.png")

    for report in ("Executive Summary", "Forecasts", "Compliance"):
        show(page, f"/app/query-report/{report}", "svg.maintenance-chart")
        take(page, out / f"{report.lower().replace(' ', '-')}.png")

    show(page, "/app/maintenance-settings", ".still-to-fill li")
    take(page, out / "maintenance-settings.png")

    show(page, "/maintenance_dashboard", "section[data-card]")
    take(page, out / "dashboard.png")

    take_emergencies(page, out)

    show(
        page, f"/app/checklist-run/{latest(page, 'Checklist Run', status='Signed')}", ".maintenance-checklist"
    )
    take(page, out / "checklist-signed.png")


def take_emergencies(page: Page, out: Path) -> None:
    show(
        page, f"/app/maintenance-incident/{latest(page, 'Maintenance Incident', status='Open')}", ".timeline"
    )
    page.locator(".maintenance-incident").evaluate("(element) => element.scrollIntoView()")
    page.mouse.wheel(0, -140)
    take(page, out / "incident.png")

    drill = latest(page, "Recovery Drill", kind="Restore", status="Signed")
    show(page, f"/app/recovery-drill/{drill}", ".drill-steps")
    page.locator(".drill-steps").evaluate("(element) => element.scrollIntoView()")
    page.mouse.wheel(0, -140)
    take(page, out / "recovery-drill.png")


def latest(page: Page, doctype: str, **filters: object) -> str:
    query = {"order_by": "creation desc", "limit": 1, "filters": json.dumps(filters)}
    rows = page.request.get(f"/api/resource/{doctype}", params=query).json()["data"]
    wanted = ", ".join(f"{field} {value}" for field, value in filters.items())
    return rows[0]["name"] if rows else sys.exit(f"there is no {doctype} to show ({wanted or 'any'})")


def show(page: Page, path: str, awaited: str) -> None:
    page.goto(path)
    page.locator(awaited).locator("visible=true").first.wait_for()
    if "/app/" in path:
        page.locator(".maintenance-watch").locator("visible=true").first.wait_for()


def take(page: Page, file: Path) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=file, animations="disabled")
    print(file)


def chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:4], Path(sys.argv[4]))
