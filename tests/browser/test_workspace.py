import pytest
from playwright.sync_api import expect

CARDS = {
    "Work": ["Checklist Runs", "Maintenance Escalations", "Emergency Contacts"],
    "Runbook": ["Maintenance Procedures", "Maintenance Checks", "Escalation Levels"],
    "Setup": ["Maintenance Settings", "Maintenance Notifications", "Metric Samples"],
}


@pytest.mark.parametrize("user", ["operator", "auditor"])
def test_the_workspace_shows_its_shortcuts_with_counts_and_its_cards(user, trouble, desk):
    page = desk(user, "/app/maintenance").page

    shortcuts = page.locator(".shortcut-widget-box")
    expect(shortcuts).to_have_count(5)
    for index, (title, count) in enumerate(
        (("Open Runs", "1 open"), ("Open Escalations", "1 open"), ("Missed Runs", "0 missed"))
    ):
        expect(shortcuts.nth(index).locator(".widget-title")).to_have_text(title)
        expect(shortcuts.nth(index).locator(".indicator-pill")).to_have_text(count)
    expect(page.locator(".links-widget-box")).to_have_count(3)
    for index, (title, links) in enumerate(CARDS.items()):
        card = page.locator(".links-widget-box").nth(index)
        expect(card.locator(".widget-title")).to_have_text(title)
        expect(card.locator(".link-item")).to_have_text(links)


def test_a_shortcut_leads_to_what_it_counts(trouble, desk):
    page = desk("operator", "/app/maintenance").page

    page.locator(".shortcut-widget-box", has_text="Open Escalations").click()

    expect(page.locator(".list-row")).to_have_count(1)
    expect(page.locator(".list-row")).to_contain_text(trouble["escalations"][0]["name"])


def test_who_has_no_role_is_not_shown_the_workspace(site, desk):
    page = desk("deskuser", "/app").page

    expect(page.locator(".desk-sidebar-item").first).to_be_visible()
    expect(page.locator(".desk-sidebar-item", has_text="Maintenance")).to_have_count(0)
