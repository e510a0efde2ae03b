import pytest
from playwright.sync_api import expect

CARDS = {
    "Work": ["Checklist Runs", "Maintenance Escalations", "Emergency Contacts"],
    "Runbook": ["Maintenance Procedures", "Maintenance Checks", "Escalation Levels"],
    "Setup": ["Maintenance Settings", "Maintenance Notifications", "Metric Samples"],
}
PROPOSED = '[["Maintenance Check","proposal","is","set"]]'


@pytest.mark.parametrize("user", ["operator", "auditor"])
def test_the_workspace_shows_its_shortcuts_with_counts_and_its_cards(user, trouble, desk, api):
    proposals = api(user).get("/api/resource/Maintenance Check", params={"filters": PROPOSED}).json()["data"]
    page = desk(user, "/app/maintenance").page

    shortcuts = page.locator(".shortcut-widget-box")
    expect(shortcuts.locator(".widget-title")).to_have_text(
        ["Open Runs", "Open Escalations", "Missed Runs", "Not Applicable: Proposals", "Dashboard"]
    )
    for index, count in enumerate(("1 open", "1 open", "0 missed", f"{len(proposals)} proposed")):
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


def test_the_dashboard_is_opened_from_the_workspace(trouble, desk):
    page = desk("operator", "/app/maintenance").page

    page.locator(".shortcut-widget-box", has_text="Dashboard").click()

    expect(page.get_by_role("heading", name="Maintenance Dashboard")).to_be_visible()


def test_who_has_no_role_is_not_shown_the_workspace(site, desk):
    page = desk("deskuser", "/app").page

    expect(page.locator(".desk-sidebar-item").first).to_be_visible()
    expect(page.locator(".desk-sidebar-item", has_text="Maintenance")).to_have_count(0)
