"""The settings as an operator reads them, and as a manager on a phone who does not see the screen."""

from playwright.sync_api import expect

UNNAMED = """() => [...document.querySelectorAll(".maintenance-page .layout-main :is(input, select)")]
    .filter((each) => each.offsetParent && !each.getAttribute("aria-label") && !each.labels.length)
    .map((each) => each.outerHTML)"""


def test_a_fresh_site_has_the_business_hours_of_the_runbook(site, desk):
    form = desk("operator", "/app/maintenance-settings")

    expect(form.value("business_day_starts")).to_have_text("09:00:00")
    expect(form.value("business_day_ends")).to_have_text("17:00:00")
    setup = form.page.locator("details.setup")
    setup.locator("summary").first.click()
    expect(setup.locator("li[data-step=contacts]")).to_contain_text("To do")
    expect(setup.locator(".btn")).to_have_count(0)


def test_each_input_has_a_name_and_a_phone_shows_it_without_scrolling_sideways(site, desk):
    page = desk("manager", "/app/maintenance-settings").page
    page.set_viewport_size({"width": 390, "height": 844})

    expect(page.get_by_label("Business Day Starts")).to_have_value("09:00:00")
    expect(page.get_by_label("Select row 1").first).to_be_attached()
    assert page.evaluate(UNNAMED) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.set_viewport_size({"width": 1366, "height": 900})
    page.locator('[data-fieldname="holidays"] .rows [data-fieldname="title"] .static-area').first.click()
    expect(page.locator("input:focus")).to_have_attribute("aria-label", "Holiday")
