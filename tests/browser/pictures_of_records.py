"""Pictures of what is kept: escalations, errors, incidents, drills, reports, settings."""

from __future__ import annotations

import staged
from camera import PHONE, Camera, latest, scroll_to, show

HISTORY = "svg.maintenance-chart"


def escalation_list(camera: Camera, name: str) -> None:
    page = camera.page("operator")
    show(page, "/app/maintenance-escalation/view/list", ".list-row .indicator-pill")
    camera.take(page, name)


def escalation_open(camera: Camera, name: str) -> None:
    page = camera.page("operator")
    escalation = latest(
        page.request, "Maintenance Escalation", status=("in", ["Open", "Acknowledged"]), is_drill=0
    )
    show(page, f"/app/maintenance-escalation/{escalation}", ".what-is-next p, .what-is-next summary")
    page.locator(".what-is-next details summary").first.click()
    camera.take(page, name)


def escalation_closed(camera: Camera, name: str) -> None:
    page = camera.page("operator")
    escalation = staged.closed_escalation(camera.requests("operator"))
    show(page, f"/app/maintenance-escalation/{escalation}", ".what-is-next p, .what-is-next summary")
    scroll_to(page, '[data-fieldname="s_review"]', above=450)
    camera.take(page, name)


def escalation_phone(camera: Camera, name: str) -> None:
    page = camera.page("operator", PHONE)
    escalation = latest(page.request, "Maintenance Escalation", status="Open", is_drill=0)
    show(page, f"/app/maintenance-escalation/{escalation}", ".what-is-next p, .what-is-next summary")
    camera.take(page, name)


def escalation_level(camera: Camera, name: str) -> None:
    level = staged.weekly_rotation(camera.requests("manager"))
    page = camera.page("manager")
    show(page, f"/app/escalation-level/{level}", ".on-duty div")
    camera.take(page, name)


def escalation_review(camera: Camera, name: str) -> None:
    page = camera.page("auditor")
    show(page, "/app/query-report/Escalation Review?days=90", ".frappe-chart rect, .dt-row-0")
    page.wait_for_timeout(1500)  # its bars grow
    camera.take(page, name)


def error_pattern(camera: Camera, name: str) -> None:
    page = camera.page("operator")
    show(
        page, f"/app/error-pattern/{latest(page.request, 'Error Pattern')}", '[data-fieldname="latest"] table'
    )
    camera.take(page, name)


def several_errors(camera: Camera, name: str) -> None:
    page = camera.page("operator")
    show(page, "/app/error-pattern/view/list", ".list-row .list-row-checkbox")
    for box in page.locator(".list-row .list-row-checkbox").all()[:2]:
        box.check()
    page.get_by_role("button", name="Actions").click()
    page.locator(".dropdown-menu:visible").get_by_text("Ignore…", exact=True).click()
    page.locator(".modal.show textarea").fill("The provider is told; it mends this next week.")
    camera.take(page, name)


def error_patterns_report(camera: Camera, name: str) -> None:
    page = camera.page("operator")
    show(page, "/app/query-report/Error Patterns?days=7", ".frappe-chart rect, .chart-container svg .bar")
    page.locator(".dt-cell__content a").first.wait_for()
    page.wait_for_timeout(1500)  # its bars grow
    camera.take(page, name)


def report(title: str):
    def picture(camera: Camera, name: str) -> None:
        page = camera.page("auditor")
        show(page, f"/app/query-report/{title}", HISTORY)
        camera.take(page, name)

    return picture


def maintenance_settings(camera: Camera, name: str) -> None:
    page = camera.page("manager")
    show(page, "/app/maintenance-settings", ".still-to-fill li")
    camera.take(page, name)


def incident(camera: Camera, name: str) -> None:
    page = camera.page("operator")
    open_one = staged.open_incident(camera.requests("operator"))
    show(page, f"/app/maintenance-incident/{open_one}", ".timeline")
    scroll_to(page, ".maintenance-incident")
    camera.take(page, name)


def recovery_drill(camera: Camera, name: str) -> None:
    page = camera.page("auditor")
    drill = latest(page.request, "Recovery Drill", kind="Restore", status="Signed")
    show(page, f"/app/recovery-drill/{drill}", ".drill-steps")
    scroll_to(page, ".drill-steps")
    camera.take(page, name)


PICTURES = {
    "escalation-open": escalation_open,
    "escalation-phone": escalation_phone,
    "escalation-level": escalation_level,
    "escalation-review": escalation_review,
    "error-pattern": error_pattern,
    "error-patterns-several": several_errors,
    "error-patterns-report": error_patterns_report,
    "system-health": report("System Health"),
    "executive-summary": report("Executive Summary"),
    "forecasts": report("Forecasts"),
    "compliance": report("Compliance"),
    "maintenance-settings": maintenance_settings,
    "incident": incident,
    "escalation-closed": escalation_closed,
    "escalation-list": escalation_list,
    "recovery-drill": recovery_drill,
}
