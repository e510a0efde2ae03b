"""An incident in Desk: opened, commanded, noted, resolved by an operator; read by an auditor."""

import re

import pytest
from playwright.sync_api import expect
from test_markup_is_shown_as_text import expect_nothing_ran

MARKUP = '<img src=x onerror="window.pwned=1">'


@pytest.fixture
def incident(site, api):
    site.script("empty")
    door = "/api/method/verenigingen_maintenance.api.start_incident"
    answer = api("operator").post(door, data={"seen": f"Members see an error page {MARKUP}"})
    return answer.json()["message"]["incident"]


def test_an_operator_leads_through_it(incident, desk, api):
    begun = {"incident": incident, "service": "Socket.IO", "command": f"restart it {MARKUP}"}
    api("operator").post("/api/method/verenigingen_maintenance.api.begin_restart", data=begun)
    form = desk("operator", f"/app/maintenance-incident/{incident}")
    shown = form.page.locator(".maintenance-incident")
    expect(shown.locator(".left").first).to_contain_text("left")
    expect(shown.locator(".next h5")).to_have_text("Next: Check system status")
    expect(shown.locator(".captured details").first).to_be_visible()
    expect(form.page.locator(".begun-restart code")).to_contain_text("restart it <img")
    form.press("Take Command")
    expect(form.button("Open the Run")).to_be_visible()
    expect(shown).to_contain_text("operator@example.com commands.")
    form.press("Add a Note", note=f"Redis was stopped {MARKUP}")
    expect(shown.locator(".timeline")).to_contain_text("Redis was stopped")
    form.button("Message").click()
    expect(form.dialog.locator('textarea[data-fieldname="text"]')).to_have_value(
        re.compile("Next message: at")
    )
    expect(form.dialog.locator(".btn-modal-primary")).to_have_text("Send or Note Down")
    form.dialog.locator(".btn-modal-primary").click()
    expect(shown.locator(".timeline")).to_contain_text("told by other ways")
    form.press("Resolve", how="Redis was started again")
    expect(form.indicator).to_have_text("Resolved")
    expect_nothing_ran(form)


def test_an_auditor_reads_it_and_changes_nothing(incident, desk, api):
    form = desk("auditor", f"/app/maintenance-incident/{incident}")
    expect(form.page.locator(".maintenance-incident .timeline")).to_contain_text("Members see an error page")
    for name in ("Take Command", "Add a Note", "Resolve", "Message", "Save"):
        expect(form.button(name)).to_be_hidden()
    door = "/api/method/verenigingen_maintenance.api.take_command"
    assert api("auditor").post(door, data={"incident": incident}).status == 403


def test_a_job_is_paused_by_a_manager_only_and_what_is_paused_is_said(incident, desk):
    form = desk("operator", f"/app/maintenance-incident/{incident}")
    do = form.page.locator(".inner-group-button", has_text="Do")
    do.locator("button").click()
    expect(do.locator("a", has_text="Clear Cache")).to_be_visible()
    expect(do.locator("a", has_text="Pause")).to_have_count(0)
    managed = desk("manager", f"/app/maintenance-incident/{incident}")
    do = managed.page.locator(".inner-group-button", has_text="Do")
    do.locator("button").click()
    do.locator("a", has_text="Pause Scheduler").click()
    managed.dialog.locator('textarea[data-fieldname="reason"]').fill("An import runs wild")
    managed.dialog.locator(".btn-modal-primary").click()
    expect(managed.page.locator(".maintenance-incident .timeline")).to_contain_text("Pause Scheduler: Done")
    do.locator("button").click()
    do.locator("a", has_text="Resume Scheduler").click()
    managed.dialog.locator('textarea[data-fieldname="reason"]').fill("It ended")
    managed.dialog.locator(".btn-modal-primary").click()
    expect(managed.page.locator(".maintenance-incident .timeline")).to_contain_text("Resume Scheduler: Done")
