"""The review of alerts in Desk: the report, and a proposal that a manager accepts or dismisses."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect
from test_markup_is_shown_as_text import MARKUP, expect_nothing_ran

CHECK = "/api/resource/Maintenance Check/api_response_now"
SENTENCE = "at 240 ms instead of 200, 3 of 41 alerts remain, none of the 2 real ones is lost"
WHY = "The provider is <b>slow</b> at night"
BUTTONS = ("Accept", "Dismiss")


@pytest.fixture
def proposal(site):
    """That of 41 alerts of which two were real; nothing is left of it."""

    def run(action):
        done = site.run(str(Path(__file__).parent / "alerts_on_site.py"), site.name, action)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    yield run("make_history")["proposal"]
    run("empty")


def read(api, proposal):
    return api("auditor").get(f"/api/resource/Threshold Proposal/{proposal}").json()["data"]


def decide(form, name):
    form.button(name).click()
    form.dialog.locator("textarea").fill(WHY)
    form.dialog.locator(".btn-modal-primary").click()


def test_the_report_shows_figures_bars_cards_and_texts_as_text(proposal, desk):
    report = desk("auditor", "/app/query-report/Escalation Review?days=30&group=Subject")
    page = report.page

    row = page.locator(".dt-row-0")
    expect(row.locator(".dt-cell__content").nth(1)).to_have_text(MARKUP)
    expect(row.locator(".dt-cell__content").nth(2)).to_have_text("41")
    expect(page.locator(".report-summary .summary-item")).to_have_count(6)
    expect(page.locator(".report-summary")).to_contain_text("30 min")
    expect(page.locator('.chart-wrapper .bar:not([height="0"])').first).to_be_visible()
    expect_nothing_ran(report)


def test_the_troubleshooting_guide_shows_symptoms_as_text(proposal, desk):
    report = desk("auditor", "/app/query-report/Troubleshooting Guide")

    expect(report.page.locator(".dt-header")).to_contain_text("What Helped")
    expect(report.page.locator(".dt-row-0 .dt-cell__content").nth(1)).to_have_text(MARKUP)
    expect(report.page.locator(".dt-row-0")).to_contain_text("41")
    expect_nothing_ran(report)


def test_a_manager_accepts_a_proposal_with_a_reason_and_the_check_has_the_threshold(proposal, desk, api):
    form = desk("manager", f"/app/threshold-proposal/{proposal}")
    expect(form.page.locator(".form-message")).to_contain_text(SENTENCE)
    expect(form.value("proposed")).to_have_text("> 240")

    decide(form, "Accept")

    expect(form.indicator).to_have_text("Accepted")
    assert api("auditor").get(CHECK).json()["data"]["critical"] == "> 240"
    kept = read(api, proposal)
    assert (kept["status"], kept["decided_by"]) == ("Accepted", "manager@example.com")
    for name in BUTTONS:
        expect(form.button(name)).to_be_hidden()
    expect_nothing_ran(form)


def test_a_manager_dismisses_a_proposal_and_the_check_stays(proposal, desk, api):
    form = desk("manager", f"/app/threshold-proposal/{proposal}")

    decide(form, "Dismiss")

    expect(form.indicator).to_have_text("Dismissed")
    assert api("auditor").get(CHECK).json()["data"]["critical"] == "> 200"


def test_without_a_reason_nothing_is_decided(proposal, desk, api):
    form = desk("manager", f"/app/threshold-proposal/{proposal}")

    form.button("Accept").click()
    form.dialog.locator(".btn-modal-primary").click()

    expect(form.dialog).to_contain_text("Missing Values Required")
    assert read(api, proposal)["status"] == "Open"


@pytest.mark.parametrize("user", ["operator", "auditor"])
def test_others_see_a_proposal_and_are_refused(proposal, user, desk, api):
    form = desk(user, f"/app/threshold-proposal/{proposal}")
    expect(form.page.locator(".form-message")).to_contain_text(SENTENCE)
    for name in (*BUTTONS, "Save"):
        expect(form.button(name)).to_be_hidden()

    answer = api(user).post(
        "/api/method/verenigingen_maintenance.api.accept_threshold",
        data={"proposal": proposal, "reason": WHY},
    )

    assert answer.status == 403
    assert read(api, proposal)["status"] == "Open"


def test_an_operator_asks_for_proposals_anew_in_the_list(proposal, desk):
    page = desk("operator", "/app/threshold-proposal").page
    row = page.locator(".list-row", has_text=SENTENCE[:20])
    expect(row.locator(".indicator-pill.orange").first).to_have_text("Open")

    with page.expect_response("**/verenigingen_maintenance.api.propose_thresholds") as answered:
        page.locator(".page-actions button:visible", has_text="Propose Anew").click()

    assert answered.value.json()["message"]["open"] == [proposal]
