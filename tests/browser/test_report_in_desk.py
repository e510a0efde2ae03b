"""A report in Desk: its progress is seen, an operator writes in it, a manager approves it."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from test_markup_is_shown_as_text import MARKUP, expect_nothing_ran

DOOR = "/api/method/verenigingen_maintenance.api"
PLANTED = "Became worse in 2026-W33 (week 7 of 14): errors, "
REMARK = f"The bank changed its format {MARKUP}"


@pytest.fixture(scope="module")
def at_site(site):
    """A report that is half-way; runs an action of reports_on_site.py. Nothing is left afterwards."""

    def run(action):
        done = site.run(str(Path(__file__).parent / "reports_on_site.py"), site.name, action)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    run("begin")
    yield run
    run("empty")


def test_a_report_from_its_progress_to_its_approval(at_site, desk, api):
    report = "QUARTERLY-PERFORMANCE-2026-Q3"
    form = desk("operator", f"/app/maintenance-report/{report}")
    expect(form.page.locator(".progress-area")).to_contain_text(MARKUP)
    expect(form.page.locator(".progress-area .progress-bar")).to_have_attribute("style", "width: 40%")

    assert at_site("go_on") == {"queued": [report]}

    shown = form.page.locator(".shown-report")
    expect(shown).to_contain_text(PLANTED)
    expect(form.indicator).to_have_text("Draft")
    early = desk("manager", f"/app/maintenance-report/{report}")
    expect(early.button("Approve")).to_be_visible()
    form.write(form.page.locator("textarea[data-section='errors']"), REMARK)
    form.save()
    expect(form.indicator).to_have_text("Draft")
    expect(shown.locator("textarea[data-section='errors']")).to_have_value(REMARK)
    shown.get_by_role("link", name="Forecasts").click()
    expect(shown.get_by_role("heading", name="8. Forecasts")).to_be_in_viewport()
    expect(form.page).to_have_url(re.compile(f"/maintenance-report/{report}$"))
    expect(form.button("Approve")).to_be_hidden()
    expect_nothing_ran(form)
    assert api("operator").post(f"{DOOR}.approve_report", data={"report": report}).status == 403

    early.button("Approve").click()
    early.dialog.get_by_role("button", name="Yes").click()
    expect(early.page.locator(".msgprint")).to_contain_text("was changed since you opened it")

    lead = desk("manager", f"/app/maintenance-report/{report}")
    lead.button("Approve").click()
    lead.dialog.get_by_role("button", name="Yes").click()
    expect(lead.indicator).to_have_text("Approved")
    expect(lead.page.locator(".shown-report .approved")).to_contain_text(
        "Approved by manager (Technical Lead)"
    )
    expect(lead.page.locator(".shown-report .remark")).to_have_text(REMARK)
    for name in ("Draft Again", "Approve", "Save"):
        expect(lead.button(name)).to_be_hidden()
    expect(lead.page.locator("textarea[data-section]")).to_have_count(0)
    expect_nothing_ran(lead)

    printed = api("auditor").get(f"{DOOR}.report_pdf", params={"report": report})
    assert (printed.headers["content-type"], printed.body()[:4]) == ("application/pdf", b"%PDF")


@pytest.mark.usefixtures("at_site")
def test_an_operator_drafts_a_report_from_the_list_and_a_refusal_keeps_what_was_typed(desk):
    form = desk("operator", "/app/maintenance-report")
    form.button("Draft a Report").click()
    form.dialog.locator("select").select_option("MONTHLY-CAPACITY")
    period = form.dialog.locator("input[data-fieldname='period']")
    period.fill("2026-13")
    form.dialog.locator(".btn-modal-primary").click()
    expect(form.page.locator(".msgprint")).to_contain_text("There is no “2026-13” in the calendar")
    form.dialog.locator(".btn-modal-close").click()
    expect(period).to_have_value("2026-13")
    period.fill("2026-09")
    form.dialog.locator(".btn-modal-primary").click()
    expect(form.page.locator(".shown-report")).to_contain_text("Capacity Recommendations 2026-09")
