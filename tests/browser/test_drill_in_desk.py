"""Recovery drills in Desk: begun, gone through and signed by a manager; read by an auditor."""

import pytest
from playwright.sync_api import expect
from test_markup_is_shown_as_text import expect_nothing_ran

MARKUP = '<img src=x onerror="window.pwned=1">'
DOOR = "/api/method/verenigingen_maintenance.api."


@pytest.fixture
def drill(site, api):
    """A failover drill whose monitor has markup for a name."""
    site.script("empty")
    api("manager").post(f"{DOOR}new_health_token")
    told = {"monitor": f"Uptime {MARKUP}", "told_how": "a text message"}
    answer = api("operator").post(f"{DOOR}begin_failover_drill", data=told)
    assert answer.ok, answer.text()
    return answer.json()["message"]


def test_its_steps_are_shown_in_full_and_nothing_in_them_runs(drill, desk):
    form = desk("operator", f"/app/recovery-drill/{drill}")
    steps = form.page.locator(".drill-steps tr")
    expect(steps.first).to_contain_text("waits")
    form.button("It Was Stopped").click()
    expect(form.dialog.locator('input[data-fieldname="at"]')).not_to_have_value("")
    form.dialog.locator('textarea[data-fieldname="evidence"]').fill(f"By its command {MARKUP}")
    form.dialog.locator(".btn-modal-primary").click()
    expect(form.page.locator(".drill-steps")).to_contain_text("By its command")
    expect_nothing_ran(form)


def test_an_auditor_reads_it_and_has_no_buttons(drill, desk, api):
    form = desk("auditor", f"/app/recovery-drill/{drill}")
    expect(form.page.locator(".drill-steps tr").first).to_be_visible()
    for name in ("The Alarm Arrived", "End", "Sign", "Abandon", "Save"):
        expect(form.button(name)).to_be_hidden()
    assert api("auditor").post(f"{DOOR}sign_drill", data={"drill": drill, "lessons": "x"}).status == 403
