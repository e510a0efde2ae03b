"""Lists, a decision on several rows, the calendar and the chart of a report, as people go through them."""

import re

from playwright.sync_api import expect
from test_error_patterns_in_desk import PAYMENT, on_site, patterns  # noqa: F401 - fixtures
from test_markup_is_shown_as_text import MARKUP, expect_nothing_ran

PROCEDURE = "Daily Maintenance"


def test_an_operator_filters_a_list_decides_on_several_and_goes_on_to_the_calendar(patterns, desk, api):  # noqa: F811
    listed = desk("operator", "/app/error-pattern")
    page, rows = listed.page, listed.page.locator(".list-row-container .list-row:visible")
    expect(rows).to_have_count(3)
    for index, name in enumerate(("marked", "mailbox", "payment")):
        expect(rows.nth(index).locator(f'a[data-name="{patterns[name]}"]').first).to_be_visible()
    expect(rows.nth(0)).to_contain_text(MARKUP)
    expect(rows.nth(2)).to_contain_text(PAYMENT)
    expect(rows.nth(2).locator(".indicator-pill").first).to_have_text("New")
    expect(quick(page, "All")).to_have_attribute("aria-pressed", "true")

    quick(page, "Ignored").click()
    expect(page.get_by_text("No error is ignored.")).to_be_visible()
    quick(page, "New and Escalating").press("Enter")
    expect(quick(page, "New and Escalating")).to_have_attribute("aria-pressed", "true")
    expect(rows).to_have_count(3)

    for name in ("mailbox", "payment"):
        page.get_by_label(f"Choose {patterns[name]}").check()
    page.get_by_role("button", name="Actions").click()
    page.locator(".dropdown-menu:visible").get_by_text("Resolve", exact=True).click()
    listed.dialog.locator("textarea").fill(f"Mended {MARKUP}")
    listed.dialog.locator(".btn-modal-primary").click()
    expect(page.locator(".alert-message")).to_contain_text("Done: 2")
    expect(rows).to_have_count(1)
    quick(page, "All").click()
    expect(rows).to_have_count(3)
    expect(rows.nth(2).locator(".indicator-pill").first).to_have_text("Resolved")
    expect_nothing_ran(listed)

    run = open_run(api)
    page.evaluate("frappe.set_route('List', 'Checklist Run', 'Calendar', 'default')")
    event = page.locator(".fc-event").filter(has_text=re.compile(f"{PROCEDURE}: (To do|Overdue)")).first
    expect(event).to_be_visible()
    expect(page.locator(".fc-draggable, .fc-resizable")).to_have_count(0)
    event.press("Enter")
    expect(page).to_have_url(re.compile(run))


def test_an_auditor_sees_charts_and_is_offered_no_decision(patterns, desk):  # noqa: F811
    report = desk("auditor", "/app/query-report/Error Patterns")
    page, rows = report.page, report.page.locator(".dt-scrollable .dt-row")
    expect(rows).to_have_count(3)
    expect(rows.filter(has_text=patterns["marked"])).to_contain_text(MARKUP)
    expect(page.locator(".report-summary .summary-item").first).to_contain_text("8")
    expect(page.locator(".chart-container svg .bar")).to_have_count(8)
    expect(rows.first.locator(".indicator-pill")).to_have_count(2)
    expect_nothing_ran(report)

    rows.filter(has_text=PAYMENT).get_by_role("link", name=PAYMENT).click()
    expect(report.value("title")).to_have_text(PAYMENT)
    page.evaluate("frappe.set_route('List', 'Error Pattern', 'List')")
    expect(page.locator(".list-count:visible")).to_have_text("3 of 3")
    page.get_by_label(f"Choose {patterns['payment']}").check()
    page.get_by_role("button", name="Actions").click()
    menu = page.locator(".dropdown-menu:visible")
    expect(menu).to_contain_text("Export")
    expect(menu).not_to_contain_text("Resolve")

    page.evaluate("frappe.set_route('List', 'Error Pattern', 'Report')")
    rows = page.locator(".dt-row:visible")
    expect(rows.filter(has_text=PAYMENT)).to_have_count(1)
    expect(rows.filter(has_text=patterns["marked"])).to_contain_text(MARKUP)
    expect_nothing_ran(report)


def quick(page, label):
    return page.get_by_role("group", name="Quick Filters").get_by_role("button", name=label, exact=True)


def open_run(api):
    """Today's run of the daily procedure, whether its slot is open or not."""
    door = "/api/method/verenigingen_maintenance.api.open_run"
    answer = api("operator").post(door, data={"procedure": PROCEDURE})
    assert answer.ok, answer.text()
    return answer.json()["message"]["run"]
