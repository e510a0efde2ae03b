"""A version with its difference; a session, led by a manager and confirmed by an operator; a drill."""

import re

import pytest
from playwright.sync_api import expect
from test_markup_is_shown_as_text import MARKUP, expect_nothing_ran

WEEKLY = "/api/resource/Maintenance Procedure/Weekly Maintenance"
PEOPLE = ("manager@example.com", "operator@example.com")
MANAGERS = ("Check Access", "Close Session", "Save")


@pytest.fixture
def emptied(site):
    site.script("empty")
    yield
    site.script("empty")


def read(api, address):
    return api("auditor").get(address).json()["data"]


def write(api, address, **values):
    answer = api("manager").put(address, data=values)
    assert answer.ok, answer.text()
    return answer.json()["data"]


@pytest.fixture
def version(api):
    """A change of the weekly procedure by a manager, taken back afterwards; the name of its version."""
    tasks = read(api, WEEKLY)["tasks"]
    others = [{**task, "minutes": 77} if task is tasks[0] else task for task in tasks]
    number = write(api, WEEKLY, tasks=others, change_reason=MARKUP)["version"]
    yield f"Weekly Maintenance v{number}"
    if read(api, WEEKLY)["tasks"][0]["minutes"] == 77:
        write(api, WEEKLY, tasks=tasks)


def test_a_version_shows_what_changed_in_colours_and_its_author_does_not_approve_it(version, desk, api):
    form = desk("manager", f"/app/procedure-version/{version}")

    diff = form.page.locator(".maintenance-diff")
    expect(diff.locator(".part")).to_have_text(re.compile("^=== Task “.*” \\(changed\\)$"))
    expect(diff.locator(".added")).to_have_text("+minutes: 77")
    expect(diff.locator(".added")).to_have_css("background-color", re.compile("rgb"))
    expect(form.indicator).to_have_text("Draft")
    expect(form.page.locator(".form-message")).to_contain_text("other than manager@example.com")
    expect_nothing_ran(form)

    form.button("Approve").click()
    form.dialog.locator(".btn-modal-primary").click()
    expect(form.page.locator(".msgprint")).to_contain_text("another Maintenance Manager approves it")
    assert read(api, f"/api/resource/Procedure Version/{version}")["status"] == "Draft"


def test_a_draft_names_the_earlier_changes_that_nobody_approved(version, desk, api):
    before = read(api, WEEKLY).get("trigger_text")
    number = write(api, WEEKLY, trigger_text="Each Monday")["version"]
    form = desk("operator", f"/app/procedure-version/Weekly Maintenance v{number}")

    told = form.page.locator(".form-message")
    expect(told).to_contain_text("which nobody approved")
    expect(form.page.locator(".maintenance-diff")).not_to_contain_text("minutes: 77")
    told.get_by_role("link", name=version, exact=True).click()
    expect(form.page.locator(".maintenance-diff .added:visible")).to_have_text("+minutes: 77")
    write(api, WEEKLY, trigger_text=before or "")


def test_a_manager_brings_an_earlier_version_back(version, desk, api):
    before, number = version.rsplit("v", 1)
    form = desk("manager", f"/app/procedure-version/{before}v{int(number) - 1}")

    form.button("Restore").click()
    form.dialog.locator("textarea").fill("77 minutes are too many")
    form.dialog.locator(".btn-modal-primary").click()

    expect(form.page).to_have_url(re.compile(f"v{int(number) + 1}$"))
    expect(form.page.locator(".maintenance-diff .removed:visible")).to_have_text("-minutes: 77")
    assert read(api, WEEKLY)["tasks"][0]["minutes"] != 77


