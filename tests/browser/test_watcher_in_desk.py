"""How old the samples are, on every page of this app; and what a monitor outside gets."""

import re

import pytest
from playwright.sync_api import expect

LINE = ".maintenance-watch:visible"
PAGES = {
    "workspace": "/app/maintenance",
    "list": "/app/checklist-run",
    "form": "/app/maintenance-check/disk_used",
    "settings": "/app/maintenance-settings",
    "report": "/app/query-report/System%20Health",
}


@pytest.fixture(scope="module")
def sampled(site):
    site.script("sample")


@pytest.fixture(scope="module")
def silent(site):
    """The last round was twelve minutes ago: the scheduler's process is dead."""
    site.script("sample", "12")


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_every_page_of_the_app_says_how_old_the_samples_are(path, sampled, desk):
    page = desk("auditor", path).page

    expect(page.locator(LINE)).to_have_count(1)
    expect(page.locator(LINE)).to_have_text(re.compile(r"^Sampled \d+ (s|min) ago\. Live checks: [A-Z]+\."))


def test_a_page_of_another_app_says_nothing(sampled, desk):
    page = desk("operator", "/app/maintenance-check").page
    expect(page.locator(LINE)).to_have_count(1)

    page.evaluate("frappe.set_route('user-profile')")

    expect(page).to_have_url(re.compile("user-profile"))
    expect(page.locator(LINE)).to_have_count(0)


def test_markup_in_why_is_shown_as_text(sampled, desk, site):
    page = desk("operator", "/app/maintenance-check").page
    expect(page.locator(LINE)).to_have_count(1)
    page.route(
        re.compile("api.watcher"),
        lambda route: route.fulfill(
            json={"message": {"seconds": 900, "is_late": True, "why": ["<b id=forged>x</b>"], "problems": []}}
        ),
    )
    page.evaluate("$(document).trigger('page-change')")

    expect(page.locator(LINE)).to_contain_text("<b id=forged>x</b>")
    expect(page.locator("#forged")).to_have_count(0)


def test_a_web_server_that_fails_is_said_so_and_opens_no_dialog(sampled, desk):
    page = desk("operator", "/app/maintenance-check").page
    expect(page.locator(LINE)).to_have_count(1)
    page.route(re.compile("api.watcher"), lambda route: route.fulfill(status=500, body="{}"))
    page.evaluate("$(document).trigger('page-change')")

    expect(page.locator(f"{LINE}.late")).to_contain_text("The web server answers 500.")
    expect(page.locator(".modal.show")).to_have_count(0)


def test_a_manager_makes_a_token_in_the_settings_and_a_monitor_gets_in_with_it(sampled, desk, api):
    page = desk("manager", "/app/maintenance-settings").page
    page.locator(".new-health-token").click()
    token = page.locator(".modal.show code.health-token").inner_text()

    address = "/api/method/verenigingen_maintenance.api.health"
    answer = api("guest").get(address, headers={"X-Maintenance-Token": token})
    assert (answer.status, answer.json()["message"]["status"]) == (200, "ok")
    assert api("guest").get(f"{address}?token={token}").status == 200
    refused = api("guest").get(address)
    assert (refused.status, refused.json()) == (403, {"message": {"status": "forbidden"}})


def test_an_operator_has_no_button_for_a_token(sampled, desk):
    page = desk("operator", "/app/maintenance-settings").page

    expect(page.get_by_text("Health Address for a Monitor Outside")).to_be_visible()
    expect(page.locator(".new-health-token")).to_have_count(0)


def test_the_report_has_charts_and_a_row_for_each_metric(sampled, desk):
    page = desk("auditor", "/app/query-report/System%20Health?metric_group=Database").page

    expect(page.locator("svg.maintenance-chart").first).to_be_visible()
    expect(page.locator(".dt-row", has_text="Database response")).to_be_visible()


def test_a_manager_declares_a_downtime_and_an_operator_may_not(sampled, desk, api):
    declared = {"begins": "2026-12-24 20:00:00", "ends": "2026-12-24 22:00:00", "reason": "New disks"}
    assert api("operator").post("/api/resource/Downtime", data=declared).status == 403
    made = api("manager").post("/api/resource/Downtime", data=declared)
    assert made.ok, made.text()
    assert made.json()["data"]["kind"] == "Planned"
    assert made.json()["data"]["declared_by"] == "manager@example.com"


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_within_one_page_load_desk_says_that_no_samples_come_and_why(path, silent, desk):
    page = desk("operator", path).page

    line = page.locator(f"{LINE}.late")
    expect(line).to_contain_text(
        re.compile("Last measured 1[2-4] min ago: what this app shows may be out of date")
    )
    expect(line).to_contain_text(re.compile("scheduler|worker|job", re.I))
    assert line.get_attribute("role") == "alert"


def test_the_dashboard_page_says_so_too(silent, desk):
    page = desk("auditor", "/maintenance_dashboard").page

    expect(page.locator(".sampled.late")).to_contain_text("Sampled 1")
