import re
from datetime import datetime
from zoneinfo import ZoneInfo

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
    *("Today's Run", "Dashboard"),
    "Open Runs",
    "Open Escalations",
    "Open Incidents",
    "Overdue Runs",
    "Missed Runs",
    "Not Applicable: Proposals",
]
SHORTCUTS += ["New and Escalating Errors", "Reports to Approve", "Changes to Decide"]
PROPOSED = '[["Maintenance Check","proposal","is","set"]]'
NEW_OR_WORSE = (
    '[["Error Pattern","state","in",["New","Escalating","Regressed"]],'
    '["Error Pattern","continues_in","is","not set"]]'
)
OVERDUE = (
    '[["Checklist Run","status","=","Open"],["Checklist Run","slot","is","set"],'
    '["Checklist Run","due_until","<","%s"]]'
)


FIGURES = {
    "Open Escalations": ("1 or more", "No samples come: what broke since is not known."),
    "Critical Checks Now": ("not known", "No samples come: what broke since is not known."),
    "Compliance Score": ("not known", ""),
    "Availability This Month": ("not known", "This month was not computed yet."),
}
SITUATIONS = ["The dashboard is red", "An escalation reached me", "Somebody is on leave", "The auditor comes"]


def test_an_operator_sees_what_waits_and_comes_to_it_from_the_workspace(trouble, desk, api):
    proposals = count(api("operator"), "Maintenance Check", PROPOSED)
    errors = count(api("operator"), "Error Pattern", NEW_OR_WORSE)
    now = f"{datetime.now(ZoneInfo('Europe/Amsterdam')):%F %T}"
    overdue = count(api("operator"), "Checklist Run", OVERDUE % now)
    drafted = count(api("operator"), "Maintenance Report", '[["status","=","Draft"]]')
    undecided = count(api("operator"), "Maintenance Change", '[["status","in",["Proposed","Applied"]]]')
    page = desk("operator", "/app/maintenance").page

    for title, (value, note) in FIGURES.items():
        card = page.locator(".number-widget-box", has_text=title)
        expect(card.locator(".maintenance-figure")).to_have_text(value)
        expect(card.locator(".maintenance-note")).to_contain_text(note)
    waiting = page.locator(".number-widget-box", has_text="Waiting in Today's Run")
    run = waiting.locator("a.maintenance-figure")
    expect(run).to_have_attribute("href", f"/app/checklist-run/{trouble['run']}")

    shortcuts = page.locator(".shortcut-widget-box")
    expect(shortcuts.locator(".widget-title")).to_have_text(SHORTCUTS)
    counts = ("1 open", "1 open", "0 open", f"{overdue} overdue", "0 missed", f"{proposals} proposed")
    counts += (f"{errors} open", f"{drafted} drafted", f"{undecided} to decide")
    expect(shortcuts.locator(".indicator-pill")).to_have_text(counts)
    expect(page.get_by_role("link", name="Open Escalations 1 open")).to_be_visible()
    expect(page.locator(".links-widget-box")).to_have_count(len(CARDS))
    for index, (title, links) in enumerate(CARDS.items()):
        card = page.locator(".links-widget-box").nth(index)
        expect(card.locator(".widget-title")).to_have_text(title)
        expect(card.locator(".link-item")).to_have_text(links)

    for title in SITUATIONS:
        expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(page.locator(".charts > li")).to_have_count(4)
    setup = page.locator("details.setup")
    told = re.compile("Setting up this site.* of 10 done", re.S)
    expect(setup.locator("summary").first).to_contain_text(told)
    expect(setup).not_to_have_attribute("open", "")
    expect(setup.locator(".btn")).to_have_count(0)

    page.evaluate("window.same_page = true")
    page.get_by_role("link", name="Open escalations", exact=True).click()
    expect(page.locator(".list-row")).to_have_count(1)
    expect(page.locator(".list-row")).to_contain_text(trouble["escalations"][0]["name"])
    page.go_back()
    page.locator(".links-widget-box .link-item", has_text="Error Hotspots").click()
    expect(page.locator(".title-text:visible")).to_have_text("Error Hotspots")
    page.go_back()
    run.click()
    expect(page.locator(".title-text:visible")).to_contain_text(trouble["run"])
    assert page.evaluate("window.same_page"), "Desk was not loaded anew"

    answer = api("operator").get("/maintenance_today", max_redirects=0)
    assert answer.headers["location"].endswith(trouble["run"])
    page.goto("/app/maintenance")
    page.locator(".shortcut-widget-box", has_text="Dashboard").click()
    expect(page.get_by_role("heading", name="Maintenance Dashboard")).to_be_visible()


def test_a_manager_on_a_phone_is_led_through_the_setting_up_of_the_site(trouble, desk):
    page = desk("manager", "/app/maintenance").page
    page.set_viewport_size({"width": 390, "height": 844})

    step = page.locator("details.setup[open] li[data-step=contacts]")
    expect(step).to_contain_text("To do")
    expect(step).to_contain_text("Escalation Level 1")
    expect(page.locator("li[data-step=scratch] pre")).to_contain_text("CREATE DATABASE")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    buttons = page.locator("details.setup > ol .btn")
    expect(buttons).not_to_have_count(0)
    assert min(buttons.evaluate_all("all => all.map(each => each.offsetHeight)")) >= 40

    with page.expect_response(lambda answer: "setup_steps" in answer.url and "anew=1" in answer.url):
        page.get_by_role("button", name="Measure Again").click()
    step.get_by_role("link", name="Open Emergency Contacts").click()
    expect(page.locator(".list-row", has_text="Technical Lead")).to_be_visible()
    page.set_viewport_size({"width": 1366, "height": 900})


def test_who_has_no_role_is_not_shown_the_workspace(site, api):
    for user, is_there in (("auditor", True), ("deskuser", False)):
        answer = api(user).get("/api/method/frappe.desk.desktop.get_workspace_sidebar_items")
        names = [each["name"] for each in answer.json()["message"]["pages"]]
        assert ("Maintenance" in names) == is_there, user


def count(requests, doctype, filters):
    query = {"filters": filters, "limit": 0}
    return len(requests.get(f"/api/resource/{doctype}", params=query).json()["data"])
