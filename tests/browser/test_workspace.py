from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

CARDS = {
    "Work": [
        *("Checklist Runs", "Maintenance Escalations", "Maintenance Silences", "Escalation Review"),
        "Emergency Contacts",
    ],
    "Emergency": ["Maintenance Incidents", "Recovery Drills"],
    "Reviews": [
        *("Maintenance Reports", "Maintenance Changes", "Request Recordings", "Threshold Proposals"),
        "Security Assessments",
    ],
    "Runbook": ["Maintenance Procedures", "Procedure Versions", "Maintenance Checks", "Escalation Levels"],
    "Training": ["Training Sessions", "Troubleshooting Guide"],
    "Errors": ["Error Patterns", "Error Patterns Report", "Error Hotspots"],
    "Metrics": ["System Health", "Metrics", "Monthly Service Levels", "Downtimes"],
    "Analytics": ["Executive Summary", "Forecasts", "Claims", "Analytics Components"],
    "Compliance": ["Compliance Report", "Compliance Assessments", "Compliance Gaps"],
    "Setup": ["Maintenance Settings", "Maintenance Notifications", "Notification Targets"],
}
SHORTCUTS = [
    "Open Runs",
    "Open Escalations",
    "Open Incidents",
    "Overdue Runs",
    "Missed Runs",
    "Not Applicable: Proposals",
]
SHORTCUTS += ["New and Escalating Errors", "Reports to Approve", "Changes to Decide", "Dashboard"]
PROPOSED = '[["Maintenance Check","proposal","is","set"]]'
NEW_OR_WORSE = (
    '[["Error Pattern","state","in",["New","Escalating","Regressed"]],'
    '["Error Pattern","continues_in","is","not set"]]'
)
OVERDUE = (
    '[["Checklist Run","status","=","Open"],["Checklist Run","slot","is","set"],'
    '["Checklist Run","due_until","<","%s"]]'
)


@pytest.mark.parametrize("user", ["operator", "auditor"])
def test_the_workspace_shows_its_shortcuts_with_counts_and_its_cards(user, trouble, desk, api):
    proposals = count(api(user), "Maintenance Check", PROPOSED)
    errors = count(api(user), "Error Pattern", NEW_OR_WORSE)
    overdue = count(
        api(user), "Checklist Run", OVERDUE % f"{datetime.now(ZoneInfo('Europe/Amsterdam')):%F %T}"
    )
    page = desk(user, "/app/maintenance").page

    shortcuts = page.locator(".shortcut-widget-box")
    expect(shortcuts.locator(".widget-title")).to_have_text(SHORTCUTS)
    counts = (
        "1 open",
        "1 open",
        "0 open",
        f"{overdue} overdue",
        "0 missed",
        f"{proposals} proposed",
        f"{errors} open",
    )
    drafted = count(api(user), "Maintenance Report", '[["status","=","Draft"]]')
    undecided = count(api(user), "Maintenance Change", '[["status","in",["Proposed","Applied"]]]')
    counts += (f"{drafted} drafted", f"{undecided} to decide")
    for index, text in enumerate(counts):
        expect(shortcuts.nth(index).locator(".indicator-pill")).to_have_text(text)
    expect(page.locator(".links-widget-box")).to_have_count(len(CARDS))
    for index, (title, links) in enumerate(CARDS.items()):
        card = page.locator(".links-widget-box").nth(index)
        expect(card.locator(".widget-title")).to_have_text(title)
        expect(card.locator(".link-item")).to_have_text(links)


def test_a_shortcut_leads_to_what_it_counts(trouble, desk):
    page = desk("operator", "/app/maintenance").page

    page.locator(".shortcut-widget-box", has_text="Open Escalations").click()

    expect(page.locator(".list-row")).to_have_count(1)
    expect(page.locator(".list-row")).to_contain_text(trouble["escalations"][0]["name"])


def test_a_report_is_opened_from_the_workspace(trouble, desk):
    page = desk("operator", "/app/maintenance").page

    page.locator(".links-widget-box .link-item", has_text="Error Hotspots").click()

    expect(page.locator(".title-text:visible")).to_have_text("Error Hotspots")


def test_the_dashboard_is_opened_from_the_workspace(trouble, desk):
    page = desk("operator", "/app/maintenance").page

    page.locator(".shortcut-widget-box", has_text="Dashboard").click()

    expect(page.get_by_role("heading", name="Maintenance Dashboard")).to_be_visible()


def test_who_has_no_role_is_not_shown_the_workspace(site, desk):
    page = desk("deskuser", "/app").page

    expect(page.locator(".desk-sidebar-item").first).to_be_visible()
    expect(page.locator(".desk-sidebar-item", has_text="Maintenance")).to_have_count(0)


def count(requests, doctype, filters):
    query = {"filters": filters, "limit": 0}
    return len(requests.get(f"/api/resource/{doctype}", params=query).json()["data"])
