"""Pictures of what people meet each day: the workspace, the dashboard, today's run, the calendar."""

from __future__ import annotations

import staged
from camera import DESK, PHONE, Camera, latest, scroll_to, show
from playwright.sync_api import Page

ROWS = ".maintenance-checklist .item"
NEEDED = ".maintenance-checklist .item.needed"


def workspace(camera: Camera, name: str) -> None:
    page = open_workspace(camera, "operator")
    page.locator(".maintenance-figure").first.wait_for()
    camera.take(page, name)


def what_do_i_do_when(camera: Camera, name: str) -> None:
    page = open_workspace(camera, "operator")
    scroll_to(page, "text=The dashboard is red", above=60)
    camera.take(page, name)


def setting_up(camera: Camera, name: str) -> None:
    page = open_workspace(camera, "manager")
    page.locator("details.setup[open] li").first.wait_for()
    camera.take(page, name)


def open_workspace(camera: Camera, role: str) -> Page:
    page = camera.page(role)
    show(page, "/app/maintenance", ".shortcut-widget-box .indicator-pill")
    page.locator(".charts > li").first.wait_for()
    return page


def dashboard(camera: Camera, name: str) -> None:
    page = camera.page("operator")
    show(page, "/app/maintenance-dashboard", ".maintenance-dashboard [data-part=summary]")
    camera.take(page, name)


def dashboard_phone(camera: Camera, name: str) -> None:
    page = camera.page("operator", PHONE)
    show(page, "/app/maintenance-dashboard", ".maintenance-dashboard [data-part=summary]")
    camera.take(page, name)


def dashboard_wall(camera: Camera, name: str) -> None:
    page = camera.page("auditor")
    show(page, "/maintenance_dashboard", "section[data-card]")
    camera.take(page, name)


def dutch(camera: Camera, name: str) -> None:
    requests, user = camera.requests("auditor"), "/api/resource/User/auditor@example.com"
    escalation = latest(requests, "Maintenance Escalation", subject="Error Log")
    page = camera.page("auditor")
    requests.put(user, data={"language": "nl"})
    try:
        show(page, f"/app/maintenance-escalation/{escalation}", ".what-is-next p")
        camera.take(page, name)
    finally:
        requests.put(user, data={"language": "en"})


def checklist_run(camera: Camera, name: str) -> None:
    page = open_run(camera)
    camera.take(page, name)


def checklist_row(camera: Camera, name: str) -> None:
    page = open_run(camera)
    page.keyboard.press("Control+ArrowDown")
    page.locator(f"{ROWS}:focus, {ROWS} :focus").first.wait_for()
    page.keyboard.press("e")
    page.locator(f"{ROWS}:focus .more").first.wait_for()
    scroll_to(page, f"{ROWS}:focus", above=330)
    camera.take(page, name)


def checklist_phone(camera: Camera, name: str) -> None:
    page = open_run(camera, PHONE)
    row = page.locator(NEEDED).first
    row.locator(".title").first.click()
    scroll_to(page, NEEDED, above=220)
    camera.take(page, name)


def open_run(camera: Camera, size: tuple[int, int] = DESK) -> Page:
    page = camera.page("operator", size)
    run = staged.open_run(camera.requests("operator"))
    show(page, f"/app/checklist-run/{run}", ROWS)
    page.locator(".maintenance-checklist .still-needed").first.wait_for()
    return page


def checklist_signed(camera: Camera, name: str) -> None:
    run = staged.signed_run(camera.requests("operator"))
    page = camera.page("auditor")
    show(page, f"/app/checklist-run/{run}", ROWS)
    camera.take(page, name)


def checklist_printed(camera: Camera, name: str) -> None:
    run = staged.signed_run(camera.requests("operator"))
    door = "/api/method/frappe.utils.print_format.download_pdf"
    camera.take_paper("auditor", f"{door}?doctype=Checklist%20Run&name={run}&format=Checklist", name)


def run_list(camera: Camera, name: str) -> None:
    page = camera.page("auditor")
    show(page, "/app/checklist-run/view/list", ".list-row .indicator-pill")
    camera.take(page, name)


def run_calendar(camera: Camera, name: str) -> None:
    page = camera.page("operator")
    page.set_viewport_size({"width": 1440, "height": 1000})  # the whole month
    show(page, "/app/checklist-run/view/calendar", ".fc-event")
    page.wait_for_load_state("networkidle")
    page.locator(".fc-scroller").first.evaluate("(element) => { element.scrollTop = element.scrollHeight; }")
    camera.take(page, name)


PICTURES = {
    "workspace": workspace,
    "what-do-i-do-when": what_do_i_do_when,
    "setting-up": setting_up,
    "dashboard": dashboard,
    "dashboard-phone": dashboard_phone,
    "dashboard-wall": dashboard_wall,
    "dutch": dutch,
    "checklist-signed": checklist_signed,
    "checklist-printed": checklist_printed,
    # The next run has something to compare with.
    "checklist-run": checklist_run,
    "checklist-row": checklist_row,
    "checklist-phone": checklist_phone,
}
# After what people did for the others, these show more.
PICTURES_OF_ALL_RUNS = {"run-list": run_list, "run-calendar": run_calendar}
