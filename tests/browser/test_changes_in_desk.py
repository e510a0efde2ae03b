"""A change in Desk: proposed, approved by another, applied by a worker, rolled back by one click."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect
from test_markup_is_shown_as_text import expect_nothing_ran

PATIENCE = 30_000


@pytest.fixture
def run(site):
    def action(name):
        done = site.run(str(Path(__file__).parent / "changes_on_site.py"), site.name, name)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    yield action
    action("empty")


@pytest.fixture
def change(run):
    return run("propose")["change"]


def test_a_manager_approves_a_worker_applies_and_one_click_rolls_it_back(change, run, desk):
    form = desk("manager", f"/app/maintenance-change/{change}")
    expect(form.page.locator(".form-message")).to_contain_text("Slow ")
    form.press("Approve", reason="It is worth it")
    expect(form.indicator).to_have_text("Approved")
    form.press("Apply")
    expect(form.indicator).to_have_text("Applied", timeout=PATIENCE)
    assert run("indexed")["indexed"]
    form.press("Roll Back", reason="Only a test")
    expect(form.indicator).to_have_text("Rolled Back", timeout=PATIENCE)
    assert not run("indexed")["indexed"]
    expect_nothing_ran(form)


def test_an_operator_neither_approves_nor_rolls_back_and_an_auditor_only_reads(change, desk, api):
    form = desk("operator", f"/app/maintenance-change/{change}")
    expect(form.button("Plan")).to_be_visible()
    for name in ("Approve", "Dismiss", "Roll Back", "Save"):
        expect(form.button(name)).to_be_hidden()
    read = desk("auditor", f"/app/maintenance-change/{change}")
    expect(read.page.locator(".form-message")).to_contain_text("Slow ")
    for name in ("Plan", "Approve", "Apply"):
        expect(read.button(name)).to_be_hidden()
    for user in ("operator", "auditor"):
        door = "/api/method/verenigingen_maintenance.api.approve_change"
        assert api(user).post(door, data={"change": change, "reason": "x"}).status == 403


def test_a_retention_is_proposed_by_its_log_and_its_days(run, desk):
    run("empty")
    form = desk("operator", "/app/maintenance-change")
    form.page.locator(".page-actions button:visible", has_text="Propose a Change").click()
    form.dialog.locator('select[data-fieldname="kind"]').select_option("Set Retention")
    values = {"title": "Less", "finding": "It grows", "gain": "Room", "table": "Access Log", "days": "90"}
    for field, value in values.items():
        form.dialog.locator(f':is(input, textarea)[data-fieldname="{field}"]').fill(value)
        form.page.wait_for_timeout(150)  # Frappe looks 0.1 s after the title what depends on it
    form.dialog.locator(".btn-modal-primary").click()
    expect(form.indicator).to_have_text("Proposed")
    expect(form.page.get_by_text("Log Settings: Access Log, 90 days").first).to_be_visible()


def test_an_operator_proposes_in_the_list_and_records_requests(run, desk):
    run("empty")
    form = desk("operator", "/app/maintenance-change")
    form.page.locator(".page-actions button:visible", has_text="Propose a Change").click()
    for field in ("title", "finding", "gain", "steps", "steps_back"):
        form.dialog.locator(f':is(input, textarea)[data-fieldname="{field}"]').fill(f"The {field}")
        form.page.wait_for_timeout(150)  # Frappe looks 0.1 s after the title what depends on it
    form.dialog.locator(".btn-modal-primary").click()
    expect(form.indicator).to_have_text("Proposed")

    listed = desk("operator", "/app/maintenance-change")
    quick = listed.page.get_by_role("group", name="Quick Filters")
    quick.get_by_role("button", name="Overdue", exact=True).click()
    expect(listed.page.get_by_text("No planned change is overdue.")).to_be_visible()
    listed.page.locator(".page-actions button:visible", has_text="Record Requests").click()
    listed.dialog.locator(".btn-modal-primary").click()
    expect(listed.indicator).to_have_text("Recording")
    listed.button("Stop and Read").click()
    expect(listed.indicator).to_have_text("Read", timeout=PATIENCE)
