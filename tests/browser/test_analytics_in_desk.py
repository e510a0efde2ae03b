"""Fallback and restoration of the analytics engine, by the buttons that people have."""

import pytest
from playwright.sync_api import expect

REASON = "The engine slows the site down"
LIST, RESOURCE = "/app/analytics-component", "/api/resource/Analytics Component"
BUTTONS = ("Restore Next", "Fall Back", "Empty the Cache")


@pytest.fixture
def mended(site):
    site.script("mend_analytics")
    yield
    site.script("mend_analytics")


def component(api, name="errors"):
    return api("auditor").get(f"{RESOURCE}/{name}").json()["data"]


def button(page, name):
    return page.locator(".page-actions button:visible", has_text=name)


def test_a_manager_falls_back_and_an_operator_restores_one_component(mended, trouble, desk, api):
    page = desk("manager", LIST).page
    button(page, "Fall Back").click()
    dialog = page.locator(".modal-dialog:visible")
    dialog.locator("textarea").fill(REASON)
    dialog.locator(".btn-modal-primary").click()
    row = page.locator(".list-row", has_text="Error patterns")
    expect(row.locator(".indicator-pill[data-filter^='state']").first).to_have_text("Switched Off")
    assert component(api)["reason"] == f"switched off: {REASON}"
    assert component(api, "health")["state"] == "Working"

    form = desk("operator", f"{LIST}/errors")
    expect(form.page.locator(".form-message")).to_contain_text(REASON)
    form.button("Restore").click()
    expect(form.value("state")).to_have_text("Restoring")
    events = [each["event"] for each in component(api)["events"]]
    assert events == ["Fallback", "Restoring"]


def test_what_empties_the_cache_asks_first(mended, desk, api):
    page = desk("manager", LIST).page
    button(page, "Empty the Cache").click()
    expect(page.locator(".modal-dialog:visible")).to_contain_text("Delete all stored answers?")
    page.locator(".modal-dialog:visible").get_by_role("button", name="No").click()
    assert component(api)["events"] == []


@pytest.mark.parametrize(("user", "shown"), [("manager", 3), ("operator", 1), ("auditor", 0)])
def test_each_has_the_buttons_of_the_role(mended, user, shown, desk):
    page = desk(user, LIST).page
    expect(page.locator(".list-row", has_text="Error patterns")).to_be_visible()
    for index, name in enumerate(BUTTONS):
        expect(button(page, name)).to_have_count(int(index < shown))