def test_a_procedure_says_why_it_is_due_and_a_manager_reviews_it(desk, api):
    check = "/api/resource/Maintenance Check/errors_24h"
    before = read(api, check)["critical"]
    write(api, check, critical="> 99")
    try:
        form = desk("manager", "/app/maintenance-procedure/Daily Maintenance")
        expect(form.page.locator(".form-message:visible")).to_contain_text("CRITICAL when: > 50 → > 99")

        form.button("Reviewed").click()
        form.dialog.locator("textarea").fill("The steps still fit")
        form.dialog.locator(".btn-modal-primary").click()

        expect(form.page.locator(".form-message", has_text="Due for review because")).to_be_hidden()
        kept = read(api, "/api/resource/Maintenance Procedure/Daily Maintenance")
        assert not kept["review_because"]
        last = kept["reviews"][-1]
        assert (last["by_user"], last["note"]) == (PEOPLE[0], "The steps still fit")
    finally:
        write(api, check, critical=before)
        data = {"procedure": "Daily Maintenance", "note": "Taken back"}
        assert api("manager").post("/api/method/verenigingen_maintenance.api.review_procedure", data=data).ok


def test_a_session_is_led_by_a_manager_and_confirmed_by_an_operator(emptied, desk, api):
    leads = desk("manager", "/app/training-session")
    leads.button("Start a Session").click()
    expect(leads.page).to_have_url(re.compile("/app/training-session/TRAIN-"))
    name = leads.page.url.rsplit("/", 1)[1]
    address = f"/api/resource/Training Session/{name}"
    there = [{"user": user, "present": 1} for user in PEOPLE]
    write(api, address, participants=there, not_practised_because=f"Half were ill {MARKUP}")
    leads.page.reload()
    needed = leads.page.locator(".still-needed li")
    expect(needed).to_have_count(4)

    takes_part = desk("operator", f"/app/training-session/{name}")
    expect(takes_part.page.locator(".still-needed li")).to_have_count(4)
    for button in MANAGERS:
        expect(takes_part.button(button)).to_be_hidden()
    takes_part.button("I Have Understood").click()
    expect(takes_part.page.locator(".still-needed li")).to_have_count(3)
    expect(takes_part.button("I Have Understood")).to_have_count(0)
    rows = [{**row, "confirmed": 1} for row in read(api, address)["participants"]]
    assert api("operator").put(address, data={"participants": rows}).status == 403
    assert [row["confirmed"] for row in read(api, address)["participants"]] == [0, 1]

    leads.page.reload()
    leads.button("Check Access").click()
    expect(needed).to_have_text([f"{PEOPLE[0]}: has not confirmed that the procedures are understood"])
    leads.button("Close Session").click()
    expect(leads.page.locator(".msgprint")).to_contain_text("Before the session can be closed:")
    leads.dialog.locator(".btn-modal-close").click()
    expect(leads.page.locator(".modal.show")).to_have_count(0)
    leads.button("I Have Understood").click()
    expect(needed).to_have_count(0)
    leads.button("Close Session").click()
    expect(leads.indicator).to_have_text("Closed")
    expect(leads.input("date")).to_have_count(0)
    expect(leads.page.locator('[data-fieldname="participants"] .grid-add-row')).to_be_hidden()
    expect_nothing_ran(leads)


def test_an_emergency_is_practised_in_a_run_that_says_it_is_a_drill(emptied, desk, api):
    form = desk("operator", "/app/maintenance-procedure/Critical System Failure")
    form.button("Drill").click()

    expect(form.page).to_have_url(re.compile("/app/checklist-run/AD-HOC-DRILL-CRITICAL-SYSTEM-FAILURE-"))
    expect(form.page.locator(".form-message .drill:visible")).to_contain_text("Drill: change nothing.")
    expect(form.open_item("Restart services if needed")).to_contain_text("# DRILL: say what it would do")
    form.button("Procedure Version").click()
    expect(form.page).to_have_url(re.compile("/app/procedure-version/Critical"))
    procedures = desk("operator", "/app/maintenance-procedure/Daily Maintenance")
    expect(procedures.button("Open a Run")).to_be_visible()
    expect(procedures.button("Drill")).to_have_count(0)
