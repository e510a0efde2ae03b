from playwright.sync_api import expect


def test_a_fresh_site_has_the_business_hours_of_the_runbook(site, desk):
    form = desk("operator", "/app/maintenance-settings")

    expect(form.value("business_day_starts")).to_have_text("09:00:00")
    expect(form.value("business_day_ends")).to_have_text("17:00:00")
